"""Damaged downloads: whatever is cut out of or put into a file, reading gives records or a reason, never a crash."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from extractor.read import Record, read_inputs
from extractor.read.inputs import UNEXPECTED
from tests.read.samples import SAMPLES
from tests.read.test_inputs import tarred, zipped

_PACKED = {
    "zip": zipped({"a.json": SAMPLES["ctgov-v2 study"].data}),
    "tar": tarred({"a.xml": SAMPLES["ictrp xml"].data}),
}
_WHOLE = [*(s.data for s in SAMPLES.values()), *_PACKED.values()]
_JUNK = st.one_of(
    st.binary(max_size=12),
    st.sampled_from(
        [
            b"<",
            b">",
            b"&",
            b"&#x0;",
            b"\x00",
            b'"',
            b"{",
            b"]",
            b"null",
            b"\n\n",
            b"|",
            b",",
            b"\xff\xfe",
            b"<x>",
            b"[[[[",
        ]
    ),
)


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(_WHOLE), st.floats(0, 1), st.integers(0, 60), _JUNK)
def test_no_damage_crashes_a_reader(data: bytes, where: float, cut: int, junk: bytes) -> None:
    at = int(where * len(data))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "x"
        path.write_bytes(data[:at] + junk + data[at + cut :])
        for item in read_inputs([str(path)]):
            assert isinstance(item, Record) or not str(item.error).startswith(UNEXPECTED), item
            if isinstance(item, Record):
                assert all(0 <= f.start < f.end <= len(item.text) for f in item.fields)
                item.text.encode("utf-8", "surrogatepass")


_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["nctId", "label", "#text", "x"]), inner, max_size=3)
    ),
    max_leaves=6,
)
_KEYS = [
    "protocolSection",
    "ProtocolSection",
    "Study",
    "NCTId",
    "id_info",
    "clinical_study",
    "main",
    "isrctn",
    "trialDescription",
    "ctNumber",
    "authorizedPartI",
    "authorizedApplication",
    "@eudractNumber",
    "trialInformation",
    "a2_eudract_number",
    "dimp",
    "TrialID",
    "nct_id",
    "title",
    "text",
    "id",
    "conditions",
    "arm_group",
]


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.dictionaries(st.sampled_from(_KEYS), _VALUES, max_size=5))
def test_no_strange_object_crashes_the_json_reader(node: dict[str, object]) -> None:
    import json

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "x"
        path.write_text(json.dumps(node), encoding="utf-8")
        for item in read_inputs([str(path)]):
            assert isinstance(item, Record) or not str(item.error).startswith(UNEXPECTED), item
