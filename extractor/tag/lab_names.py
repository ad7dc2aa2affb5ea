"""Names around bounds: groups of measures ("ALT or AST"), words that belong to a name, names that nobody knows."""

from __future__ import annotations

import re
from typing import NamedTuple

from extractor.tag.lab_vocab import Hit, Measure, measures, words


class Name(NamedTuple):
    """One measure as the text names it; `measure` is None where the vocabulary does not know it."""

    start: int
    end: int
    measure: Measure | None


class Group(NamedTuple):
    """Measures that share one bound, over text[start:end]; logic: "any", "all" or None (one measure, or a list)."""

    start: int
    end: int
    names: tuple[Name, ...]
    logic: str | None


_PAREN = r"(?:[(\[][^()\[\]\n]{0,60}[)\]])"
_SEPARATOR = re.compile(
    rf"(?:[\s)\]]{{0,3}}|[ ]?\n[ ]{{2,24}}){_PAREN}?(?:[\s)\]]{{0,3}}|[ ]?\n[ ]{{2,24}})(?P<s>,?\s{{0,2}}and/or|,?\s{{0,2}}(?:and|or|&)|"
    rf"[,/+])\s{{0,14}}(?P<lead>(?:[A-Za-z0-9-]{{1,18}}\s{{1,2}}){{0,3}})",
    re.IGNORECASE,
)
_WRAPPED_OPEN = re.compile(r"[ ]?\n[ ]{0,24}[(\[]")
_PAREN_OPEN = re.compile(r"\s{0,2}[(\[]")
_ABBREVIATION = re.compile(r"\s{0,3}(?:[(\[/]|or\s|,|=|-|:)\s{0,2}", re.IGNORECASE)
_LAST = re.compile(r"([A-Za-z0-9][A-Za-z0-9'’-]{0,24})[ \n]{1,2}$")
_NEXT = re.compile(r"[ ]([A-Za-z][A-Za-z-]{0,20})(?![A-Za-z0-9])")
_WORD = re.compile(r"[A-Za-z0-9α-ωΑ-Ωµ%+][\w'’./&+^-]{0,40}$")
_BRACKET = re.compile(r"[(\[][^()\[\]]{1,60}[)\]][ ]{0,2}$")
_LINK = re.compile(
    r"(?:[ :=]|\bwith an? (?:total )?scores?\b|\b(?:is|are|of|was|were|at|be|being|must be|should be|"
    r"has to be|measuring|defined as|greater|a|the|falls?|drops?|rises?|at least)\b)[ ]{0,2}$",
    re.IGNORECASE,
)


def widen(text: str, hit: Hit) -> Name:
    """The name with the words before and behind it that belong to it ("total serum bilirubin level")."""
    start, end = hit.start, hit.end
    lead, tail = words("lead"), words("tail")
    for _ in range(4):
        word = _word_before(text, start)
        if word is None or text[word[0] : word[1]].lower() not in lead:
            break
        start = word[0]
    for _ in range(3):
        match = _NEXT.match(text, end)
        if match is None or match[1].lower() not in tail:
            break
        end = match.end()
    return Name(start, end, hit.measure)


def _word_before(text: str, at: int) -> tuple[int, int] | None:
    """Span of the word that ends one or two blanks before `at`."""
    end = at
    while end > 0 and end > at - 3 and text[end - 1] in " \n":
        end -= 1
    if not 1 <= at - end <= 2:
        return None
    near = text[max(0, end - 25) : end]
    word = near[max(near.rfind(" "), near.rfind("\n"), near.rfind("("), near.rfind(","), near.rfind("/")) + 1 :]
    return (end - len(word), end) if word else None


def group_at(text: str, hits: list[Hit], index: int, floor: int, limit: bool = False) -> Group:
    """The group whose last name is hits[index]; names before `floor` are taken already. `limit`: the bound is a
    multiple of a limit of normal, which measures of any unit can share."""
    current = widen(text, hits[index])
    names = [current]
    start, end = current.start, current.end
    logic: str | None = None
    at = index - 1
    while at >= 0 and hits[at].start >= floor and len(names) < 8:
        hit = hits[at]
        between = text[hit.end : start]
        if len(between) > 90:
            break
        same = hit.measure.id == names[0].measure.id if names[0].measure else False
        told = hit.measure.kind == "score" and "or" in between  # "Lansky or Karnofsky": two scores of one kind
        state = _is_state(text, hit)
        wrapped = text[end : end + 1] == ")" and _WRAPPED_OPEN.fullmatch(between)
        beside = wrapped or (len(between) <= 4 and ":" not in between and _ABBREVIATION.fullmatch(between))
        if same and not told and not state and beside:
            widened = widen(text, hit)
            names[0] = widened
            start = widened.start
            at -= 1
            continue
        if _other_name(text, hit, names[0]) and _PAREN_OPEN.fullmatch(between):
            names[0] = widen(text, hit)
            start = names[0].start
            at -= 1
            continue
        match = _SEPARATOR.fullmatch(between)
        ratio = _ratio(hit, names[0]) if match is not None and match["s"] == "/" else None
        if ratio is not None:
            start = widen(text, hit).start
            names[0] = Name(start, names[0].end, ratio)
            at -= 1
            continue
        if match is None or not _joins(hit, names[0], text, match, limit):
            break
        separator = match["s"].strip(" ,\n").lower()
        if separator in ("and", "&", "+"):
            logic = logic or "all"
        elif separator in ("or", "and/or"):
            logic = logic or "any"
        widened = widen(text, hit)
        names.insert(0, widened)
        start = widened.start
        at -= 1
    if text[end : end + 1] == ")" and text[start - 1 : start] == "(" and len(names) == 1:
        outer = name_before(text, start - 1, floor)
        if outer is not None and text[outer.end : start - 1].strip() == "":
            names[0] = Name(outer.start, outer.end, names[0].measure)
            start = outer.start
    return Group(start, end, tuple(names), logic)


def _is_state(text: str, hit: Hit) -> bool:
    """Whether the name is one of a condition: "arterial hypertension"."""
    return text[hit.start : hit.end].lower().rpartition(" ")[2] in words("states")


def _other_name(text: str, hit: Hit, name: Name) -> bool:
    """Whether `name` stands in brackets as another name of `hit`, be it a mistaken one: "SGOT (ALT)"."""
    measure = name.measure
    if measure is None or text[name.end : name.end + 1] not in (")", "]") or not (measure.loinc and hit.measure.loinc):
        return False
    return (
        hit.measure.kind == "lab"
        and hit.measure.dimensions == measure.dimensions
        and text[name.start : name.end].isupper()
    )


_RATIOS = {
    ("fev1", "fvc"): "fev1_fvc", ("pao2", "fio2"): "pao2_fio2", ("spo2", "fio2"): "pao2_fio2", ("cd4", "cd8"): "cd4_cd8",
}  # fmt: skip


def _ratio(hit: Hit, name: Name) -> Measure | None:
    """The measure that two names with a slash between are: "FEV1/FVC"."""
    found = _RATIOS.get((hit.measure.id, name.measure.id)) if name.measure else None
    return measures()[found] if found else None


def _joins(hit: Hit, name: Name, text: str, match: re.Match[str], limit: bool) -> bool:
    """Whether a name belongs to the list that `name` continues: not a state ("hypertension, SBP > 160")."""
    measure = name.measure
    if measure is None or not (
        hit.measure.dimensions & measure.dimensions or (limit and hit.measure.kind == measure.kind)
    ):
        return False
    lead = match["lead"].split()
    if any(
        word.lower() not in words("lead") and word.lower() not in ("a", "the", "an", "either", "both") for word in lead
    ):
        return False
    return not _is_state(text, hit) or (
        match["s"].strip().lower() in ("or", "and/or", "and")
        and (text[name.start : name.end].lower() in words("states"))
    )


def name_before(text: str, at: int, floor: int) -> Name | None:
    """A name that no vocabulary knows, right before `at`: up to six words back to a stop word or a mark."""
    end = at
    for _ in range(4):
        match = _LINK.search(text, max(floor, end - 12), end)
        if match is None:
            break
        end = match.start()
    while end > floor and text[end - 1] in " (":
        end -= 1
    if end > floor and text[end - 1] == "\n":  # a wrapped line
        wrapped = end - 1 - (text[end - 2 : end - 1] == " ")
        end = wrapped if text[wrapped - 1 : wrapped] != "\n" else end
    bracket = _BRACKET.search(text, max(floor, end - 63), end)
    begin = bracket.start() if bracket else end
    while begin > floor and text[begin - 1] == " ":
        begin -= 1
    if bracket is None:
        end = begin
    stop, never = words("stop"), words("never")
    start, count = begin, 0
    while count < 6:
        match = _WORD.search(text, max(floor, start - 42), start)
        inner = (
            _BRACKET.search(text, max(floor, start - 63), start)
            if match is None and count and text[start - 1 : start] in (")", "]")
            else None
        )
        if inner is not None:
            start = inner.start()
            while start > floor and text[start - 1] == " ":
                start -= 1
            continue
        if match is None:
            break
        word = match.group().lower().strip("'’./")
        if word in never or ("/" in word and any(part in never for part in word.split("/"))):
            return None
        if word in stop and not (word in ("of", "in", "for") and count and _measure_word(text, match.start())):
            break
        if count and match.group().endswith((".", "!")):
            break
        start = match.start()
        count += 1
        if start <= floor or text[start - 1] != " ":
            break
        while start > floor and text[start - 1] == " ":
            start -= 1
    while start < begin and text[start] == " ":
        start += 1
    return Name(start, begin, None) if count and begin > start else None


_AFTER_WORD = re.compile(r"[ \n]{0,1}[ ]{0,14}([A-Za-z0-9α-ω][\w'’/+-]{0,24})")


def name_after(text: str, at: int) -> Name | None:
    """A name that no vocabulary knows, of up to eight words from `at` to a stop word or a mark."""
    end = start = at
    last = ""
    for _ in range(8):
        match = _AFTER_WORD.match(text, end)
        if match is None or match[1].lower() in words("after") or (end == at and match[1].lower() in words("never")):
            break
        if end == at:
            start = match.start(1)
        end, last = match.end(), match[1].lower()
    if (
        end == at
        or last in ("of", "in", "the", "a")
        or any(w in words("never") for w in text[start:end].lower().split())
    ):
        return None
    return Name(start, end, None)


def _measure_word(text: str, at: int) -> bool:
    match = _LAST.search(text, max(0, at - 27), at)
    return match is not None and match[1].lower() in words("head")


_CAPITALS = re.compile(r"(?=[A-Za-z0-9α-ω/&-]{0,14}[A-Z])[A-Za-z0-9α-ω/&-]{2,14}$")


_ABBREVIATED = re.compile(r"[ ]?\(([A-Za-z0-9-]{2,12})\)")


def looks_measured(text: str, name: Name) -> bool:
    """Whether an unknown name reads like a measure: ends in "score", "index" ..., is an abbreviation or a title."""
    phrase = text[name.start : name.end].split()
    last = phrase[-1]
    if len(phrase) == 1 and last.lower() in words("head"):
        return False
    bracket = _ABBREVIATED.match(text, name.end)
    if bracket and sum(c.isupper() for c in bracket[1]) >= 2:
        return True
    if (
        last.lower() in words("head")
        or phrase[0].lower() == "number"
        or any(word.lower() in ("score", "scale", "index", "questionnaire", "inventory") for word in phrase)
    ):
        return True
    if len(last) >= 2 and sum(c.isupper() for c in last) >= 2 and _CAPITALS.fullmatch(last):
        return True
    return len(phrase) >= 2 and sum(word[0].isupper() for word in phrase) >= 2 and last[0].isupper()
