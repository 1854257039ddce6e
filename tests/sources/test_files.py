"""The files source on folders as they are, good and bad."""

from __future__ import annotations

import datetime as dt
import os
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import fsspec
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from assay.errors import SourceUnavailable, UnreadableData
from assay.sources import FilesSource, SourcePartition


def _write(path: Path, **columns: object) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.table(columns), path)
    return path


def _only(source: FilesSource) -> SourcePartition:
    (table,) = source.list_tables()
    (partition,) = table.partitions
    return partition


def test_lists_dated_partitions_and_plain_tables(tmp_path: Path) -> None:
    _write(tmp_path / "sales" / "ds=2024-01-02" / "b.parquet", a=[1])
    _write(tmp_path / "sales" / "ds=2024-01-02" / "a.parquet", a=[1])
    _write(tmp_path / "sales" / "ds=2024-01-01" / "part-0.parquet", a=[1])
    _write(tmp_path / "shops.parquet", a=[1])
    (tmp_path / "staff").mkdir()
    (tmp_path / "staff" / "one.csv").write_text("a\n1\n")
    tables = {table.name: table.partitions for table in FilesSource(str(tmp_path)).list_tables()}
    assert list(tables) == ["sales", "shops", "staff"]
    assert [(p.label, p.files, p.format) for p in tables["sales"]] == [
        ("2024-01-01", ("part-0.parquet",), "parquet"), ("2024-01-02", ("a.parquet", "b.parquet"), "parquet")]
    assert [(p.label, p.files, p.format) for p in tables["shops"]] == [("", ("shops.parquet",), "parquet")]
    assert [(p.label, p.files, p.format) for p in tables["staff"]] == [("", ("one.csv",), "csv")]
    assert tables["sales"][1].bytes == sum(f.stat().st_size for f in (tmp_path / "sales" / "ds=2024-01-02").iterdir())


def test_leaves_out_hidden_files_markers_and_drafts(tmp_path: Path) -> None:
    _write(tmp_path / "sales" / "ds=2024-01-01" / "part-0.parquet", a=[1])
    for name in (".part-1.parquet", "_SUCCESS", "part-2.parquet.draft", "readme.txt"):
        (tmp_path / "sales" / "ds=2024-01-01" / name).write_text("x")
    _write(tmp_path / "_staging" / "part-0.parquet", a=[1])
    (tmp_path / "empty").mkdir()
    assert _only(FilesSource(str(tmp_path))).files == ("part-0.parquet",)


def test_hive_values_that_are_no_dates_become_a_column(tmp_path: Path) -> None:
    _write(tmp_path / "sales" / "region=eu" / "x.parquet", a=[1])
    _write(tmp_path / "sales" / "region=us" / "x.parquet", a=[2, 3])
    source = FilesSource(str(tmp_path))
    partition = _only(source)
    assert (partition.label, partition.files) == ("", ("region=eu/x.parquet", "region=us/x.parquet"))
    assert dict(source.footer(partition).schema) == {"a": "BIGINT", "region": "VARCHAR"}
    assert source.read(partition).to_pydict() == {"a": [1, 2, 3], "region": ["eu", "us", "us"]}


@pytest.mark.parametrize("make", [lambda root: None, lambda root: root.mkdir(), lambda root: root.write_text("no folder")])
def test_a_folder_without_tables_is_an_outage(tmp_path: Path, make: object) -> None:
    root = tmp_path / "lake"
    make(root)  # type: ignore[operator]
    with pytest.raises(SourceUnavailable, match=r"lake can't be listed .*; .*mount") as raised:
        FilesSource(str(root)).list_tables()
    assert isinstance(raised.value, OSError)


def test_an_unknown_protocol_is_an_outage() -> None:
    with pytest.raises(SourceUnavailable, match=r"correct the source's path"):
        FilesSource("nosuchprotocol://lake")


def test_footer_tells_schema_rows_and_bytes(tmp_path: Path) -> None:
    moment = dt.datetime(2024, 1, 1)
    _write(tmp_path / "t" / "a.parquet", i=pa.array([1, 2], pa.int32()), s=["x", "y"], d=[moment.date()] * 2, t=[moment] * 2,
           z=pa.array([moment] * 2, pa.timestamp("us", "UTC")), f=[0.5, 1.0], b=[True, False], n=pa.nulls(2),
           c=pa.array(["x", "x"]).dictionary_encode())
    source = FilesSource(str(tmp_path))
    footer = source.footer(_only(source))
    assert dict(footer.schema) == {
        "i": "INTEGER", "s": "VARCHAR", "d": "DATE", "t": "TIMESTAMP", "z": "TIMESTAMP WITH TIME ZONE", "f": "DOUBLE",
        "b": "BOOLEAN", "n": "NULL", "c": "VARCHAR"}
    assert footer.row_count == 2
    assert 0 < sum(footer.column_bytes.values()) < _only(source).bytes


def test_fingerprint_depends_on_names_and_content_alone(tmp_path: Path) -> None:
    first = _write(tmp_path / "one" / "t" / "a.parquet", a=[1, 2])
    (tmp_path / "two" / "t").mkdir(parents=True)
    copy = tmp_path / "two" / "t" / "a.parquet"
    copy.write_bytes(first.read_bytes())
    os.utime(copy, (0, 0))
    prints = []
    for name in ("one", "two"):
        source = FilesSource(str(tmp_path / name))
        prints.append(source.fingerprint(_only(source)))
        assert source.footer(_only(source)).fingerprint == prints[-1]
    assert prints[0] == prints[1]
    copy.rename(copy.with_name("b.parquet"))
    source = FilesSource(str(tmp_path / "two"))
    assert source.fingerprint(_only(source)) != prints[0]


def test_reads_files_in_order_with_nulls_for_columns_only_others_have(tmp_path: Path) -> None:
    _write(tmp_path / "t" / "a.parquet", a=[1])
    _write(tmp_path / "t" / "b.parquet", b=["x"], a=pa.array([2], pa.int32()))
    source = FilesSource(str(tmp_path))
    assert source.read(_only(source)).to_pydict() == {"a": [1, 2], "b": [None, "x"]}
    assert source.read(_only(source), ["b"]).to_pydict() == {"b": [None, "x"]}


def test_a_torn_parquet_file_is_named(tmp_path: Path) -> None:
    path = _write(tmp_path / "t" / "a.parquet", a=list(range(1000)))
    path.write_bytes(path.read_bytes()[:500])
    source = FilesSource(str(tmp_path))
    for call in (source.footer, source.read):
        with pytest.raises(UnreadableData, match=r"t/a\.parquet can't be read"):
            call(_only(source))


def test_a_torn_column_is_named_with_its_file(tmp_path: Path) -> None:
    path = tmp_path / "t" / "a.parquet"
    path.parent.mkdir()
    pq.write_table(pa.table({"a": range(1000), "b": range(1000)}), path, compression="zstd", use_dictionary=False)
    chunk = pq.read_metadata(path).row_group(0).column(1)
    content = bytearray(path.read_bytes())
    content[chunk.data_page_offset:chunk.data_page_offset + chunk.total_compressed_size] = b"\xff" * chunk.total_compressed_size
    path.write_bytes(bytes(content))
    source = FilesSource(str(tmp_path))
    assert source.footer(_only(source)).row_count == 1000
    with pytest.raises(UnreadableData, match=r"column 'b' of .*a\.parquet") as raised:
        source.read(_only(source))
    assert raised.value.column == "b"
    assert source.read(_only(source), ["a"]).num_rows == 1000


@pytest.mark.parametrize("name", ["a.parquet", "a.csv"])
def test_an_empty_file_is_named(tmp_path: Path, name: str) -> None:
    (tmp_path / "t").mkdir()
    (tmp_path / "t" / name).touch()
    source = FilesSource(str(tmp_path))
    with pytest.raises(UnreadableData, match=rf"{name} can't be read \(it is empty\)"):
        source.footer(_only(source))


def test_a_column_that_changes_type_between_files_is_named(tmp_path: Path) -> None:
    _write(tmp_path / "t" / "a.parquet", k=[1], v=[1])
    _write(tmp_path / "t" / "b.parquet", k=[1], v=["one"])
    source = FilesSource(str(tmp_path))
    for call in (source.footer, source.read):
        with pytest.raises(UnreadableData, match=r"column 'v' of .*b\.parquet can't be read \(it is VARCHAR here and BIGINT"):
            call(_only(source))


def test_tables_of_many_formats_are_listed_by_their_names(tmp_path: Path) -> None:
    (tmp_path / "crm").mkdir()
    for name in ("orders_2024-01-01.csv", "orders_2024-01-02.csv", "crm/people.jsonl", "crm/shops.tsv"):
        text = {"tsv": "shop\tcity\n1\tx\n", "jsonl": '{"who": "x"}\n', "csv": "id,price\n1,2\n"}[name.rpartition(".")[2]]
        (tmp_path / name).write_text(text)
    found = {table.name: [(p.label, p.format) for p in table.partitions] for table in FilesSource(str(tmp_path)).list_tables()}
    assert found == {"crm.people": [("", "json")], "crm.shops": [("", "csv")],
                     "orders": [("2024-01-01", "csv"), ("2024-01-02", "csv")]}


def test_a_single_file_is_a_source(tmp_path: Path) -> None:
    (tmp_path / "orders.csv").write_text("id\n1\n")
    (tmp_path / "other.csv").write_text("id\n1\n")
    source = FilesSource(str(tmp_path / "orders.csv"))
    assert [table.name for table in source.list_tables()] == ["orders"]
    assert source.read(_only(source)).to_pydict() == {"id": [1]}


def test_sheets_of_a_workbook_are_tables(tmp_path: Path) -> None:
    with xlsxwriter.Workbook(tmp_path / "book.xlsx") as book:
        for name in ("orders", "shops"):
            sheet = book.add_worksheet(name)
            sheet.write_row(0, 0, [f"{name} id"])
            sheet.write_row(1, 0, [7])
    source = FilesSource(str(tmp_path))
    tables = source.list_tables()
    assert [table.name for table in tables] == ["book.orders", "book.shops"]
    assert source.read(tables[1].partitions[0]).to_pydict() == {"shops id": [7]}
    (tmp_path / "book.xlsx").write_bytes(b"PK torn")
    with pytest.raises(UnreadableData, match=r"book\.xlsx can't be read"):
        source.footer(_only(source))


def test_files_of_different_tables_in_one_partition_are_refused(tmp_path: Path) -> None:
    _write(tmp_path / "t" / "ds=2024-01-01" / "a.parquet", id=[1], price=[2])
    _write(tmp_path / "t" / "ds=2024-01-01" / "b.parquet", name=["x"], city=["y"])
    source = FilesSource(str(tmp_path))
    with pytest.raises(UnreadableData, match=r"b\.parquet can't be read \(its columns are others than those of a\.parquet\)"):
        source.footer(_only(source))


def test_a_version_changes_with_the_file_and_only_then(tmp_path: Path) -> None:
    path = _write(tmp_path / "t" / "a.parquet", a=[1])
    source = FilesSource(str(tmp_path))
    before = _only(source).version
    assert before
    assert _only(source).version == before
    os.utime(path, ns=(1, 1))
    assert _only(source).version != before


def test_a_web_servers_index_is_a_folder(tmp_path: Path) -> None:
    (tmp_path / "orders" / "ds=2024-01-01").mkdir(parents=True)
    (tmp_path / "orders" / "ds=2024-01-01" / "a b.csv").write_text("id\n7\n")

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(tmp_path))) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        source = FilesSource(f"http://127.0.0.1:{server.server_port}")
        assert [(table.name, table.partitions[0].label) for table in source.list_tables()] == [("orders", "2024-01-01")]
        assert source.read(_only(source)).to_pydict() == {"id": [7]}
        server.shutdown()
    with pytest.raises(SourceUnavailable):
        source.list_tables()


def test_sources_on_another_filesystem(tmp_path: Path) -> None:
    memory = fsspec.filesystem("memory")
    memory.pipe_file("/lake/t/ds=2024-01-01/a.csv", b"a\n1\n")
    try:
        source = FilesSource("memory://lake")
        assert source.read(_only(source)).to_pydict() == {"a": [1]}
        assert _only(source).label == "2024-01-01"
    finally:
        memory.rm("/lake", recursive=True)


def test_a_csv_with_a_short_line_is_named(tmp_path: Path) -> None:
    (tmp_path / "t").mkdir()
    (tmp_path / "t" / "a.csv").write_text("a,b\n1,2\n3\n")
    source = FilesSource(str(tmp_path))
    with pytest.raises(UnreadableData, match=r"a\.csv can't be read .*[Ee]xpected 2 columns"):
        source.footer(_only(source))


def test_a_link_out_of_the_source_is_refused(tmp_path: Path) -> None:
    outside = _write(tmp_path / "secret.parquet", a=[1])
    (tmp_path / "lake" / "t").mkdir(parents=True)
    (tmp_path / "lake" / "t" / "a.parquet").symlink_to(outside)
    _write(tmp_path / "lake" / "u" / "b.parquet", a=[1])
    (tmp_path / "lake" / "u" / "c.parquet").symlink_to("b.parquet")
    source = FilesSource(str(tmp_path / "lake"))
    leading_out, inside = (table.partitions[0] for table in source.list_tables())
    for call in (source.fingerprint, source.footer, source.read):
        with pytest.raises(UnreadableData, match=r"t/a\.parquet can't be read \(a symbolic link leads out"):
            call(leading_out)
    assert source.read(inside).num_rows == 2


def test_a_linked_folder_is_followed_unless_it_leads_out(tmp_path: Path) -> None:
    _write(tmp_path / "lake" / "t" / "ds=2024-01-01" / "a.parquet", a=[1])
    (tmp_path / "lake" / "t" / "ds=2024-01-02").symlink_to("ds=2024-01-01")
    _write(tmp_path / "elsewhere" / "a.parquet", a=[1])
    (tmp_path / "lake" / "t" / "ds=2024-01-03").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "lake" / "t" / "ds=2024-01-01" / "loop").symlink_to("..")
    source = FilesSource(str(tmp_path / "lake"))
    _, inside, outside = source.list_tables()[0].partitions
    assert source.read(inside).num_rows == 1
    with pytest.raises(UnreadableData, match="leads out of the source"):
        source.read(outside)


def test_a_missing_column_and_a_changed_file_are_refused(tmp_path: Path) -> None:
    _write(tmp_path / "t" / "a.parquet", a=[1])
    source = FilesSource(str(tmp_path))
    partition = _only(source)
    with pytest.raises(UnreadableData, match=r"column 'x' .*; name one of a"):
        source.read(partition, ["a", "x"])
    before = source.fingerprint(partition)
    assert source.read(partition, fingerprint=before).num_rows == 1
    _write(tmp_path / "t" / "a.parquet", a=[2])
    with pytest.raises(UnreadableData, match="changed since they were listed"):
        source.read(partition, fingerprint=before)
    (tmp_path / "t" / "a.parquet").unlink()
    with pytest.raises(SourceUnavailable):
        source.read(partition)


@given(parts=st.lists(st.lists(st.integers(-(2**63), 2**63 - 1), max_size=5), min_size=1, max_size=4))
def test_several_files_are_concatenated(tmp_path_factory: pytest.TempPathFactory, parts: list[list[int]]) -> None:
    root = tmp_path_factory.mktemp("lake")
    for number, values in enumerate(parts):
        _write(root / "t" / "ds=2024-01-01" / f"part-{number}.parquet", a=pa.array(values, pa.int64()))
    source = FilesSource(str(root))
    assert source.footer(_only(source)).row_count == sum(map(len, parts))
    assert source.read(_only(source)).column("a").to_pylist() == [value for values in parts for value in values]
