"""Delimited text as people write it."""

from __future__ import annotations

import gzip

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.errors import UnreadableData
from assay.sources.formats import parse, read_header


def _read(content: bytes | str, name: str = "a.csv") -> pa.Table:
    return parse(name, pa.py_buffer(content.encode() if isinstance(content, str) else content))


@pytest.mark.parametrize("content", [
    "id,name\n1,foo\n2,bar\n", "id,name\r\n1,foo\r\n2,bar\r\n", "id,name\r1,foo\r2,bar\r", "id;name\n1;foo\n2;bar\n",
    "id|name\n1|foo\n2|bar\n", "\ufeffid,name\n1,foo\n2,bar", '"id","name"\n1,"foo"\n2,"bar"\n',
    "Sales of 2024\n\nid,name\n1,foo\n2,bar\n"])
def test_dialects_are_told_apart(content: str) -> None:
    assert _read(content).to_pydict() == {"id": [1, 2], "name": ["foo", "bar"]}


def test_tabs_and_packed_files() -> None:
    assert _read("id\tname\n1\tfoo, bar\n", "a.tsv").to_pydict() == {"id": [1], "name": ["foo, bar"]}
    assert _read(gzip.compress(b"id,name\n1,foo\n"), "a.csv.gz").to_pydict() == {"id": [1], "name": ["foo"]}


def test_hives_own_text_has_no_header() -> None:
    assert _read("1\x01foo\n2\x01bar\n").to_pydict() == {"column_1": [1, 2], "column_2": ["foo", "bar"]}


def test_a_file_without_header_names_columns_by_place() -> None:
    assert _read("1,foo,2.5\n2,bar,3\n3,x,4\n").column_names == ["column_1", "column_2", "column_3"]


def test_decimal_commas_are_numbers() -> None:
    assert _read("id;price\n1;2,5\n2;3,25\n").to_pydict() == {"id": [1, 2], "price": [2.5, 3.25]}
    assert _read('id,list\n1,"2,5"\n').to_pydict() == {"id": [1], "list": ["2,5"]}


@pytest.mark.parametrize(("encoding", "text"), [
    ("gb18030", "编号,姓名\n1,张伟\n2,王芳\n"), ("utf-16", "编号,姓名\n1,张伟\n2,王芳\n"),
    ("utf-8-sig", "编号,姓名\n1,张伟\n2,王芳\n"),
    ("cp1252", "id,Käse\n1,Größe\n2,Öl\n"), ("cp1252", "id,price\n1,€5 – “about”\n2,café\n"),
    ("cp1251", "id,имя\n1,Иван\n2,Пётр Москва\n")])
def test_encodings_are_told_apart(encoding: str, text: str) -> None:
    assert _read(text.encode(encoding)).equals(_read(text))


def test_mixed_encodings_are_refused_with_the_line() -> None:
    with pytest.raises(UnreadableData, match=r"line 3 is in gb18030 and others are in UTF-8"):
        _read("id,name\n1,张伟先生\n".encode() + "2,王芳小姐\n".encode("gb18030"))
    with pytest.raises(UnreadableData, match=r"line 3 is in cp1252 and others are in UTF-8"):
        _read("id,name\n1,café\n".encode() + "2,naïve\n".encode("cp1252"))


def test_codes_keep_their_digits() -> None:
    found = _read("id,zip,order,share\n1,01234,12345678901234567890,0\n2,10115,22345678901234567890,0.5\n")
    assert found.to_pydict() == {"id": [1, 2], "zip": ["01234", "10115"],
                                 "order": ["12345678901234567890", "22345678901234567890"], "share": [0.0, 0.5]}


def test_a_column_that_turns_into_text_late_is_text() -> None:
    rows = "".join(f"{n},{n}\n" for n in range(200_000))
    found = _read(f"a,b\n{rows}x,1\n")
    assert (found.schema.field("a").type, found.schema.field("b").type, found.num_rows) == (pa.string(), pa.int64(), 200_001)


def test_names_may_hold_anything() -> None:
    found = _read('"a/b","<b>x</b>","q""t","new\nline",\n1,2,3,4,5\n')
    assert found.to_pylist() == [{"a/b": 1, "<b>x</b>": 2, 'q"t': 3, "new\nline": 4, "column_5": 5}]


def test_long_cells_are_kept() -> None:
    assert _read(f"id,text\n1,{'z' * 10_000}\n").column("text")[0].as_py() == "z" * 10_000


def test_a_header_alone_is_a_table_without_rows() -> None:
    header = read_header("a.csv", pa.py_buffer(b"id,name\n"))
    assert (header.schema.names, header.row_count) == (["id", "name"], 0)


@pytest.mark.parametrize(("content", "said"), [
    (b"", "it is empty"), (b"\n \n", "it is empty"), (b"PK\x03\x04\x00\x00", "it is no text"),
    (b"a,b\n1,2\n3\n4,5,6\n", r"Row #3: Expected 2 columns, got 1\)"), (b"a,a\n1,2\n", "names it twice"),
    (b"id,name\n1,x\n2,y\nid,name\n3,z\n", "row 3 repeats its header"),
    (b"id,kg,m\n-,kg,m\n1,2.5,3\n2,3.5,4\n3,1,1\n", "its second line is no row: 'id' holds numbers from the third line on")])
def test_bad_files_get_one_sentence(content: bytes, said: str) -> None:
    with pytest.raises(UnreadableData, match=said) as raised:
        _read(content)
    assert "a.csv" in str(raised.value)


def test_errors_do_not_repeat_what_a_row_says() -> None:
    with pytest.raises(UnreadableData) as raised:
        _read("name,mail\nAda,ada@example.org\nGrace Hopper: grace@example.org\n")
    assert "grace" not in str(raised.value).lower()


_CELL = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), min_size=1, max_size=12)


@given(st.lists(st.tuples(st.integers(0, 10**12), _CELL), min_size=2, max_size=8))
def test_what_pyarrow_writes_is_read_back(rows: list[tuple[int, str]]) -> None:
    import pyarrow.csv as pa_csv

    table = pa.table({"number": [n for n, _ in rows], "word": pa.array([f"w{w}" for _, w in rows])})
    sink = pa.BufferOutputStream()
    pa_csv.write_csv(table, sink)
    assert parse("a.csv", sink.getvalue()).equals(table)
