"""Texts of our own making that touch every label, section kind and some damage."""

from __future__ import annotations

RECORD = """Umbilical cells for lupus nephritis

Brief Summary:
Participants with active lupus nephritis receive human umbilical cord mesenchymal stem cells.

Arm: Treatment
Umbilical cord mesenchymal stem cells, 1 × 106/kg by intravenous infusion once a week for 4 weeks.
Prednisone 10 mg/day orally.

Inclusion Criteria:
1. Age ≥ 18 years and ≤ 65 years
2. eGFR between 30 and 60 mL/min/1.73 m2
3. ALT or AST no more than 2.5 x ULN

Exclusion Criteria:
- uncontrolled diabetes; platelets < 50 × 10\\^9/L
- pregnancy or lactation 😀
"""
