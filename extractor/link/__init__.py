"""Concept codes for the name of a condition: what a mention says -> MONDO, HPO, MeSH, OMIM and ICD-10-CM."""
