"""Bytes to text."""

from __future__ import annotations

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractor.errors import EncodingError, ExtractorError
from extractor.read.text import decode

TEXT = "Creatinine ≤ 1.5 mg/dL\r\nAge ± 5 µg\n"


@pytest.mark.parametrize(
    "data",
    [
        TEXT.encode("utf-8"),
        TEXT.encode("utf-8-sig"),
        codecs.BOM_UTF16_LE + TEXT.encode("utf-16-le"),
        codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"),
        codecs.BOM_UTF32_LE + TEXT.encode("utf-32-le"),
    ],
)
def test_unicode_is_read_without_a_warning(data: bytes) -> None:
    assert decode(data) == (TEXT, ())


def test_windows_1252_with_a_warning_that_names_the_byte() -> None:
    text, warnings = decode("Dose ± 5 µg, “slowly”".encode("cp1252"))
    assert text == "Dose ± 5 µg, “slowly”"
    assert [w.code for w in warnings] == ["ENCODING_GUESSED"]
    assert "byte 5: 0xb1" in warnings[0].message


def test_a_file_of_mixed_origin_keeps_its_good_characters() -> None:
    text, warnings = decode("Age ≥ 18 years, ".encode() + "5 µg ".encode("cp1252") + "and ≤ 65".encode())
    assert text == "Age ≥ 18 years, 5 µg and ≤ 65"
    assert len(warnings) == 1


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(100), "byte 8: binary"),
        ("Age 18".encode("utf-16-le"), "byte order mark"),
        ("Пациенты старше 18 лет".encode("koi8-r"), "not UTF-8"),
        (b"Age 18 \x81 years", "byte 7: 0x81"),
        (codecs.BOM_UTF16_LE + b"A\x00\x00\xd8", "UTF-16"),
    ],
)
def test_what_is_no_text_is_refused(data: bytes, says: str) -> None:
    with pytest.raises(EncodingError, match=r"^byte ") as error:
        decode(data)
    assert says in str(error.value)


def test_one_stray_control_character_is_no_binary() -> None:
    assert decode(b"Age 18\x00 years")[0] == "Age 18\x00 years"


@given(st.binary(max_size=300))
def test_any_bytes_give_text_or_our_error(data: bytes) -> None:
    try:
        text, _ = decode(data)
    except ExtractorError:
        return
    text.encode("utf-8")


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"])))
def test_utf_8_round_trip(text: str) -> None:
    assert decode(text.encode("utf-8")) == (text.removeprefix("\ufeff"), ())
