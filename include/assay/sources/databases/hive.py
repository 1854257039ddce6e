"""Tables and views of Hive, through Spark."""

from __future__ import annotations

import hashlib
import json
import logging
import re
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import pyarrow as pa
import pyarrow.parquet as pq

from assay.errors import SourceUnavailable, UnreadableData
from assay.sources.base import Declared, SourcePartition, SourceTable
from assay.sources.content import WholeReader, asked_for, in_order
from assay.sources.databases.spark import reaching, session_of, shown
from assay.sources.layout import label_of

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

logger = logging.getLogger(__name__)

_DEFAULT = "default"
_OF_FILES = frozenset({"hive", "parquet", "orc", "avro", "csv", "json", "text"})  # tables that are what their files hold
_AS_TEXT = frozenset({"void", "interval", "yearmonthinterval", "daytimeinterval", "variant"})  # nothing in parquet and Arrow
_NESTED = frozenset({"array", "map", "struct"})
_AT_ONCE = 1 << 26  # bytes of files whose rows a server is asked for at once


@dataclass(frozen=True)
class _Part:
    """A partition in Hive's catalogue.

    Attributes:
        spec: Its folder as Hive names it, `ds=2026-03-01/region=eu`.
        label: `YYYY-MM-DD`, or empty.
        dated: The keys that make the label and their values.
    """

    spec: str
    label: str
    dated: tuple[str, ...]


@dataclass(frozen=True)
class _Files:
    """What lies below a table's folder.

    Attributes:
        listed: By the partition that they belong to (an empty text where there are none): path, size and time of each file.
        known: Whether they could be listed, and are all that the table holds.
    """

    listed: Mapping[str, Sequence[tuple[str, int, int]]]
    known: bool


class HiveSource(WholeReader):
    """Tables and views of a Hive catalogue, those of database `default` called by their name, others `<database>.<name>`.

    A table whose partitions are days or months has one partition for each, as dated folders do; any other is one partition.

    Args:
        where: `sc://host:port` of a Spark Connect server, `thrift://host:port` of a metastore, or the folder of a Derby one.
        databases: Databases to look at; by default all.
    """

    def __init__(self, where: str, databases: Sequence[str] = ()) -> None:
        self._where = where
        self._place = shown(where)
        self._databases = tuple(databases)

    def list_tables(self) -> list[SourceTable]:
        """Every table and view, ascending by name, with comments and estimated rows.

        Raises:
            SourceUnavailable: If Spark or the metastore can't be reached, or holds no table.
        """
        spark = session_of(self._where)
        with reaching(self._place):
            databases = self._databases or [row[0] for row in spark.sql("SHOW DATABASES").collect()]
            names = [(database, row["tableName"]) for database in databases
                     for row in spark.sql(f"SHOW TABLES IN {_quoted(database)}").collect() if not row["isTemporary"]]
        tables = [table for database, name in names if (table := self._table(spark, database, name)) is not None]
        if not tables:
            raise SourceUnavailable(self._place, "it holds no table", "name its databases, or grant its user to see them")
        return sorted(tables, key=lambda table: table.name)

    def _table(self, spark: SparkSession, database: str, table: str) -> SourceTable | None:
        """A table with its partitions; None where it was dropped since it was listed."""
        name = table if database == _DEFAULT else f"{database}.{table}"
        place = f"{self._place}/{name}"
        try:
            with reaching(place):
                about = _described(spark, _quoted(database, table))
                parts = _parts(spark, _quoted(database, table), about)
                partitions = _partitions(place, name, about, parts, _files(spark, about))
        except UnreadableData as error:  # reading it says so, too
            logger.warning("%s", error)
            return SourceTable(name, (SourcePartition("", place, "hive", (name,), 0),))
        except SourceUnavailable:
            with reaching(place):
                if spark.catalog.tableExists(_quoted(database, table)):
                    raise
            return None
        comments = {column["name"]: column["comment"] for column in about["columns"] if column.get("comment")}
        rows = about.get("statistics", {}).get("num_rows") or None  # Spark writes 0 for what it didn't count
        declared = Declared(about["type"] == "VIEW", about.get("comment"), comments, row_estimate=rows)
        return SourceTable(name, partitions, declared)

    # -- reading ------------------------------------------------------------------------------------------------------

    def read(self, partition: SourcePartition, columns: Sequence[str] | None = None, *,
             fingerprint: str | None = None) -> pa.Table:
        """The partition's rows, sorted by all columns, without those that make its label.

        Args:
            partition: As listed.
            columns: Columns to read, in this order; all by default.
            fingerprint: What the content must still be.

        Raises:
            SourceUnavailable: If Spark or the metastore can't be reached, or the table is gone.
            UnreadableData: If files are gone or torn, a column is not there, or the content has changed.
        """
        name, *dated = partition.files
        database, _, table = name.rpartition(".")
        full = _quoted(database or _DEFAULT, table)
        spark = session_of(self._where)
        with reaching(partition.location):
            spark.catalog.refreshTable(full)  # Spark remembers files that may be gone
            _check_files(spark, full, partition)
            rows = _query(spark, full, dated)
            remote = self._where.startswith("sc://")
            found = in_order(_bare(_streamed(rows, partition.bytes) if remote else _written(rows)))
        return asked_for(found, partition.location, columns, fingerprint)


# -- what the catalogue says --------------------------------------------------------------------------------------------


def _described(spark: SparkSession, full: str, spec: str = "") -> dict[str, Any]:
    """What Spark says of a table or of one of its partitions."""
    keys = [part.partition("=") for part in _folders(spec)] if spec else []
    which = f" PARTITION ({', '.join(f'{_quoted(key)} = {_literal(value)}' for key, _, value in keys)})" if keys else ""
    said: dict[str, Any] = json.loads(spark.sql(f"DESCRIBE TABLE EXTENDED {full}{which} AS JSON").collect()[0][0])
    return said


def _provider(about: Mapping[str, Any]) -> str:
    return str(about.get("provider") or "").lower()


def _parts(spark: SparkSession, full: str, about: Mapping[str, Any]) -> list[_Part]:
    """Partitions in the catalogue, ascending; none where a table has no partition columns."""
    if not about.get("partition_columns"):
        return []
    out = []
    for row in spark.sql(f"SHOW PARTITIONS {full}").collect():
        folders = _folders(row[0])
        label, first, count = label_of(folders)
        out.append(_Part(row[0], label, tuple(folders[first:first + count])))
    return sorted(out, key=lambda part: part.spec)


def _partitions(place: str, name: str, about: Mapping[str, Any], parts: Sequence[_Part],
                files: _Files) -> tuple[SourcePartition, ...]:
    if not any(part.label for part in parts):
        specs = [part.spec for part in parts] if about.get("partition_columns") else [""]
        return (_partition(place, (name,), "", specs, about, files),)
    undated = [part.spec for part in parts if not part.label]
    if undated:
        logger.warning("%s: %d partitions without a date are left out, first %s", place, len(undated), undated[0])
    out = []
    for label in sorted({part.label for part in parts if part.label}):
        own = [part for part in parts if part.label == label]
        dated = sorted({"/".join(part.dated) for part in own})
        out.append(_partition(place, (name, *dated), label, [part.spec for part in own], about, files))
    return tuple(out)


def _partition(place: str, names: tuple[str, ...], label: str, specs: Sequence[str], about: Mapping[str, Any],
               files: _Files) -> SourcePartition:
    """A partition that has a version if all that it holds are files that are known."""
    listed = [file for spec in specs for file in files.listed.get(spec, ())]
    whole = files.known and listed and all(files.listed.get(spec) for spec in specs)
    said = json.dumps([about["columns"], listed], sort_keys=True)
    version = hashlib.sha256(said.encode()).hexdigest() if whole else ""
    return SourcePartition(label, place, "hive", names, sum(size for _, size, _ in listed), version)


def _files(spark: SparkSession, about: Mapping[str, Any]) -> _Files:
    """Files below a table's folder, as Spark lists them wherever they lie, without reading them."""
    location = about.get("location")
    if not location or _provider(about) not in _OF_FILES:
        return _Files({}, False)
    try:
        with reaching(location):
            rows = _below(spark, location).selectExpr("path", "length", "unix_micros(modificationTime)").collect()
    except UnreadableData:
        return _Files({}, False)
    depth = len(about.get("partition_columns") or ())
    out: dict[str, list[tuple[str, int, int]]] = {}
    for path, size, changed in sorted(tuple(row) for row in rows):
        below = path.removeprefix(location).strip("/")
        out.setdefault("/".join(below.split("/")[:depth]), []).append((below, size, changed))
    return _Files(out, True)


def _check_files(spark: SparkSession, full: str, partition: SourcePartition) -> None:
    """Whether the folders of a partition are there: of one that isn't Spark makes no rows without a word.

    Raises:
        UnreadableData: If one is gone.
    """
    about = _described(spark, full)
    if about["type"] == "VIEW" or _provider(about) not in _OF_FILES:
        return
    files = _files(spark, about)
    if not about.get("partition_columns"):
        empty = [about] if not files.listed else []
    else:
        empty = [_described(spark, full, part.spec) for part in _parts(spark, full, about)
                 if part.label == partition.label and part.spec not in files.listed]
    for one in empty:
        try:
            with reaching(partition.location):
                _ = _below(spark, one["location"]).schema  # a server looks only when it has to answer
        except UnreadableData as error:
            raise UnreadableData(partition.location, f"its folder {one['location']} is gone",
                                 remedy="restore it, or drop it from the catalogue") from error


def _below(spark: SparkSession, location: str) -> DataFrame:
    """Files of any format below a folder, whose characters aren't patterns."""
    escaped = re.sub(r"([\[\]{}*?\\])", r"\\\1", location)
    return spark.read.format("binaryFile").option("recursiveFileLookup", "true").load(escaped)


# -- rows ---------------------------------------------------------------------------------------------------------------


def _query(spark: SparkSession, full: str, dated: Sequence[str]) -> DataFrame:
    """A table's rows, or those of some values of its dated keys, whose columns are left out then."""
    fields = {field.name: field.dataType for field in spark.table(full).schema.fields}
    keys = [[folder.partition("=")[::2] for folder in one.split("/")] for one in dated]
    label = {key for one in keys for key, _ in one}
    columns = [f"CAST({_quoted(name)} AS STRING) AS {_quoted(name)}" if kind.typeName() in _AS_TEXT else _quoted(name)
               for name, kind in fields.items() if name not in label]
    alike = [" AND ".join(f"{_quoted(key)} = CAST({_literal(value)} AS {fields[key].simpleString()})" for key, value in one)
             for one in keys]
    return spark.sql(f"SELECT {', '.join(columns)} FROM {full}" + (f" WHERE ({') OR ('.join(alike)})" if alike else ""))


def _streamed(rows: DataFrame, size: int) -> pa.Table:
    """Rows from a server, which holds the answer to a question whole: of much data it is asked for a part at a time.

    Parts are told by a hash of the columns that rows are sorted by, so that their number changes nothing.
    """
    by = [_quoted(field.name) for field in rows.schema.fields if field.dataType.typeName() not in _NESTED]
    parts = 1 + size // _AT_ONCE if by else 1
    if parts == 1:
        return rows.toArrow()
    which = f"pmod(xxhash64({', '.join(by)}), {parts})"
    return pa.concat_tables([rows.where(f"{which} = {part}").toArrow() for part in range(parts)])


def _written(rows: DataFrame) -> pa.Table:
    """Rows by way of parquet files, which Spark writes piece by piece; as Arrow a Spark in this process would hold all."""
    with tempfile.TemporaryDirectory(prefix="assay-spark-") as folder:
        rows.write.parquet(f"{folder}/rows")
        return pq.read_table(f"{folder}/rows", partitioning=None)


def _bare(table: pa.Table) -> pa.Table:
    """Without what Spark notes beside fields, so that both ways of reading give the same."""
    return table.cast(pa.schema([pa.field(field.name, _plain(field.type)) for field in table.schema]))


def _plain(kind: pa.DataType) -> pa.DataType:
    if pa.types.is_map(kind):
        return pa.map_(kind.key_type, _plain(kind.item_type))
    if pa.types.is_list(kind):
        return pa.list_(_plain(kind.value_type))
    if pa.types.is_struct(kind):
        return pa.struct([pa.field(field.name, _plain(field.type)) for field in kind.fields])
    return kind


def _folders(spec: str) -> list[str]:
    """Folders of a partition, `key=value`, without Hive's escapes."""
    return [unquote(folder) for folder in spec.split("/")]


def _quoted(*names: str) -> str:
    return ".".join("`" + name.replace("`", "``") + "`" for name in names)


def _literal(value: str) -> str:
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"
