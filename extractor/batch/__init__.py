"""Batch: many records through the pipeline into one output, in order, able to go on after a crash."""

from extractor.batch.engine import Options, Outcome, run

__all__ = ["Options", "Outcome", "run"]
