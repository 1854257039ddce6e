from __future__ import annotations

import gzip
from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from assay.errors import SourceUnavailable, UnreadableData
from assay.sources.query_logs import log_files

ROWS = pa.table({"query": ["select 1\nfrom t", "select 'a, b'"], "who": ["ann", "bob"], "bytes": [1, 2]})


def both(names: Sequence[str]) -> list[str]:
    return [name for name in names if name != "bytes"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    pq.write_table(ROWS, tmp_path / "a.parquet")
    (tmp_path / "b.csv").write_text('query,who,bytes\n"select 1\nfrom t",ann,1\n"select \'a, b\'",bob,2\n', encoding="utf-8")
    lines = '{"query": "select 1\\nfrom t", "who": "ann", "bytes": 1}\n{"query": "select \'a, b\'", "who": "bob", "bytes": 2}\n'
    (tmp_path / "c.jsonl").write_text(lines, encoding="utf-8")
    (tmp_path / "d.jsonl.gz").write_bytes(gzip.compress(lines.encode()))
    for name in ("README.txt", "_draft.csv", ".hidden.parquet"):
        (tmp_path / name).write_text("not a log", encoding="utf-8")
    return tmp_path


def test_every_format_gives_the_same_rows(folder: Path) -> None:
    files = log_files(str(folder))
    assert [Path(file.name).name for file in files] == ["a.parquet", "b.csv", "c.jsonl", "d.jsonl.gz"]
    assert [file.read(both).to_pylist() for file in files] == [ROWS.drop_columns(["bytes"]).to_pylist()] * 4


@pytest.mark.parametrize("pattern, names", [("*.csv", ["b.csv"]), ("c.jsonl", ["c.jsonl"]), ("*l", ["c.jsonl"])])
def test_a_file_or_a_glob(folder: Path, pattern: str, names: list[str]) -> None:
    assert [Path(file.name).name for file in log_files(f"file://{folder}/{pattern}")][: len(names)][-1:] == names[-1:]


@pytest.mark.parametrize("path", ["nowhere", "*.orc", "README.txt"])
def test_nothing_there_is_an_outage(folder: Path, path: str) -> None:
    with pytest.raises(SourceUnavailable, match="query_logs in platform.yaml"):
        log_files(str(folder / path))


def test_a_filesystem_that_nobody_serves_is_an_outage() -> None:
    with pytest.raises(SourceUnavailable, match="query_logs in platform.yaml"):
        log_files("nosuch://bucket/log")


@pytest.mark.parametrize("name, content", [
    ("a.parquet", b"PAR1 torn"), ("a.csv", b"query,who\nselect 'zq secret',ann,7,8\n"), ("a.jsonl", b'{"query": "zq secret'),
    ("a.csv", b""),
])
def test_a_torn_file_is_one_sentence_that_quotes_nothing(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    (file,) = log_files(str(tmp_path))
    with pytest.raises(UnreadableData, match="write the log's file again") as refusal:
        file.read(list)
    assert "zq secret" not in str(refusal.value)


def test_a_torn_archive_is_unreadable(tmp_path: Path) -> None:
    (tmp_path / "a.csv.gz").write_bytes(gzip.compress(b"query\nselect 1\n" * 500)[:-20])
    (file,) = log_files(str(tmp_path))
    with pytest.raises(UnreadableData, match="archive is torn"):
        file.read(list)
