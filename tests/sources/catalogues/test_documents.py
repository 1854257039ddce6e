"""JSON in every form that exports have, and one sentence for what is none."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from assay.errors import SourceUnavailable
from assay.sources.catalogues.documents import read_documents

OBJECTS = [{"a": 1}, {"a": "值"}]


@pytest.mark.parametrize("content", [
    json.dumps(OBJECTS), json.dumps(OBJECTS, indent=2, ensure_ascii=False), "\n".join(map(json.dumps, OBJECTS)) + "\n\n",
    "\ufeff" + json.dumps(OBJECTS)])
def test_lists_and_lines_say_the_same(tmp_path: Path, content: str) -> None:
    (tmp_path / "a.json").write_text(content, encoding="utf-8")
    documents, troubles = read_documents(str(tmp_path))
    assert ([document.body for document in documents], troubles) == (OBJECTS, {})
    assert {document.place for document in documents} == {str(tmp_path / "a.json")}


def test_single_objects_archives_and_globs(tmp_path: Path) -> None:
    (tmp_path / "b.json").write_text('{"a": 1}', encoding="utf-8")
    (tmp_path / "a.jsonl.gz").write_bytes(gzip.compress(b'{"a": 2}\n{"a": 3}\n'))
    (tmp_path / "_draft.json").write_text("{", encoding="utf-8")
    (tmp_path / "README.md").write_text("no JSON", encoding="utf-8")
    assert [document.body["a"] for document in read_documents(str(tmp_path))[0]] == [2, 3, 1]
    assert [document.body["a"] for document in read_documents(f"file://{tmp_path}/*.json")[0]] == [1]


@pytest.mark.parametrize(("content", "says"), [
    (b'{"a": "zq secret', "it is no JSON"), (b"", "it is no JSON"), (b"\xff\xfe\x00", "it is not UTF-8"),
    (b'{"a": 1}\n{"a": "zq secret\n', "it is no JSON"), (b"[" * 200_000, "it is no JSON")])
def test_a_torn_file_is_one_sentence_that_quotes_nothing(tmp_path: Path, content: bytes, says: str) -> None:
    (tmp_path / "a.json").write_bytes(content)
    (tmp_path / "b.json").write_text("[{}]", encoding="utf-8")
    documents, troubles = read_documents(str(tmp_path))
    assert [document.body for document in documents] == [{}]
    (said,) = troubles.values()
    assert says in said
    assert "zq secret" not in said
    assert "\n" not in said


def test_a_torn_archive_is_a_trouble_and_an_empty_folder_an_outage(tmp_path: Path) -> None:
    (tmp_path / "a.json.gz").write_bytes(gzip.compress(b"[1, 2, 3]" * 500)[:-20])
    assert "its archive is torn" in read_documents(str(tmp_path))[1][str(tmp_path / "a.json.gz")]
    with pytest.raises(SourceUnavailable, match="under catalogues in platform.yaml"):
        read_documents(str(tmp_path / "nowhere"))


def test_half_a_character_is_left_out_and_a_whole_one_kept(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text('{"a\\ud800": ["\\ud83d\\ude00 \\udc00", 1]}', encoding="utf-8")
    (document,), _ = read_documents(str(tmp_path))
    assert document.body == {"a?": ["😀 ?", 1]}
