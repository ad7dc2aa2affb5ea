"""Relate: which dose, route and schedule belong to which product, and the regimens of each arm."""

from extractor.relate.links import Link, find_links
from extractor.relate.regimens import Plan, find_plans

__all__ = ["Link", "Plan", "find_links", "find_plans"]
