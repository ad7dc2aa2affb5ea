"""Normalise: one module a label. Each has normalise(mention, scan) -> the mention with value, alternatives and warnings."""
