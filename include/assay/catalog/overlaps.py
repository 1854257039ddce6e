"""Tables that hold the same: copies, and parts of another table.

Copies are found by what their columns hold, whatever these are called, how they are ordered and in which types the values lie.
A part has some of another's rows, some of its columns, or both: every column's values are found in one of the other's, and then
every row is, which the rows have to tell.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from assay.catalog.facts import TableFacts
from assay.catalog.rows import Rows
from assay.catalog.sketches import Sketch, ValueIndex, held, inclusion

_TELLING = 12.0  # bits that the columns of a copy under other names must be able to tell apart
_WIDTH = 1_024  # hashes by which a column is found
_WIDE = 16  # different values from which a column can lead to the table that holds it
_TABLES = 4  # tried as the whole of a part
_LEAST_ROWS = 10
_BITS = 20.0


@dataclass(frozen=True)
class Overlap:
    """A table whose columns are another's, in the same order, `part` where the other has more."""

    source: str
    columns: tuple[str, ...]
    target: str
    others: tuple[str, ...]
    part: bool
    confidence: float


def find_copies(tables: Mapping[str, TableFacts], sketches: Mapping[tuple[str, str], Sketch],
                rows: Rows | None) -> list[Overlap]:
    """Tables with the content of another, which comes first in order of names.

    Args:
        tables: Facts by asset.
        sketches: By asset and column.
        rows: Tell whether columns are also combined as they are in the other; without them equal names suffice.
    """
    groups: dict[tuple[str, ...], list[tuple[str, dict[str, str]]]] = defaultdict(list)
    for asset in sorted(tables):
        if tables[asset].rows:
            prints = {name: _print(sketches[asset, name]) for name in tables[asset].columns}
            groups[tuple(sorted(prints.values()))].append((asset, prints))
    out = []
    for group in groups.values():
        original, known = group[0]
        for copy, prints in group[1:]:
            columns, others = _pair(prints, known)
            if columns != others and not _tells(sketches, copy):
                continue
            if rows is not None and copy in rows and original in rows and not _same_rows(rows, copy, columns, original, others):
                continue
            out.append(Overlap(copy, columns, original, others, False, 0.99 if columns == others else 0.95))
    return out


def _print(sketch: Sketch) -> str:
    digest = hashlib.sha256(f"{sketch.column.rows} {sketch.column.nulls}\0".encode())
    digest.update(sketch.hashes.tobytes())
    digest.update(sketch.counts.tobytes())
    return digest.hexdigest()


def _pair(prints: Mapping[str, str], known: Mapping[str, str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Columns of a copy by name, and beside each the original's: of the same name where that holds the same."""
    left = {name: value for name, value in known.items() if prints.get(name) != value}
    partner = {name: name for name, value in prints.items() if known.get(name) == value}
    for name, value in prints.items():
        if name not in partner:
            partner[name] = next(other for other, content in left.items() if content == value)
            del left[partner[name]]
    columns = tuple(sorted(prints))
    return columns, tuple(partner[name] for name in columns)


def _tells(sketches: Mapping[tuple[str, str], Sketch], asset: str) -> bool:
    """Whether a table holds enough to be told from others: two columns, and not only a few flags."""
    columns = [sketch for place, sketch in sketches.items() if place[0] == asset]
    return len(columns) > 1 and sum(np.log2(max(sketch.distinct, 1)) for sketch in columns) >= _TELLING


def _same_rows(rows: Rows, copy: str, columns: Sequence[str], original: str, others: Sequence[str]) -> bool:
    shared = rows.shared(copy, columns, original, others)
    return shared.found == shared.distinct == shared.known


def find_parts(tables: Mapping[str, TableFacts], sketches: Mapping[tuple[str, str], Sketch], rows: Rows) -> list[Overlap]:
    """Tables whose every row, as far as their columns go, is one of another's.

    Args:
        tables: Facts by asset, without copies.
        sketches: By asset and column.
        rows: Tell whether rows are found.
    """
    index = ValueIndex([sketch for place, sketch in sorted(sketches.items())
                        if place[0] in tables and place[0] in rows and sketch.distinct >= _WIDE], _WIDTH)
    out = []
    for asset in sorted(tables):
        own = [sketch for place, sketch in sketches.items() if place[0] == asset and len(sketch.hashes)]
        if len(own) < 2 or asset not in rows or tables[asset].rows < _LEAST_ROWS:
            continue
        widest = max(own, key=lambda sketch: (sketch.distinct, sketch.place))
        tried = {key.place[0] for key in index.propose(widest, 2 * _TABLES, 0.95) if key.place[0] != asset}
        for other in sorted(tried)[:_TABLES]:
            if tables[other].rows >= tables[asset].rows and (found := _part(asset, own, other, sketches, rows)) is not None:
                out.append(found)
    return out


def _part(asset: str, own: Sequence[Sketch], other: str, sketches: Mapping[tuple[str, str], Sketch],
          rows: Rows) -> Overlap | None:
    theirs = {place[1]: sketch for place, sketch in sketches.items() if place[0] == other}
    partner: dict[str, str] = {}
    for column in sorted(own, key=lambda sketch: (-sketch.distinct, sketch.place)):
        left = [sketch for name, sketch in theirs.items() if name not in partner.values()]
        left.sort(key=lambda sketch: (sketch.column.name != column.column.name, abs(sketch.distinct - column.distinct)))
        found = next((sketch for sketch in left if _can_hold(sketch, column) and inclusion(column, sketch) == 1.0), None)
        if found is None:
            return None
        partner[column.column.name] = found.column.name
    columns = tuple(sorted(partner))
    others = tuple(partner[name] for name in columns)
    shared = rows.shared(asset, columns, other, others)
    if shared.distinct < _LEAST_ROWS or shared.found < shared.distinct:
        return None
    possible = float(np.prod([float(max(theirs[name].distinct, 1)) for name in others]))
    if shared.distinct * -np.log2(min(1.0, shared.known / possible)) < _BITS:
        return None  # the other table holds nearly all combinations, whatever they are
    return Overlap(asset, columns, other, others, True, 0.95)


def _can_hold(outer: Sketch, inner: Sketch) -> bool:
    """Whether a few of the values are there, before all are compared."""
    if outer.column.exact != inner.column.exact:
        return outer.column.name == inner.column.name
    return outer.distinct >= inner.distinct and bool(held(inner.hashes[:8], outer.hashes).all())
