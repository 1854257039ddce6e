"""What a source's labels tell: which partition to work on, what is visible from it, what is missing, what has drifted.

A label is the date of a source partition. Nothing here reads a clock: a partition's result depends on the source alone.
"""

from __future__ import annotations

import datetime as dt
import itertools
import statistics
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from assay.config import Platform
from assay.contracts.labels import parse_label
from assay.errors import PartitionError, SourceEnded

_REGULAR = 0.9  # share of due labels that must be there for an absent one to be news
_STEADY = 0.8  # share of the distances that must be the usual one
_FEWEST = 4  # labels below which no rhythm can be told

_FAMILIES = {
    **dict.fromkeys(("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER"), "BIGINT"),
    **dict.fromkeys(("FLOAT", "DOUBLE", "HALFFLOAT"), "DOUBLE"),
    **dict.fromkeys(("TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS", "TIMESTAMP WITH TIME ZONE"), "TIMESTAMP"),
}


def resolve_partition(*, partition_key: str | None, requested: str | None, labels: Mapping[str, Sequence[str]],
                      outcomes: Sequence[str], closed: bool) -> str:
    """The partition of a run: its key, else the form field, else the newest whole local day.

    The newest whole day is the newest label of the asset that is written most often, for a closed source that of the use
    cases' outcomes, since after their last day there is nothing left to predict.

    Args:
        partition_key: What the scheduler gave the run.
        requested: What a person put into the form.
        labels: Asset id -> its labels, ascending; "" stands for a table without dated partitions.
        outcomes: Assets that hold the outcomes of the use cases.
        closed: Whether the source has ended.

    Raises:
        PartitionError: If it is no date, lies before the first label, or can't be told.
        SourceEnded: If it lies after the last day of a closed source.
    """
    dated = {asset: days for asset, found in sorted(labels.items()) if (days := [d for d in found if d])}
    wanted = partition_key or requested or _newest(dated, outcomes if closed else ())
    if wanted is None:
        raise PartitionError("", "can't be told: no table of the source has dated partitions", "name one, as YYYY-MM-DD")
    if parse_label(wanted) is None:
        raise PartitionError(wanted, "is no date", "write it as YYYY-MM-DD, such as 2017-12-31")
    first = min((days[0] for days in dated.values()), default=wanted)
    if wanted < first:
        raise PartitionError(wanted, f"lies before the first day of the source, {first}", f"name {first} or a later one")
    last = _newest(dated, outcomes) if closed else None
    if last is not None and wanted > last:
        raise SourceEnded(wanted, f"lies after the last day of the source, {last}", f"name {last} or an earlier one")
    return wanted


def _newest(dated: Mapping[str, Sequence[str]], preferred: Sequence[str]) -> str | None:
    """Newest label of the `preferred` assets, or of the asset with the shortest rhythm."""
    chosen = [dated[asset] for asset in preferred if asset in dated]
    if chosen:
        return max(days[-1] for days in chosen)
    most_often = min(dated, key=lambda asset: (rhythm(dated[asset]) or float("inf"), -len(dated[asset]), asset), default=None)
    return dated[most_often][-1] if most_often is not None else None


def visible_labels(labels: Iterable[str], partition: str, *, reach_days: int, known_ahead: int = 0) -> list[str]:
    """Labels that a run of `partition` may read, ascending.

    Those of the `reach_days` before it up to `known_ahead` days after it. Where the newest one at or before the partition is
    older than that, it still holds and is visible too. Tables without dated partitions are always visible.

    Args:
        labels: All labels; "" stands for a table without dated partitions.
        partition: The run's partition.
        reach_days: How far to look back.
        known_ahead: Days before its date that a row is known.
    """
    day = dt.date.fromisoformat(partition)
    oldest, newest = (day - dt.timedelta(days=reach_days)).isoformat(), (day + dt.timedelta(days=known_ahead)).isoformat()
    ordered = sorted(labels)
    visible = [label for label in ordered if not label or oldest <= label <= newest]
    before = [label for label in ordered if label and label < oldest]
    if before and not any(label <= partition for label in visible):
        return [before[-1], *visible]
    return visible


def rhythm(labels: Sequence[str]) -> float | None:
    """Median distance of ascending labels in days, or None where there are fewer than two."""
    days = [dt.date.fromisoformat(label) for label in labels if label]
    return float(statistics.median((b - a).days for a, b in itertools.pairwise(days))) if len(days) > 1 else None


def missing_labels(labels: Sequence[str], partition: str) -> list[str]:
    """Labels that are due by `partition` but absent, ascending.

    Only an asset that keeps its rhythm can miss one: at least nine tenths of the labels due over its span must be there, and
    four fifths of their distances must be the usual one.
    Of the labels due after its newest one the last alone is named, however long the asset has been silent.

    Args:
        labels: Ascending; those after the partition don't count.
        partition: The run's partition.
    """
    days = [dt.date.fromisoformat(label) for label in labels if label and label <= partition]
    if len(days) < _FEWEST:
        return []
    gaps = [(b - a).days for a, b in itertools.pairwise(days)]
    step = max(1, round(statistics.median(gaps)))
    if len(days) < _REGULAR * ((days[-1] - days[0]).days // step + 1) or gaps.count(step) < _STEADY * len(gaps):
        return []
    absent = [a + dt.timedelta(days=n) for a, b in itertools.pairwise(days)
              for n in range(step, (b - a).days - step + 1, step)]
    overdue = (dt.date.fromisoformat(partition) - days[-1]).days // step
    if overdue:
        absent.append(days[-1] + dt.timedelta(days=step * overdue))
    return [day.isoformat() for day in absent]


def split_table(platform: Platform, table_id: str) -> dict[str, list[str] | None]:
    """Assets that a source table gives: itself, or the column groups that the manifest splits it into.

    Args:
        platform: The manifest.
        table_id: `<source>.<table>`.

    Returns:
        Asset id -> its columns, the key first; None stands for all of them.
    """
    override = platform.assets.get(table_id)
    if override is None or not override.groups:
        return {table_id: None}
    key = [override.key] if override.key else []
    return {f"{table_id}.{group}": [*key, *(c for c in columns if c not in key)] for group, columns in override.groups.items()}


def table_of(platform: Platform, asset_id: str) -> str:
    """The source table behind an asset, which may be a column group of it."""
    table = asset_id.rpartition(".")[0]
    return table if asset_id in split_table(platform, table) else asset_id


def describe_drift(before: Mapping[str, str] | None, after: Mapping[str, str]) -> str | None:
    """What differs between two schemas (column -> type), in one sentence, or None."""
    if before is None or dict(before) == dict(after):
        return None
    parts = []
    if added := [name for name in after if name not in before]:
        parts.append(f"added {', '.join(added)}")
    if removed := [name for name in before if name not in after]:
        parts.append(f"removed {', '.join(removed)}")
    parts += [f"{name} was {before[name]}, is {after[name]}" for name in after if before.get(name, after[name]) != after[name]]
    return "; ".join(parts) or None


def retyped_columns(schemas: Mapping[str, Mapping[str, str]]) -> dict[str, tuple[str, str, str]]:
    """Labels in which a column has another type than in most labels.

    Such a partition can't be read together with the others, so it must not be used. Widths don't matter: snapshots widen
    them. A column without any value has no type and fits each.

    Args:
        schemas: Label -> column -> DuckDB type.

    Returns:
        Label -> first such column, its type there, and its type in most labels (the earlier one where two are as frequent).
    """
    votes: dict[str, Counter[str]] = {}
    for label in sorted(schemas):
        for column, kind in schemas[label].items():
            if kind != "NULL":
                votes.setdefault(column, Counter())[_FAMILIES.get(kind, kind)] += 1
    usual = {column: counter.most_common(1)[0][0] for column, counter in votes.items()}
    found: dict[str, tuple[str, str, str]] = {}
    for label in sorted(schemas):
        for column, kind in schemas[label].items():
            if kind != "NULL" and _FAMILIES.get(kind, kind) != usual[column]:
                found.setdefault(label, (column, kind, usual[column]))
    return found


def balance(sizes: Mapping[str, int], most: int) -> tuple[tuple[str, ...], ...]:
    """Deal names into at most `most` groups of about equal total size, the same way each time.

    Args:
        sizes: Name -> size.
        most: How many groups there may be.

    Returns:
        Groups without empty ones, each ascending.
    """
    groups: list[list[str]] = [[] for _ in range(min(most, len(sizes)))]
    loads = [0] * len(groups)
    for name in sorted(sizes, key=lambda n: (-sizes[n], n)):
        least = loads.index(min(loads))
        groups[least].append(name)
        loads[least] += sizes[name] + 1
    return tuple(tuple(sorted(group)) for group in groups)
