"""PHEE (Sun et al. 2022; version 2 of 2024): sentences of case reports with pharmacovigilance events, JSON lines.

Treatment.Dosage with a figure -> DRUG_DOSE; Treatment.Route -> ROUTE; Treatment.Freq and Treatment.Duration with a
figure or a word of frequency -> SCHEDULE; Subject.Disorder, Treatment.Disorder -> CONDITION. None has a value.
Counted neither way: doses and durations without a figure ("overdose", "long-term"), bare "infusion", "injection",
"chemotherapy" as a route, Effect (whole phrases, often findings), Time_elapsed. Not mapped: Subject.Age (a patient's
age is no bound), Drug, Gender, Race, Population, triggers, severity, speculation. By its rules, and not by ours: only
what takes part in an event is marked, and a dosage often holds its frequency: read recall first.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from extractor.errors import InputError
from extractor.evaluate.corpora.common import assemble
from extractor.evaluate.gold import GoldDocument, Loss

_FIGURE = re.compile(r"\d|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|twelve)\b", re.IGNORECASE)
_OFTEN = re.compile(
    r"\b(?:once|twice|daily|weekly|monthly|nightly|hourly|every|per|each|b\.?i\.?d|t\.?i\.?d|q\.?d)\b", re.IGNORECASE
)
_ROUTE = re.compile(
    r"oral|\bp\.?o\b|\bi\.?v\b|\bi\.?m\b|\bs\.?c\b|venous|muscul|cutan|derm|thecal|nasal|inhal|topic|rectal|vagin|ocul|vitre|camer|"
    r"vesic|arter|periton|pleur|articul|spinal|dural|buccal|lingual|bronch|nebul|parenter|enter|lesion|trache|\beye|\bskin",
    re.IGNORECASE,
)
_ROLES = {
    ("Treatment", "Dosage"): ("DRUG_DOSE", _FIGURE),
    ("Treatment", "Route"): ("ROUTE", _ROUTE),
    ("Treatment", "Freq"): ("SCHEDULE", re.compile(f"{_FIGURE.pattern}|{_OFTEN.pattern}", re.IGNORECASE)),
    ("Treatment", "Duration"): ("SCHEDULE", _FIGURE),
    ("Treatment", "Time_elapsed"): ("~SCHEDULE", None),
    ("Treatment", "Disorder"): ("CONDITION", None),
    ("Subject", "Disorder"): ("CONDITION", None),
}


def read(path: Path) -> tuple[list[GoldDocument], list[Loss]]:
    """All sentences of the .json files under `path`."""
    documents: list[GoldDocument] = []
    losses: list[Loss] = []
    seen: dict[str, int] = {}
    for file in [path] if path.is_file() else sorted(path.rglob("*.json")):
        for number, line in enumerate(file.read_text(encoding="utf-8").split("\n"), 1):
            if not line.strip():
                continue
            try:
                row = json.loads(line)
                id, text = str(row["id"]), row["context"]
                spans = [span for note in row["annotations"] for event in note["events"] for span in _event(event)]
            except (ValueError, KeyError, TypeError) as error:
                raise InputError(f"{file}:{number}: not a line of PHEE: {error!r}") from None
            seen[id] = seen.get(id, 0) + 1
            name = id if seen[id] == 1 else f"{id}-{seen[id]}"
            fitting = [s for s in spans if text[s["start"] : s["end"]] == s["text"]]
            losses += [Loss(name, "span that does not fit the text", s["text"]) for s in spans if s not in fitting]
            documents.append(assemble(name, text, [{k: v for k, v in s.items() if k != "text"} for s in fitting]))
    return documents, losses


def _event(event: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for (role, part), (label, pattern) in _ROLES.items():
        held = event.get(role) if isinstance(event.get(role), dict) else {}
        for start, words in _mentions((held or {}).get(part)):
            sure = pattern is None or pattern.search(words)
            yield {"label": label if sure else f"~{label}", "start": start, "end": start + len(words), "text": words}
    for start, words in _mentions(event.get("Effect")):
        yield {"label": "~CONDITION", "start": start, "end": start + len(words), "text": words}


def _mentions(argument: Any) -> Iterator[tuple[int, str]]:
    if not isinstance(argument, dict):
        return
    for starts, texts in zip(argument["start"], argument["text"], strict=True):
        yield from zip(starts, texts, strict=True)
