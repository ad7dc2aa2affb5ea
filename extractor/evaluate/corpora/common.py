"""What the readers of corpora share: brat files with events, PubTator files, making spans that do not clash."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from extractor.evaluate.formats.brat import read_text
from extractor.evaluate.gold import GoldDocument, GoldSpan, Loss, fragments_of, make_document


@dataclass(slots=True)
class Event:
    """A brat event: type, trigger id, (role, id) arguments; digits at the end of a role are taken off."""

    type: str
    trigger: str
    arguments: list[tuple[str, str]]

    def of(self, role: str) -> list[str]:
        """Ids of the arguments with this role."""
        return [target for name, target in self.arguments if name == role]


@dataclass(slots=True)
class BratFile:
    """One pair as it is, by id; spans are (type, start, end, fragments)."""

    id: str
    text: str
    spans: dict[str, tuple[str, int, int, tuple]] = field(default_factory=dict)
    events: dict[str, Event] = field(default_factory=dict)
    attributes: dict[str, dict[str, str]] = field(default_factory=dict)
    relations: list[tuple[str, str, str]] = field(default_factory=list)
    losses: list[Loss] = field(default_factory=list)

    def words(self, id: str) -> str:
        """The text of a span."""
        _, start, end, _ = self.spans[id]
        return self.text[start:end]


_SPAN = re.compile(r"(T\S+)\t(\S+) (\d+ \d+(?:;\d+ \d+)*)\t(.*)", re.DOTALL)


def brat_files(path: Path) -> Iterator[BratFile]:
    """All pairs under `path`; annotations that do not fit the text are losses."""
    for ann in sorted(path.rglob("*.ann")):
        file = BratFile(ann.stem, read_text(ann.with_suffix(".txt")))
        for line in read_text(ann).split("\n"):
            _read_line(line.rstrip("\r"), file)
        yield file


def _read_line(line: str, file: BratFile) -> None:
    if match := _SPAN.fullmatch(line):
        pieces = [(int(a), int(b)) for a, b in (pair.split(" ") for pair in match[3].split(";"))]
        found = "".join(file.text[a:b] for a, b in pieces)
        if "".join(found.split()) != "".join(match[4].split()) or not found:
            file.losses.append(Loss(file.id, "span that does not fit the text", line[:80]))
            return
        file.spans[match[1]] = (match[2], *fragments_of(pieces, file.text))
    elif line.startswith("E"):
        id, _, rest = line.partition("\t")
        (type, trigger), *arguments = (part.split(":", 1) for part in rest.split())
        file.events[id] = Event(type, trigger, [(re.sub(r"\d+$", "", role), target) for role, target in arguments])
    elif line.startswith("A"):
        words = line.partition("\t")[2].split(" ", 2)
        if len(words) > 1:
            file.attributes.setdefault(words[1], {})[words[0]] = words[2] if len(words) > 2 else "true"
    elif line.startswith("R"):
        words = line.partition("\t")[2].split()
        if len(words) >= 3:
            file.relations.append((words[0], words[1].partition(":")[2], words[2].partition(":")[2]))


def assemble(id: str, text: str, spans: Iterable[dict[str, Any]]) -> GoldDocument:
    """A document of `spans` (keywords of GoldSpan but the id).

    Spans carry no blanks at their ends. Of those of one label on the same characters the longest stays; those inside
    become "~LABEL".
    """
    kept: list[dict[str, Any]] = []
    for span in sorted(spans, key=lambda s: (s["start"] - s["end"], s["start"])):
        span = {**span}
        inside = text[span["start"] : span["end"]]
        span["start"] += len(inside) - len(inside.lstrip())
        span["end"] -= len(inside) - len(inside.rstrip())
        if span["start"] >= span["end"]:
            continue
        clash = [
            k for k in kept if k["label"] == span["label"] and k["start"] < span["end"] and span["start"] < k["end"]
        ]
        if any((k["start"], k["end"]) == (span["start"], span["end"]) for k in clash):
            continue
        if clash and not span["label"].startswith("~"):
            span["label"] = "~" + span["label"]
        kept.append(span)
    return make_document(id, text, [GoldSpan(f"T{n}", **span) for n, span in enumerate(kept, 1)])


_MENTION = re.compile(r"(\d+)\t(\d+)\t(\d+)\t(.*)\t(\S+)\t.*")


def pubtator(path: Path, types: Iterable[str]) -> tuple[list[GoldDocument], list[Loss]]:
    """Documents of all PubTator files under `path`; mentions of `types` become CONDITION."""
    files = [path] if path.is_file() else sorted(p for p in path.rglob("*.txt"))
    wanted = frozenset(types)
    documents: list[GoldDocument] = []
    losses: list[Loss] = []
    seen: dict[str, int] = {}
    for file in files:
        for block in re.split(r"\n\s*\n", read_text(file).replace("\r\n", "\n")):
            parts = dict(re.findall(r"^\d+\|([ta])\|(.*)$", block, re.MULTILINE))
            if "t" not in parts:
                continue
            id = block.strip().partition("|")[0]
            seen[id] = seen.get(id, 0) + 1
            name = id if seen[id] == 1 else f"{id}-{seen[id]}"
            text = parts["t"] + "\n" + parts.get("a", "")
            spans = []
            for match in map(_MENTION.fullmatch, block.split("\n")):
                if match and match[5] in wanted:
                    start, end = int(match[2]), int(match[3])
                    if text[start:end] != match[4]:
                        losses.append(Loss(name, "span that does not fit the text", match[0][:80]))
                    else:
                        spans.append({"label": "CONDITION", "start": start, "end": end})
            documents.append(assemble(name, text, spans))
    return documents, losses
