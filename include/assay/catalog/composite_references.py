"""References of several columns to a key of several columns: a line of a return to the line of its order.

Each column of the key needs a partner in the other table, by name or by values. The combinations are then looked up row by row.
A table that holds nearly every combination of its columns' values is included in by everybody, so the more of them it lacks,
the more a full match says.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np

from assay.catalog.facts import TableFacts
from assay.catalog.naming import Names, is_telling, likeness
from assay.catalog.references import FEWEST
from assay.catalog.rows import Rows
from assay.catalog.sketches import Sketch, inclusion

_PARTNERS, _COMBINATIONS = 3, 4  # tried for each column of a key, and for each pair of tables
_INCLUDED = 0.5  # share of a column's values, and of the combinations, that has to be found
_BITS = 20.0  # surprise from which names aren't needed
_FEW = 10  # combinations below which names are


@dataclass(frozen=True)
class CompositeReference:
    """Columns of one table that together refer to another's key."""

    source: str
    columns: tuple[str, ...]
    target: str
    key: tuple[str, ...]
    coverage: float
    confidence: float


def composite_references(tables: Mapping[str, TableFacts], sketches: Mapping[tuple[str, str], Sketch],
                         keys: Mapping[str, Sequence[str]], rows: Rows) -> list[CompositeReference]:
    """All of them, by tables.

    Args:
        tables: Facts by asset.
        sketches: By asset and column.
        keys: Columns of the key by asset; only those of several columns are referred to here.
        rows: Of the tables.
    """
    names = {asset: Names(table) for asset, table in tables.items()}
    out: list[CompositeReference] = []
    for target in sorted(keys):
        if len(keys[target]) < 2 or target not in rows:
            continue
        for source in sorted(tables):
            if source != target and source in rows:
                found = [r for chosen, alike in _partners(source, target, keys[target], sketches, names)
                         if (r := _judge(source, chosen, target, keys[target], alike, sketches, rows)) is not None]
                out += sorted(found, key=lambda r: (-r.confidence, r.columns))[:1]
    return [r for r in out if not _is_other_way_round(r, out)]


def _partners(source: str, target: str, key: Sequence[str], sketches: Mapping[tuple[str, str], Sketch],
              names: Mapping[str, Names]) -> Iterator[tuple[tuple[str, ...], float]]:
    """Columns of `source` for those of `key`, the likeliest first, with how well the least alike is named."""
    columns = [sketch for place, sketch in sketches.items() if place[0] == source]
    lists: list[list[tuple[float, str]]] = []
    for name in key:
        wanted = sketches[target, name]
        scored: list[tuple[float, int, str]] = []
        for column in columns:
            if (column.kind == "text") != (wanted.kind == "text") or not len(column.hashes):
                continue
            told = is_telling(names[source].of(column.column)) and is_telling(names[target].of(wanted.column))
            alike = _alike(column, wanted, names) if told else 0.0
            if told and alike < 0.5:
                continue
            if not told and (column.distinct < 2 or not _within(column, wanted)):
                continue
            if inclusion(column, wanted) >= _INCLUDED:
                scored.append((alike, abs(column.distinct - wanted.distinct), column.column.name))
        scored.sort(key=lambda item: (-item[0], item[1], item[2]))
        lists.append([(alike, chosen) for alike, _, chosen in scored[:_PARTNERS]])
    options = [chosen for chosen in product(*lists) if len({name for _, name in chosen}) == len(key)]
    options.sort(key=lambda chosen: (-min(alike for alike, _ in chosen), -sum(alike for alike, _ in chosen)))
    for chosen in options[:_COMBINATIONS]:
        yield tuple(name for _, name in chosen), min(alike for alike, _ in chosen)


def _alike(column: Sketch, wanted: Sketch, names: Mapping[str, Names]) -> float:
    """Likeness of names where the target's own name says nothing of a key's part."""
    source, target = names[column.place[0]], names[wanted.place[0]]
    if source.of(column.column) == target.of(wanted.column):
        return 1.0
    return likeness(column.column, source, wanted.column, target)


def _within(column: Sketch, wanted: Sketch) -> bool:
    (low, high), (first, last) = column.bounds, wanted.bounds
    return bool(np.isnan(low) or (low >= first and high <= last))


def _judge(source: str, columns: tuple[str, ...], target: str, key: Sequence[str], alike: float,
           sketches: Mapping[tuple[str, str], Sketch], rows: Rows) -> CompositeReference | None:
    shared = rows.shared(source, columns, target, key)
    if not shared.distinct or not shared.found:
        return None
    covered = shared.found / shared.distinct
    possible = float(np.prod([float(sketches[target, name].distinct) for name in key]))
    bits = shared.found * -np.log2(min(1.0, shared.known / possible))
    surprise = min(0.9, bits / _BITS) if covered >= 0.95 and shared.distinct >= _FEW else 0.0
    confidence = max(alike, surprise if not alike else 0.0) * (0.4 + 0.6 * covered)
    if covered < _INCLUDED or confidence < FEWEST or bits < 1:
        return None
    return CompositeReference(source, columns, target, tuple(key), covered, min(confidence, 0.99))


def _is_other_way_round(reference: CompositeReference, others: Sequence[CompositeReference]) -> bool:
    """Whether the target refers to the source with more of its rows: then that is the reference."""
    return any(other.source == reference.target and other.target == reference.source and other.coverage > reference.coverage
               for other in others)
