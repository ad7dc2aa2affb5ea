"""The full-text download of the EU Clinical Trials Register: many records; a code, a label and a value a line."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from extractor.errors import InputError
from extractor.read.formats import shapes
from extractor.read.record import Record
from extractor.read.sources import FailedInput, Source
from extractor.read.streams import lines

MOST_LINES = 200_000  # of one record
_RECORD = re.compile(r"EudraCT Number:\s*(\d{4}-\d{6}-\d{2})")
_CODED = re.compile(r"([A-HNP]\.[\d.]*\d(?: (?:and|to) [A-H]\.[\d.]*\d)?)[ \t]+([^:\n]{1,300}):[ \t]*(.*)", re.DOTALL)
_HEADING = re.compile(
    r"(?:[A-P]\. (?:Protocol Info|Sponsor Info|Applicant Id|IMP Id|General Info|Population of|Investigator Net|"
    r"Review by|End of Trial)|[A-H]\.\d[\d.]* (?:Status of the IMP|Description of the IMP|Information on|Objective of|"
    r"End points|Scope|Trial type|Design of|Age Range|Gender|Group of|Medical condition or disease|Strength|"
    r"Comparator of|Initial estimate|Source|Contact point|The IMP contains)|MedDRA Classification|Summary\s*$)"
)
_PRODUCT = re.compile(r"D\.IMP: ?\d+\s*$")
_TRANSLATED = re.compile(r"\([a-z]{2}\)\s*$")
_LINK = re.compile(r"Link:.*/trial/\d{4}-\d{6}-\d{2}/([A-Z0-9]{2,3})\b")


class Coded:
    """Fields by code; products are a list of their own. A translation counts where the first language says nothing."""

    def __init__(self) -> None:
        self.fields: dict[str, Any] = {"D.IMP": []}

    def product(self) -> None:
        self.fields["D.IMP"].append({})

    def put(self, code: str, label: str, value: str) -> None:
        into = self.fields["D.IMP"][-1] if code.startswith("D.") and self.fields["D.IMP"] else self.fields
        if value.strip() and code not in into:
            into[code] = value


def sniff(source: Source, head: str) -> bool:
    """The register's first lines: a EudraCT number, then section A."""
    return bool(_RECORD.search(head) and re.search(r"^A\.2 EudraCT number:", head, re.MULTILINE | re.IGNORECASE))


def records(source: Source) -> Iterator[Record | FailedInput]:
    """Records in order: one for each trial and country."""
    held: list[str] = []
    begun, first, number = False, 1, 0
    for number, line in enumerate(lines(source), 1):
        if _RECORD.match(line) and (not held or held[-1].strip() in ("", "Summary")):
            if begun:
                yield _record(held, source, first)
            held, begun, first = [], True, number
        if len(held) >= MOST_LINES:
            raise InputError(f"a record of more than {MOST_LINES:,} lines")
        held.append(line)
    if not begun:
        raise InputError("no record in it")
    yield _record(held, source, first)


def _record(held: list[str], source: Source, first: int) -> Record:
    coded = Coded()
    country: str | None = None
    code = label = ""
    value: list[str] = []

    def close() -> None:
        text = "".join(value).strip("\r\n")
        if code and (not _TRANSLATED.search(label) or code not in coded.fields):
            coded.put(code, label, text)

    for line in held:
        if match := _CODED.match(line):
            close()
            code, label, value = match[1], match[2], [match[3]]
        elif _HEADING.match(line) or _PRODUCT.match(line):
            close()
            code = ""
            if _PRODUCT.match(line):
                coded.product()
        elif code:
            value.append(line)
        elif link := _LINK.match(line):
            country = link[1]
    close()
    return shapes.euctr(coded.fields, source.name, f"line {first}", country)
