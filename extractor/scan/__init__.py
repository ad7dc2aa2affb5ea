"""Scan: numbers, amounts, units and comparators, read once from the repaired text and shared by all taggers."""

from extractor.scan.amounts import Amount, read_amount
from extractor.scan.comparators import Comparator, comparator_before, read_comparator
from extractor.scan.numbers import Number, find_numbers
from extractor.scan.scanner import Scan
from extractor.scan.units import Unit, read_unit

__all__ = [
    "Amount",
    "Comparator",
    "Number",
    "Scan",
    "Unit",
    "comparator_before",
    "find_numbers",
    "read_amount",
    "read_comparator",
    "read_unit",
]
