"""Readings that take several partitions: how a column's distribution lies to that of the others, and what it shares with them.

The reading of an earlier partition is taken against the others without itself, so that history tells how far apart partitions
lie that have nothing wrong with them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa

from assay.catalog.facts import NUMERIC, ColumnFacts, Family, TableFacts
from assay.catalog.keys import has_key_name
from assay.contracts.enums import AnomalyKind
from assay.profiling.forms import exact_forms, loose_forms
from assay.quality.anomalies.readings import Reading, Readings, Scale, midnight, quantiles
from assay.quality.anomalies.usual import FEWEST
from assay.quality.distance import jensen_shannon, stability_index

_BINS = 16
_CATEGORIES = 48  # values told apart, the most frequent ones; the others are one
_NOTABLE = 0.05  # share of rows with values never seen that is told by a short history
_UNIQUE = 0.5  # different values per row from which a text has no distribution but that of its form


@dataclass(frozen=True)
class _Counted:
    """A column over all partitions: who holds what how often.

    Attributes:
        part: Place of the partition, shape (n,).
        code: Of the value, shape (n,).
        rows: That hold it, shape (n,).
    """

    part: np.ndarray
    code: np.ndarray
    rows: np.ndarray


def read_together(tables: Sequence[tuple[str, TableFacts]]) -> list[Readings]:
    """Readings of each partition against the others.

    Args:
        tables: Label and facts, ascending.

    Returns:
        As long as `tables`.
    """
    found: list[Readings] = [{} for _ in tables]
    shared: list[np.ndarray] = []
    for name in tables[-1][1].columns:
        columns = [table.columns[name] for _, table in tables if name in table.columns]
        if len(columns) < len(tables):
            continue
        counted = _count(columns)
        shared.append(_overlap(counted, len(tables)))
        for place, share in enumerate(_unseen(counted, len(tables))):
            if np.isfinite(share):
                rows = int(counted.rows[counted.part == place].sum())
                found[place][name, AnomalyKind.UNSEEN_SHARE] = Reading(float(share), Scale.SHARE, rows)
        for place, reading in _distances(columns, [label for label, _ in tables], counted):
            found[place][name, AnomalyKind.DISTRIBUTION] = reading
    if shared:
        for place, least in enumerate(np.min(shared, axis=0)):
            if np.isfinite(least):
                found[place][None, AnomalyKind.OVERLAP] = Reading(float(least), Scale.SHARE, tables[place][1].rows)
    return found


def _count(columns: Sequence[ColumnFacts]) -> _Counted:
    code, _ = pd.factorize(pd.Series([text for column in columns for text in column.values.to_pylist()], dtype=object))
    part = np.repeat(np.arange(len(columns)), [len(column.counts) for column in columns])
    return _Counted(part, code, np.concatenate([column.counts for column in columns]))


def _overlap(counted: _Counted, parts: int) -> np.ndarray:
    """Share of each partition's rows that it has in common with the one before by this column; NaN for the first."""
    out = np.full(parts, np.nan)
    held = [pd.Series(counted.rows[counted.part == place], index=counted.code[counted.part == place])
            for place in range(parts)]
    for place in range(1, parts):
        before, now = held[place - 1], held[place]
        least = min(before.sum(), now.sum())
        if least:
            common = now.index.intersection(before.index)
            out[place] = np.minimum(before[common], now[common]).sum() / least
    return out


def _unseen(counted: _Counted, parts: int) -> np.ndarray:
    """Share of each partition's rows whose value none before it holds; NaN for the first ones, which had little before them."""
    first = np.full(counted.code.max(initial=-1) + 1, parts)
    np.minimum.at(first, counted.code, counted.part)
    new = counted.rows * (first[counted.code] == counted.part)
    rows = np.bincount(counted.part, counted.rows, parts)
    with np.errstate(invalid="ignore", divide="ignore"):
        share = np.bincount(counted.part, new, parts) / rows
    begun = max(2, min(parts // 2, parts - 1 - FEWEST))
    if parts - 1 - begun == FEWEST - 1:
        # of a weekly table a night sees seven earlier partitions: the second is needed, though it had little before it. So
        # short a history knows nothing of what comes once a quarter, such as a new shop: only a large share is read
        begun = 1
        share[-1] = share[-1] if share[-1] >= _NOTABLE else np.nan
    share[:begun] = np.nan
    return share


# -- distributions ----------------------------------------------------------------------------------------------------


def _distances(columns: Sequence[ColumnFacts], labels: Sequence[str], counted: _Counted) -> list[tuple[int, Reading]]:
    """How far each partition's distribution lies from that of the others together."""
    if has_key_name(columns[-1]):
        return []
    bins = _binned(columns, labels, counted)
    if bins is None:
        return []
    counts = np.zeros((len(columns), bins.max(initial=0) + 1))
    np.add.at(counts, (counted.part, bins), counted.rows)
    rows, whole = counts.sum(axis=1), counts.sum(axis=0)
    out = []
    for place in range(len(columns)):
        others = whole - counts[place]
        if rows[place] and others.sum():
            distance, spread = jensen_shannon(counts[place], others)
            psi = stability_index(counts[place], others) if place == len(columns) - 1 else None
            out.append((place, Reading(distance, Scale.DISTANCE, int(rows[place]), spread, psi)))
    return out


def _binned(columns: Sequence[ColumnFacts], labels: Sequence[str], counted: _Counted) -> np.ndarray | None:
    """The bin of each listed value of each partition, shape (n,); None where a column has no distribution to speak of."""
    family = columns[-1].family
    if family in NUMERIC or family is Family.TIME:
        starts = [midnight(label) if family is Family.TIME else 0.0 for label in labels]
        numbers = np.concatenate([column.numbers - start for column, start in zip(columns, starts, strict=True)])
        if len(np.unique(numbers[np.isfinite(numbers)])) > _CATEGORIES:
            finite = np.isfinite(numbers)
            order = np.argsort(numbers[finite], kind="stable")
            at = tuple(np.arange(1, _BINS) / _BINS)
            edges = np.unique(quantiles(numbers[finite][order], counted.rows[finite][order], at))
            return np.where(finite, np.searchsorted(edges, numbers, side="left"), len(edges) + 1)
    elif family is Family.TEXT and np.mean([column.uniqueness for column in columns]) > _UNIQUE:
        if columns[-1].personal:
            return None
        texts = pa.chunked_array([chunk for column in columns for chunk in column.values.chunks], pa.string())
        forms = loose_forms(exact_forms(texts)).combine_chunks().dictionary_encode()
        return _most_frequent(np.asarray(forms.indices, np.int64), counted.rows)
    return _most_frequent(counted.code, counted.rows)


def _most_frequent(code: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """Codes of the most frequent values, from 1, with 0 for all others."""
    total = np.bincount(code, rows)
    kept = np.argsort(-total, kind="stable")[:_CATEGORIES]
    places = np.zeros(len(total), np.int64)
    places[kept] = np.arange(1, len(kept) + 1)
    binned: np.ndarray = places[code]
    return binned
