"""Every other format: what it reads, and how it refuses what it can't read."""

from __future__ import annotations

import datetime as dt
import io

import fastavro
import pyarrow as pa
import pyarrow.orc as pa_orc
import pyarrow.parquet as pq
import pytest
import xlsxwriter

from assay.errors import UnreadableData
from assay.sources.formats import parse, parts_of, read_header, split_name

ROWS = pa.table({"id": [1, 2], "name": ["x", None]})


def _avro(rows: pa.Table) -> bytes:
    sink = io.BytesIO()
    fields = [{"name": "id", "type": "long"}, {"name": "name", "type": ["null", "string"]}]
    fastavro.writer(sink, {"type": "record", "name": "row", "fields": fields}, rows.to_pylist(), sync_marker=b"0" * 16)
    return sink.getvalue()


def _workbook(**sheets: list[list[object]]) -> bytes:
    sink = io.BytesIO()
    with xlsxwriter.Workbook(sink, {"default_date_format": "yyyy-mm-dd", "remove_timezone": True}) as book:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for n, row in enumerate(rows):
                sheet.write_row(n, 0, row)
    return sink.getvalue()


def _arrow(write: object, rows: pa.Table) -> bytes:
    sink = io.BytesIO()
    write(rows, sink)  # type: ignore[operator]
    return sink.getvalue()


WRITTEN = {
    "a.parquet": _arrow(pq.write_table, ROWS), "a.orc": _arrow(pa_orc.write_table, ROWS), "a.avro": _avro(ROWS),
    "a.jsonl": b'{"id": 1, "name": "x"}\n{"id": 2, "name": null}\n', "a.json": b'[{"id": 1, "name": "x"},\n {"id": 2}]',
    "a.xlsx": _workbook(rows=[["id", "name"], [1, "x"], [2, None]]),
}


@pytest.mark.parametrize("name", WRITTEN)
def test_formats_give_the_same_rows(name: str) -> None:
    content = pa.py_buffer(WRITTEN[name])
    assert parse(name, content).equals(ROWS)
    assert parse(name, content, ["name"]).to_pydict() == {"name": ["x", None]}
    header = read_header(name, content)
    assert (header.schema.names, header.row_count) == (["id", "name"], 2)
    assert parse(name, content, []).num_rows in (0, 2)


@pytest.mark.parametrize("name", WRITTEN)
def test_torn_files_are_named(name: str) -> None:
    content = WRITTEN[name]
    for cut in (content[:9], content[: len(content) // 2 + 3]):
        with pytest.raises(UnreadableData, match=name.replace(".", r"\.")):
            parse(name, pa.py_buffer(cut))
    with pytest.raises(UnreadableData, match="it is empty"):
        parse(name, pa.py_buffer(b""))


def test_what_a_name_says() -> None:
    stem, form, packed = split_name("orders.2024.CSV.gz") or ("", None, "")
    assert (stem, form and form.name, packed) == ("orders.2024", "csv", ".gz")
    assert split_name("orders.txt") is None
    assert split_name(".csv") is None


def test_a_sheet_is_a_table() -> None:
    content = pa.py_buffer(_workbook(orders=[["id"], [1]], shops=[["shop", "since"], ["a", dt.date(2024, 1, 2)]], empty=[]))
    assert parts_of("a.xlsx", content) == ["orders", "shops"]
    assert parse("a.xlsx#shops", content).to_pydict() == {"shop": ["a"], "since": [dt.date(2024, 1, 2)]}
    assert parts_of("a.parquet", pa.py_buffer(WRITTEN["a.parquet"])) == []


def test_cells_of_a_workbook_have_one_type_a_column() -> None:
    rows = [["whole", "broken", "mixed", "flag", "moment", "none"],
            [1, 1.5, 1, True, dt.datetime(2024, 1, 2, 3, 4), None], [2, 2, "x", False, dt.datetime(2024, 1, 3), None]]
    found = parse("a.xlsx", pa.py_buffer(_workbook(rows=rows)))
    assert found.to_pydict() == {
        "whole": [1, 2], "broken": [1.5, 2.0], "mixed": ["1", "x"], "flag": [True, False],
        "moment": [dt.datetime(2024, 1, 2, 3, 4), dt.datetime(2024, 1, 3)], "none": [None, None]}


def test_a_record_whose_field_changes_type_is_named() -> None:
    with pytest.raises(UnreadableData, match=r"column 'a' of x\.jsonl"):
        parse("x.jsonl", pa.py_buffer(b'{"a": 1}\n{"a": "one"}\n'))
    with pytest.raises(UnreadableData, match="something else than records"):
        parse("x.json", pa.py_buffer(b"[1, 2]"))


def test_nested_records_stay_nested() -> None:
    table = parse("x.jsonl", pa.py_buffer(b'{"a": {"b": [1, 2]}}\n'))
    assert table.schema.field("a").type == pa.struct({"b": pa.list_(pa.int64())})
