"""What changed in an asset from one source partition to the next: columns, types and gaps.

A column that went while another came with the same content was renamed. Nothing is said on what is seen for the first time.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow.compute as pc

from assay.catalog.facts import ColumnFacts, TableFacts
from assay.contracts.enums import ChangeKind

_SAME = 0.8  # share of the rarer column's values, by rows, that a renamed one has in common
_APART = 0.1  # most distance between the distributions of numbers (Kolmogorov-Smirnov)


@dataclass(frozen=True)
class Change:
    """A row of the contract CHANGES but for the asset.

    Attributes:
        source_partition: Label of the source partition that differs from what was before it.
        kind: What changed.
        column: The column as it is now called, or was, where it is gone; None for the whole table.
        before: What it was.
        after: What it is.
        confidence: 0..1, higher is surer.
    """

    source_partition: str
    kind: ChangeKind
    column: str | None
    before: str | None
    after: str | None
    confidence: float


def find_changes(tables: Sequence[tuple[str, TableFacts]]) -> list[Change]:
    """Changes of one asset, by source partition.

    Args:
        tables: Label and facts of its recent partitions, ascending.
    """
    found = [change for (_, before), (label, after) in itertools.pairwise(tables)
             for change in _of_columns(label, before, after)]
    return sorted(found, key=lambda change: (change.source_partition, change.kind, change.column or ""))


def _of_columns(label: str, before: TableFacts, after: TableFacts) -> Iterator[Change]:
    """Changes of columns between two partitions."""
    gone = [name for name in before.columns if name not in after.columns]
    new = [name for name in after.columns if name not in before.columns]
    renamed = _renamed([before.columns[name] for name in gone], [after.columns[name] for name in new])
    for old, (name, alike) in renamed.items():
        yield Change(label, ChangeKind.COLUMN_RENAMED, name, old, name, round(alike, 2))
    for name in gone:
        if name not in renamed:
            yield Change(label, ChangeKind.COLUMN_REMOVED, name, before.columns[name].dtype, None, 1.0)
    for name in new:
        if name not in {to for to, _ in renamed.values()}:
            yield Change(label, ChangeKind.COLUMN_ADDED, name, None, after.columns[name].dtype, 1.0)
    for name, column in after.columns.items():
        earlier = before.columns.get(name)
        if earlier is None or not before.rows or not after.rows:
            continue
        if earlier.dtype != column.dtype and "NULL" not in (earlier.dtype, column.dtype):
            yield Change(label, ChangeKind.TYPE_CHANGED, name, earlier.dtype, column.dtype, 1.0)
        if (not earlier.nulls) != (not column.nulls) or (column.filled == 0) != (earlier.filled == 0):
            yield Change(label, ChangeKind.NULLABILITY, name, _gaps(earlier), _gaps(column), _sure(before.rows, after.rows))


def _gaps(column: ColumnFacts) -> str:
    if not column.nulls:
        return "never null"
    return f"null in {column.nulls} of {column.rows} rows" if column.filled else "always null"


def _sure(before: int, after: int) -> float:
    """How sure it is that a column had no gap before, from the rows that were seen."""
    return round(min(before, after) / (min(before, after) + 10), 2)


def _renamed(gone: Sequence[ColumnFacts], new: Sequence[ColumnFacts]) -> dict[str, tuple[str, float]]:
    """Old name -> new name and how alike their contents are, each used once, the likest first."""
    pairs = [(-_alike(old, column), old.name, column.name) for old in gone for column in new]
    found: dict[str, tuple[str, float]] = {}
    for unlike, old, name in sorted(pairs):
        alike = -unlike
        if alike >= _SAME and old not in found and name not in {to for to, _ in found.values()}:
            found[old] = name, alike
    return found


def _alike(old: ColumnFacts, new: ColumnFacts) -> float:
    """How alike the contents of two columns are, 0..1: by values in common, weighted by rows, else by the shape of numbers."""
    if old.family is not new.family or bool(old.personal) != bool(new.personal):
        return 0.0
    if not old.filled or not new.filled or old.distinct < 2:
        return 0.0
    shares = []
    for one, other in ((old, new), (new, old)):
        inside = np.asarray(pc.is_in(one.values, value_set=other.values.combine_chunks()))
        shares.append(float(one.counts[inside].sum() / one.counts.sum()))
    common = min(shares)
    if common >= _SAME or not len(old.numbers) or np.isnan(old.numbers).all():
        return common
    return max(common, 1 - _distance(old, new)) if _distance(old, new) <= _APART else common


def _distance(one: ColumnFacts, other: ColumnFacts) -> float:
    """Largest distance between two distributions of numbers, 0..1."""
    places = np.union1d(one.numbers, other.numbers)
    below = []
    for column in (one, other):
        order = np.argsort(column.numbers, kind="stable")
        sums = np.concatenate([[0], np.cumsum(column.counts[order])])
        below.append(sums[np.searchsorted(column.numbers[order], places, side="right")] / sums[-1])
    return float(np.max(np.abs(below[0] - below[1])))
