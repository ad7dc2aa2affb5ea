"""The vocabulary loader refuses what breaks the grammar and says where."""

from __future__ import annotations

import pytest

from extractor.errors import VocabularyError
from extractor.vocab import load_table, require_known
from extractor.vocab.loader import FOLDER

HEAD = "# comment\nname,alias,source\n"


def _load(tmp_path, body, **options):
    (tmp_path / "t.csv").write_text(HEAD + body, encoding="utf-8")
    return load_table("t.csv", ["name", "alias"], folder=tmp_path, **options)


def test_rows_know_their_line_and_lists(tmp_path):
    (row,) = _load(tmp_path, "a,x|y | z,me\n")
    assert row.where == "t.csv:3"
    assert row.many("alias") == ("x", "y", "z")


@pytest.mark.parametrize(
    ("body", "options", "message"),
    [
        ("a,x,me\nb,y|x,me\n", {"unique": ["alias"]}, r"t\.csv:4: alias 'x' stands already in line 3"),
        ("a,x\n", {}, r"t\.csv:3: 2 cells"),
        ("a,x,\n", {}, r"t\.csv:3: source is blank"),
        (",x,me\n", {"required": ["name"]}, r"t\.csv:3: name is blank"),
    ],
)
def test_broken_rows_are_refused_with_file_and_line(tmp_path, body, options, message):
    with pytest.raises(VocabularyError, match=message):
        _load(tmp_path, body, **options)


def test_other_columns_and_missing_files_are_refused(tmp_path):
    (tmp_path / "t.csv").write_text("name,source\n", encoding="utf-8")
    with pytest.raises(VocabularyError, match="columns are"):
        load_table("t.csv", ["name", "alias"], folder=tmp_path)
    with pytest.raises(VocabularyError, match="cannot be read"):
        load_table("none.csv", ["name"], folder=tmp_path)


def test_dangling_references_are_refused(tmp_path):
    (row,) = _load(tmp_path, "a,x|q,me\n")
    with pytest.raises(VocabularyError, match=r"t\.csv:3: alias 'q' is no known thing"):
        require_known(row, "alias", ["x"], "thing")


def test_every_vocabulary_entry_names_its_source():
    for path in FOLDER.glob("*.csv"):
        lines = [
            line for line in path.read_text(encoding="utf-8").splitlines() if line.strip() and not line.startswith("#")
        ]
        assert lines[0].split(",")[-1] == "source", path.name
