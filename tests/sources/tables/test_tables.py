"""Delta and Iceberg tables as their own libraries write them."""

from __future__ import annotations

import shutil
from pathlib import Path

import deltalake
import pyarrow as pa
import pytest
from pyiceberg.catalog.memory import InMemoryCatalog

from assay.errors import UnreadableData
from assay.sources import FilesSource, SourceTable

ROWS = pa.table({"id": [1, 2, 3], "ds": ["2024-01-01", "2024-01-02", "2024-01-02"], "price": [1.5, 2.5, 3.5]})


def _only(source: FilesSource) -> SourceTable:
    (table,) = source.list_tables()
    return table


def _iceberg(root: Path, rows: pa.Table) -> Path:
    catalog = InMemoryCatalog("test", warehouse=root.as_uri())
    catalog.create_namespace("shop")
    table = catalog.create_table("shop.orders", rows.schema)
    table.append(rows.slice(0, 2))
    table.append(rows.slice(2))
    return Path(table.location().removeprefix("file://"))


def test_a_delta_table_divided_by_days_has_dated_partitions(tmp_path: Path) -> None:
    deltalake.write_deltalake(str(tmp_path / "orders"), ROWS, partition_by=["ds"])
    source = FilesSource(str(tmp_path))
    table = _only(source)
    assert (table.name, [(p.label, p.format) for p in table.partitions]) == (
        "orders", [("2024-01-01", "delta"), ("2024-01-02", "delta")])
    second = table.partitions[1]
    assert source.read(second).to_pydict() == {"id": [2, 3], "price": [2.5, 3.5]}
    footer = source.footer(second)
    assert (footer.row_count, dict(footer.schema)) == (2, {"id": "BIGINT", "price": "DOUBLE"})
    assert source.read(second, ["price"], fingerprint=footer.fingerprint).to_pydict() == {"price": [2.5, 3.5]}


def test_versions_follow_what_is_deleted_and_added(tmp_path: Path) -> None:
    place = str(tmp_path / "orders")
    deltalake.write_deltalake(place, ROWS, partition_by=["ds"])
    source = FilesSource(str(tmp_path))
    before = _only(source).partitions
    deltalake.write_deltalake(place, ROWS.slice(2), partition_by=["ds"], mode="append")
    deltalake.DeltaTable(place).delete("id = 2")
    after = _only(source).partitions
    assert before[0].version == after[0].version
    assert before[1].version != after[1].version
    assert source.read(after[1]).to_pydict() == {"id": [3, 3], "price": [3.5, 3.5]}
    with pytest.raises(UnreadableData, match="changed since they were listed"):
        source.read(after[1], fingerprint=source.fingerprint(before[0]))


def test_rewriting_the_files_changes_no_fingerprint(tmp_path: Path) -> None:
    place = str(tmp_path / "orders")
    for n in range(3):
        deltalake.write_deltalake(place, ROWS.slice(n, 1), mode="append")
    source = FilesSource(str(tmp_path))
    table = _only(source)
    assert [p.label for p in table.partitions] == [""]
    before = source.fingerprint(table.partitions[0])
    deltalake.DeltaTable(place).optimize.compact()
    assert source.fingerprint(_only(source).partitions[0]) == before
    assert source.read(_only(source).partitions[0]).num_rows == 3


def test_an_iceberg_table_is_read_by_its_newest_metadata(tmp_path: Path) -> None:
    folder = _iceberg(tmp_path / "lake", ROWS)
    source = FilesSource(str(folder.parent))
    table = _only(source)
    assert [(p.label, p.format) for p in table.partitions] == [("", "iceberg")]
    assert source.read(table.partitions[0]).to_pydict() == ROWS.to_pydict()
    assert source.footer(table.partitions[0]).row_count == 3


def test_an_iceberg_table_that_was_moved_is_refused(tmp_path: Path) -> None:
    folder = _iceberg(tmp_path / "lake", ROWS)
    shutil.copytree(folder, tmp_path / "copy" / "orders")
    source = FilesSource(str(tmp_path / "copy"))
    with pytest.raises(UnreadableData, match="lies outside of its folder"):
        source.footer(_only(source).partitions[0])


def test_a_table_without_its_log_is_named(tmp_path: Path) -> None:
    deltalake.write_deltalake(str(tmp_path / "orders"), ROWS)
    for path in (tmp_path / "orders" / "_delta_log").glob("*.json"):
        path.write_text("{torn")
    source = FilesSource(str(tmp_path))
    with pytest.raises(UnreadableData, match=r"orders can't be read .*restore its _delta_log"):
        source.footer(_only(source).partitions[0])


def test_a_folder_called_metadata_is_no_table_format(tmp_path: Path) -> None:
    (tmp_path / "shop" / "metadata").mkdir(parents=True)
    (tmp_path / "shop" / "metadata" / "readme.txt").write_text("x")
    (tmp_path / "shop" / "a.csv").write_text("id\n1\n")
    assert _only(FilesSource(str(tmp_path))).partitions[0].format == "csv"
