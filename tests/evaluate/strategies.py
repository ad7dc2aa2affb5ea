"""Random gold documents."""

from __future__ import annotations

from hypothesis import strategies as st

from extractor.evaluate.gold import GoldDocument, GoldRelation, GoldSpan, fragments_of, make_document

# line ends, blanks, wide characters, what is special in XML and JSON, control characters
ALPHABET = "ab1 .,≥µ😀é\n\r\t<>&\"';|\u00a0\u2028\x85\x0b\x01\ufeff"
NAMES = st.text(st.sampled_from("ABCxyz_-09"), min_size=1, max_size=8)
ODD_NAMES = st.one_of(NAMES, st.text(st.sampled_from("AB é<&\"'\t"), min_size=1, max_size=5))
JSON = st.recursive(
    st.one_of(
        st.booleans(),
        st.integers(-(10**9), 10**9),
        st.floats(allow_nan=False, allow_infinity=False),
        st.text(st.sampled_from(ALPHABET), max_size=5),
    ),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(NAMES, inner, max_size=3)),
    max_leaves=5,
)


@st.composite
def documents(draw: st.DrawFn, names: st.SearchStrategy[str] = NAMES, fragments: bool = True) -> GoldDocument:
    text = draw(st.text(st.sampled_from(ALPHABET), max_size=60))
    spans = []
    for number in range(draw(st.integers(0, 5)) if text else 0):
        cuts = sorted(draw(st.sets(st.integers(0, len(text)), min_size=2, max_size=4 if fragments else 2)))
        if len(cuts) % 2:
            cuts.pop()
        start, end, pieces = fragments_of(zip(cuts[::2], cuts[1::2], strict=True), text)
        value = draw(st.one_of(st.none(), st.dictionaries(NAMES, JSON, max_size=3)))
        attributes = draw(st.dictionaries(names, st.one_of(st.just(True), names), max_size=2))
        spans.append(GoldSpan(f"T{number}", draw(names), start, end, pieces, value, attributes))
    relations = []
    if spans:
        ids = st.sampled_from([s.id for s in spans])
        relations = draw(st.lists(st.builds(GoldRelation, names, ids, ids), max_size=3))
    id = draw(st.one_of(NAMES, st.text(st.sampled_from("a/.~% é:*?"), min_size=1, max_size=6)))
    return make_document(id, text, spans, relations)


def folders(most: int = 3, **options: object) -> st.SearchStrategy[list[GoldDocument]]:
    """Some documents with different ids."""
    return st.lists(documents(**options), max_size=most, unique_by=lambda d: d.id)  # type: ignore[arg-type]


def plain(document: GoldDocument) -> tuple:
    """What must survive a round trip: everything but the ids of spans."""
    order = {s.id: n for n, s in enumerate(document.spans)}
    shown = [(s.label, s.start, s.end, s.fragments, s.value, s.attributes) for s in document.spans]
    links = [(k.type, shown[order[k.head]], shown[order[k.tail]]) for k in document.relations]
    return document.id, document.text, sorted(shown, key=repr), sorted(links, key=repr)
