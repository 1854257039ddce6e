"""Which columns determine others, and which are found in another asset: what suites may be suggested to hold."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from assay.quality.asking import Domain
from assay.quality.partition import Other, Partition, open_partition
from assay.quality.reaching import count_unknown
from assay.quality.reading import Kind, Reading

_EVIDENCE = 1e-9  # chance that columns which have nothing to do with each other would agree so often
_TIED = 0.98  # share of rows that one value may hold: what hardly varies is determined by anything


@dataclass(frozen=True)
class Dependency:
    """A column that another one determines.

    Attributes:
        column: The column.
        determined_by: What determines it.
        rows: Rows that could have said otherwise: those that repeat a value of the determining column.
    """

    column: str
    determined_by: str
    rows: int


@dataclass(frozen=True)
class Key:
    """Columns whose values another asset's columns hold, together where they are several.

    Attributes:
        columns: The columns.
        asset: The other asset.
        to_columns: Its columns, in the same order.
        share: Of the rows with a value those that are found, the least of all partitions that were looked at, 0..1.
    """

    columns: tuple[str, ...]
    asset: str
    to_columns: tuple[str, ...]
    share: float


@dataclass(frozen=True)
class _Counts:
    """How a column's values are spread: rows with one, different ones, the chance that two rows agree, the largest share."""

    rows: int
    distinct: int
    agree: float
    most: float


def find_dependencies(partitions: Sequence[Sequence[str]]) -> list[Dependency]:
    """Dependencies of one column on one other that no row of any partition contradicts, in the order of columns.

    Columns that identify rows determine everything, and columns that hardly vary are determined by anything: neither is told.
    Of a chain (type, category, department) each link is told of, not what follows from them.

    Args:
        partitions: Files of each.
    """
    found: dict[tuple[str, str], int] = {}
    for place, files in enumerate(partitions):
        with open_partition(files) as partition:
            held = _held(partition)
        found = {pair: rows + found.get(pair, 0) for pair, rows in held.items() if place == 0 or pair in found}
    return [Dependency(column, by, rows) for (by, column), rows in found.items() if not _follows(by, column, set(found))]


def find_key(columns: Sequence[str], asset: str, to_columns: Sequence[str],
             partitions: Sequence[tuple[Sequence[str], Sequence[str]]]) -> Key | None:
    """How much of a key is found in another asset; None where the two can't be compared or no row has values.

    Args:
        columns: The columns that refer.
        asset: The other asset.
        to_columns: Its columns, in the same order.
        partitions: Files of each partition, and of the other asset's newest one at that time.
    """
    shares = []
    for files, others in partitions:
        with open_partition(files) as partition:
            try:
                domain = Domain(tuple(partition.columns[name] for name in columns), "true", "any_value_is_missing")
                unknown = count_unknown(partition, domain, Other((tuple(others),)), to_columns)
            except (KeyError, TypeError):
                return None
            rows = partition.row(f"select count(*) from part where {domain.kept}")[0]
        if rows:
            shares.append(1 - unknown / rows)
    return Key(tuple(columns), asset, tuple(to_columns), min(shares)) if shares else None


def _held(partition: Partition) -> dict[tuple[str, str], int]:
    """Determining and determined column of each dependency that holds in one partition, with the rows that speak for it."""
    columns = [column for column in partition.columns.values() if column.kind not in (Kind.REAL, Kind.OTHER, Kind.NESTED)]
    counts = {column.name: _count(partition, column) for column in columns}
    out = {}
    for by in columns:
        if not 1 < counts[by.name].distinct < counts[by.name].rows:
            continue
        others = [column for column in columns if column is not by and counts[column.name].distinct <= counts[by.name].distinct
                  and 0 < counts[column.name].most <= _TIED]
        repeats = counts[by.name].rows - counts[by.name].distinct
        told = [column for column in others if repeats * math.log(counts[column.name].agree) < math.log(_EVIDENCE)]
        for column, broken in zip(told, _broken(partition, by, told), strict=True):
            if not broken:
                out[by.name, column.name] = repeats
    return out


def _count(partition: Partition, column: Reading) -> _Counts:
    rows, distinct, squares, most = partition.row(
        "select coalesce(sum(n), 0)::bigint, count(*), coalesce(sum(n::double * n), 0), coalesce(max(n), 0) from "
        f"(select count(*) as n from part where ({column.sql}) is not null group by {column.sql})")
    return _Counts(int(rows), int(distinct), float(squares) / rows**2 if rows else 1.0, most / rows if rows else 1.0)


def _broken(partition: Partition, by: Reading, columns: Sequence[Reading]) -> Sequence[int]:
    """Values of `by` with which several values of each column go."""
    if not columns:
        return ()
    varies = ", ".join(f"(min({column.sql}) is distinct from max({column.sql}))::int as c{place}"
                       for place, column in enumerate(columns))
    sums = ", ".join(f"sum(c{place})::bigint" for place in range(len(columns)))
    return partition.row(f"select {sums} from (select {varies} from part where ({by.sql}) is not null group by {by.sql})")


def _follows(by: str, column: str, pairs: set[tuple[str, str]]) -> bool:
    """Whether a column between the two explains it."""
    return any({(by, middle), (middle, column)} <= pairs and not {(middle, by), (column, middle)} & pairs
               for middle in {one for pair in pairs for one in pair} - {by, column})
