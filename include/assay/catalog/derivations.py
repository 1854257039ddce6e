"""Tables that are computed from another: one row a key, with sums, counts, smallest or largest values of the other's rows.

Totals tell without rows which columns come into question: sums by key add up to the sum of all, counts to the number of rows,
and the smallest of all is the smallest of the smallest. What remains is computed and compared key by key.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from assay.catalog.facts import ColumnFacts, Family, TableFacts
from assay.catalog.rows import Rows

_AGREES = 0.99  # share of the keys for which a total has to be right
_MOST = 24  # totals tried a pair of tables
_LEAST_ROWS = 10


@dataclass(frozen=True)
class Derivation:
    """A table of totals.

    Attributes:
        source: The asset that holds totals.
        columns: Its key, then its totals.
        target: What they are totals of.
        others: The columns that refer to the key, then those that are added up; for a count the first that refers to the key.
        agreement: Smallest share of keys for which a total is right.
    """

    source: str
    columns: tuple[str, ...]
    target: str
    others: tuple[str, ...]
    agreement: float


def derivations(tables: Mapping[str, TableFacts], references: Sequence[tuple[str, tuple[str, ...], str, tuple[str, ...]]],
                keys: Mapping[str, Sequence[str]], rows: Rows) -> list[Derivation]:
    """Tables of totals, by tables.

    Args:
        tables: Facts by asset.
        references: Asset and columns that refer, asset and columns referred to.
        keys: Columns that identify rows, by asset.
        rows: Of the tables.
    """
    out: list[Derivation] = []
    for other, by, asset, key in sorted(references):
        if other == asset or any(each not in tables or each not in rows for each in (asset, other)):
            continue
        if tuple(keys.get(asset, ())) != key:
            continue
        if _LEAST_ROWS <= tables[asset].rows < tables[other].rows and tuple(keys.get(other, ())) != by:
            found = _totals(tables[asset], key, tables[other], by, rows)
            if found is not None:
                out.append(found)
    most = {d.source: max(len(other.columns) for other in out if other.source == d.source) for d in out}
    return [d for d in out if len(d.columns) == most[d.source]]  # what holds fewer of the totals is not what they were made of


def _totals(table: TableFacts, key: tuple[str, ...], other: TableFacts, by: tuple[str, ...], rows: Rows) -> Derivation | None:
    pairs = [pair for name, column in table.columns.items() if name not in key and _is_number(column)
             for pair in _possible(column, other, by)][:_MOST]
    if not pairs:
        return None
    shares = rows.same_totals(table.asset_id, key, other.asset_id, by, pairs)
    right: dict[str, tuple[str, float]] = {}
    for (mine, _, theirs), share in zip(pairs, shares, strict=True):
        if share >= _AGREES:
            right.setdefault(mine, (theirs, share))
    if not right:
        return None
    return Derivation(table.asset_id, (*key, *right), other.asset_id, (*by, *(theirs for theirs, _ in right.values())),
                      min(share for _, share in right.values()))


def _is_number(column: ColumnFacts) -> bool:
    return column.family in (Family.INTEGER, Family.REAL) and column.exact and column.distinct > 1 and not column.personal


def _possible(column: ColumnFacts, other: TableFacts, by: Sequence[str]) -> list[tuple[str, str, str]]:
    """Totals that a column can hold, by what it adds up to and where it begins and ends."""
    out = []
    total = _sum(column)
    if column.whole and total == other.columns[by[0]].filled and column.low >= 1:
        out.append((column.name, "count", by[0]))
    for name, theirs in other.columns.items():
        if name in by or not _is_number(theirs):
            continue
        if np.isclose(total, _sum(theirs), rtol=1e-6):
            out.append((column.name, "sum", name))
        if column.low == theirs.low and column.high <= theirs.high:
            out.append((column.name, "min", name))
        if column.high == theirs.high and column.low >= theirs.low:
            out.append((column.name, "max", name))
    return out


def _sum(column: ColumnFacts) -> float:
    return float(np.dot(column.numbers, column.counts))
