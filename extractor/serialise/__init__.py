"""Serialise: Documents -> JSON lines, JSON, brat, CSV, a readable table. Files appear whole or not at all."""
