"""The tables whose keys are looked for: as parquet files, with what their truth says.

TPC-H and TPC-DS come from DuckDB's generators, whose packages want a DuckDB of their own: they get an environment of their own
below `data/benchmarks/`, once. The demo is read as a night reads it.
"""

from __future__ import annotations

import subprocess
import sys
import venv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from catalogue import retailer, truths

REPOSITORY = Path(__file__).resolve().parents[2]
FOLDER = REPOSITORY / "data" / "benchmarks" / "relations"
LANDING = REPOSITORY / "data" / "landing" / "complete_journey"
_PACKAGES = ("duckdb==1.5.5", "duckdb-extension-tpch==1.5.5", "duckdb-extension-tpcds==1.5.5")
_SCALE = {"tpch": 0.01, "tpcds": 0.1}
_NIGHT, _FIRST = "2017-12-03", "2017-11-05"  # a night of the demo and the first of its 28 days
_GENERATE = """
import pathlib, sys
import duckdb
package, call, scale, folder = sys.argv[1:]
module = __import__(package)
extension = next(pathlib.Path(module.__file__).parent.rglob("*.duckdb_extension"))
con = duckdb.connect(config={"allow_unsigned_extensions": "true", "threads": 1})
con.execute(f"load '{extension}'")
con.execute(f"call {call}(sf={scale})")
for (table,) in con.execute("select table_name from information_schema.tables").fetchall():
    con.execute(f"copy {table} to '{folder}/{table}.parquet' (format parquet)")
"""
_Line = tuple[str, tuple[str, ...]]


@dataclass(frozen=True)
class Schema:
    """Tables and their keys.

    Attributes:
        name: Of the schema.
        files: Table -> partitions, oldest first, each a list of files.
        foreign: (table, columns, table, columns) of each foreign key.
        primary: (table, columns) of each primary key.
    """

    name: str
    files: Mapping[str, Sequence[Sequence[str]]]
    foreign: frozenset[tuple[str, tuple[str, ...], str, tuple[str, ...]]]
    primary: frozenset[_Line]
    renamed: Mapping[tuple[str, str], str] = field(default_factory=dict)


def demo(landing: Path = LANDING) -> Schema:
    """The eight tables of the Complete Journey as one night sees them."""
    files: dict[str, list[list[str]]] = {}
    for folder in sorted(path for path in landing.iterdir() if path.is_dir()):
        labels = sorted(label for label in folder.iterdir() if label.name <= f"ds={_NIGHT}")
        recent = [label for label in labels if label.name > f"ds={_FIRST}"] or labels[-1:]
        files[folder.name] = [sorted(map(str, label.iterdir())) for label in recent]
    return _schema("demo", files, truths.DEMO_FOREIGN, truths.DEMO_PRIMARY)


def tpch() -> Schema:
    """TPC-H at a scale factor of 0.01."""
    return _schema("TPC-H", _generated("tpch", "dbgen"), truths.TPCH_FOREIGN, truths.TPCH_PRIMARY)


def tpcds() -> Schema:
    """TPC-DS at a scale factor of 0.1."""
    return _schema("TPC-DS", _generated("tpcds", "dsdgen"), truths.TPCDS_FOREIGN, truths.TPCDS_PRIMARY)


def held_out() -> Schema:
    """The retailer."""
    return _schema("held out", write(FOLDER / "retailer", retailer.tables()), retailer.FOREIGN, retailer.PRIMARY)


def nameless(schema: Schema) -> Schema:
    """The same tables with columns called c0, c1, …"""
    renamed: dict[tuple[str, str], str] = {}
    files = {}
    for table, parts in schema.files.items():
        order = list(dict.fromkeys(name for part in reversed(parts) for path in part for name in pq.read_schema(path).names))
        renamed |= {(table, name): f"c{n}" for n, name in enumerate(order)}
        folder = FOLDER / "nameless" / schema.name.replace(" ", "_") / table
        folder.mkdir(parents=True, exist_ok=True)
        files[table] = []
        for number, part in enumerate(parts):
            whole = pa.concat_tables([pq.ParquetFile(path).read() for path in part], promote_options="default")
            pq.write_table(whole.rename_columns([renamed[table, name] for name in whole.column_names]),
                           folder / f"{number:03d}.parquet")
            files[table].append([str(folder / f"{number:03d}.parquet")])
    def names(table: str, columns: Sequence[str]) -> tuple[str, ...]:
        return tuple(renamed[table, column] for column in columns)

    return Schema(f"{schema.name}, no names", files,
                  frozenset((a, names(a, c), b, names(b, k)) for a, c, b, k in schema.foreign),
                  frozenset((a, names(a, c)) for a, c in schema.primary))


def write(folder: Path, tables: Mapping[str, pa.Table]) -> dict[str, list[list[str]]]:
    """Tables as parquet files of one partition."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, table in tables.items():
        pq.write_table(table, folder / f"{name}.parquet")
    return {name: [[str(folder / f"{name}.parquet")]] for name in tables}


def _generated(name: str, call: str) -> dict[str, list[list[str]]]:
    folder = FOLDER / f"{name}-{_SCALE[name]}"
    if not folder.exists():
        environment = FOLDER / "environment"
        python = environment / "bin" / "python"
        if not python.exists():
            venv.create(environment, with_pip=True)
            subprocess.run([python, "-m", "pip", "install", "--quiet", *_PACKAGES], check=True)
        partly = folder.with_suffix(".partly")
        partly.mkdir(parents=True, exist_ok=True)
        subprocess.run([python, "-c", _GENERATE, f"duckdb_extension_{name}", call, str(_SCALE[name]), str(partly)], check=True,
                       stdout=sys.stderr)
        partly.rename(folder)
    return {path.stem: [[str(path)]] for path in sorted(folder.glob("*.parquet"))}


def _schema(name: str, files: Mapping[str, Sequence[Sequence[str]]], foreign: str, primary: str) -> Schema:
    """The truth without references of columns that hold nothing."""
    filled = {table: _filled(parts) for table, parts in files.items()}
    lines = [[_place(side) for side in line.split(" -> ")] for line in foreign.strip().splitlines()]
    kept = frozenset((a, c, b, k) for (a, c), (b, k) in lines if all(filled[a][column] for column in c))
    return Schema(name, files, kept, frozenset(_place(line) for line in primary.strip().splitlines()))


def _place(text: str) -> _Line:
    table, columns = text.split(".", 1)
    return table, tuple(columns.split(","))


def _filled(parts: Sequence[Sequence[str]]) -> dict[str, bool]:
    whole = pa.concat_tables([pq.ParquetFile(path).read() for part in parts for path in part], promote_options="default")
    return {name: whole.column(name).null_count < whole.num_rows for name in whole.column_names}
