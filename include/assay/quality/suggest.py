"""A suite for an asset from the history of its profiles, for a person to read before it holds anybody to anything.

What every partition of the history met is suggested, with room for what may still come. Only what makes a partition useless is
critical: no rows, absent columns, other types, gaps and repeats in what identifies a row.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import yaml

from assay.catalog.facts import NUMERIC, ColumnFacts, Family, TableFacts
from assay.contracts.enums import Dimension, Role, Severity
from assay.profiling.forms import as_regex, exact_forms
from assay.quality.anomalies.readings import midnight
from assay.quality.dependencies import Dependency, Key

_CHOICES = 30  # different values that are a list to choose from
_REPEATS = 20  # rows for each of them
_ROOM = 2.0  # times the largest, and part of the smallest number of rows that was seen
_BEYOND = 10.0  # times the largest amount that was seen
_NEAR_DAYS = 3  # a partition's times lie so near to its label, or anywhere
_WORDS = {Family.INTEGER: "integer", Family.REAL: "number", Family.TEXT: "text", Family.TIME: "time", Family.BOOLEAN: "boolean"}
_DAY, _HOUR = 86_400.0, 3600.0
_FEWEST = 6  # partitions that tell how fresh a table's times are
_FRESH_HOURS = 48.0  # a newest time that lay so near to the day's end in each of them
_LATER_HOURS = 2.0  # may come so much later


@dataclass(frozen=True)
class Suggestion:
    """One expectation.

    Attributes:
        entry: As in a suite's file.
        why: What in the history speaks for it.
    """

    entry: Mapping[str, Any]
    why: str


def suggest(tables: Sequence[tuple[str, TableFacts]], roles: Mapping[str, Role], primary_key: Sequence[str],
            links: Sequence[Dependency | Key] = ()) -> list[Suggestion]:
    """Expectations that all partitions of a history meet.

    Args:
        tables: Label and facts of its partitions, ascending, at least one; labels are empty where it has none.
        roles: Of its columns.
        primary_key: Columns that identify a row; empty if none do.
        links: Dependencies between its columns and keys of other assets that its newest partitions hold.
    """
    newest = tables[-1][1]
    out = [*_of_table(tables), *_of_key(tables, primary_key)]
    for name, column in newest.columns.items():
        history = [(label, table.columns[name]) for label, table in tables if name in table.columns]
        out += _of_column(column, history, roles.get(name), key=name in primary_key, whole=len(history) == len(tables))
    return [*out, *(_of_link(link) for link in links)]


def as_yaml(suggestions: Sequence[Suggestion], head: str) -> str:
    """A suite's file, each entry behind a comment that says why."""
    def dumped(entry: Mapping[str, Any]) -> str:
        return str(yaml.safe_dump([dict(entry)], sort_keys=False, allow_unicode=True, width=10_000))

    return "".join([*(f"# {line}\n" for line in head.splitlines()),
                    *(f"# {suggestion.why}\n{dumped(suggestion.entry)}" for suggestion in suggestions)])


def _entry(kind: str, dimension: Dimension, severity: Severity, why: str, **arguments: Any) -> Suggestion:
    return Suggestion({"expectation": kind, **arguments, "severity": str(severity), "dimension": str(dimension)}, why)


def _of_table(tables: Sequence[tuple[str, TableFacts]]) -> Iterator[Suggestion]:
    rows = [table.rows for _, table in tables]
    yield _entry("expect_table_row_count_to_be_between", Dimension.COMPLETENESS, Severity.CRITICAL,
                 "every other expectation passes on an empty table", min_value=1)
    low, high = int(min(rows) / _ROOM), int(max(rows) * _ROOM)
    if low > 1:
        yield _entry("expect_table_row_count_to_be_between", Dimension.COMPLETENESS, Severity.WARNING,
                     f"{len(rows)} partitions had {min(rows)} to {max(rows)} rows", min_value=low, max_value=high)
    always = [name for name in tables[-1][1].columns if all(name in table.columns for _, table in tables)]
    if always:
        yield _entry("expect_table_columns_to_match_set", Dimension.CONFORMITY, Severity.CRITICAL,
                     "columns that every partition had", column_set=always, exact_match=False)


def _of_key(tables: Sequence[tuple[str, TableFacts]], key: Sequence[str]) -> Iterator[Suggestion]:
    if len(key) > 1:
        yield _entry("expect_compound_columns_to_be_unique", Dimension.CONSISTENCY, Severity.CRITICAL,
                     "together they identified the rows", column_list=list(key))
    elif key and all(key[0] in table.columns and _is_unique(table.columns[key[0]]) for _, table in tables):
        yield _entry("expect_column_values_to_be_unique", Dimension.CONSISTENCY, Severity.CRITICAL,
                     "it identified the rows of every partition", column=key[0])


def _of_column(column: ColumnFacts, history: Sequence[tuple[str, ColumnFacts]], role: Role | None, *, key: bool,
               whole: bool) -> Iterator[Suggestion]:
    """Expectations of one column.

    Args:
        column: In the newest partition.
        history: In all.
        role: What it does in its table.
        key: Whether it belongs to what identifies a row.
        whole: Whether every partition had it.
    """
    past = [facts for _, facts in history]
    families = {facts.family for facts in past if facts.filled}
    if len(families) == 1 and (word := _WORDS.get(next(iter(families)))):
        words = ["integer", "number"] if word == "integer" and any(facts.nulls for facts in past) else [word]
        yield _entry("expect_column_values_to_be_in_type_list", Dimension.CONFORMITY,
                     Severity.CRITICAL if whole else Severity.WARNING, "its type in every partition", column=column.name,
                     type_list=words)
    yield from _gaps(column.name, past, key=key)
    if len(families) != 1 or column.personal:
        return
    family = families.pop()
    if family is Family.TIME:
        yield from _times(column.name, history)
        yield from _freshness(column.name, history)
    elif family in NUMERIC and role is not Role.KEY:
        yield from _amounts(column.name, past)
    elif family is Family.TEXT:
        yield from _texts(column.name, past)


def _gaps(name: str, past: Sequence[ColumnFacts], *, key: bool) -> Iterator[Suggestion]:
    filled = [facts.filled / facts.rows for facts in past if facts.rows]
    if filled and min(filled) == 1:
        yield _entry("expect_column_values_to_not_be_null", Dimension.COMPLETENESS,
                     Severity.CRITICAL if key else Severity.WARNING, "it never had a gap", column=name)
    elif filled and min(filled) >= 0.1:
        mostly = max(round(min(filled) - 0.05 - 0.2 * (1 - min(filled)), 2), 0.01)
        yield _entry("expect_column_values_to_not_be_null", Dimension.COMPLETENESS, Severity.WARNING,
                     f"{min(filled):.0%} to {max(filled):.0%} of the rows had a value", column=name, mostly=mostly)


def _times(name: str, history: Sequence[tuple[str, ColumnFacts]]) -> Iterator[Suggestion]:
    """Times that lie around their partition's label."""
    dated = [((facts.low - midnight(label)) / _DAY, (facts.high - midnight(label)) / _DAY) for label, facts in history
             if label and facts.filled]
    if not dated:
        return
    low, high = int(np.floor(min(first for first, _ in dated))), int(np.ceil(max(last for _, last in dated)))
    if low >= -_NEAR_DAYS and high <= _NEAR_DAYS + 7:
        yield _entry("expect_column_values_to_be_between", Dimension.TIMELINESS, Severity.WARNING,
                     "its times lie around the partition's day", column=name, min_value={"partition_plus_days": low},
                     max_value={"partition_plus_days": max(high, low + 1)})


def _freshness(name: str, history: Sequence[tuple[str, ColumnFacts]]) -> Iterator[Suggestion]:
    """Newest times that lie near the end of their partition's day."""
    behind = [24 - (facts.high - midnight(label)) / _HOUR for label, facts in history if label and np.isfinite(facts.high)]
    if len(behind) == len(history) >= _FEWEST and max(behind) <= _FRESH_HOURS:
        yield _entry("expect_column_newest_time_to_be_within_hours", Dimension.TIMELINESS, Severity.WARNING,
                     f"the newest time lay {min(behind):.1f} to {max(behind):.1f} hours before the end of the day", column=name,
                     max_hours=max(math.ceil(max(behind) + _LATER_HOURS), 1))


def _of_link(link: Dependency | Key) -> Suggestion:
    """A dependency between columns, or a key of another asset."""
    if isinstance(link, Dependency):
        return _entry("expect_column_values_to_be_determined_by", Dimension.CONSISTENCY, Severity.WARNING,
                      f"{link.rows} rows could have said otherwise", column=link.column, determined_by=[link.determined_by])
    mostly = {} if link.share == 1 else {"mostly": max(math.floor(100 * link.share) - 2, 1) / 100}
    kind, names = ("column_values", ("column", "to_column")) if len(link.columns) == 1 else (
        "compound_columns", ("column_list", "to_columns"))
    own, other = (list(side) if len(side) > 1 else side[0] for side in (link.columns, link.to_columns))
    return _entry(f"expect_{kind}_to_exist_in_asset", Dimension.CONSISTENCY, Severity.WARNING,
                  f"{link.share:.2%} of the rows at least were found there",
                  **{names[0]: own, "asset": link.asset, names[1]: other}, **mostly)


def _amounts(name: str, past: Sequence[ColumnFacts]) -> Iterator[Suggestion]:
    low, high = min(facts.low for facts in past if facts.filled), max(facts.high for facts in past if facts.filled)
    if not np.isfinite([low, high]).all():
        return
    bounds: dict[str, float] = {}
    if low >= 0:
        bounds["min_value"] = 0
    if high > 0:
        bounds["max_value"] = float(f"{high * _BEYOND:.2g}")
    if bounds:
        yield _entry("expect_column_values_to_be_between", Dimension.ACCURACY, Severity.WARNING,
                     f"{low:.6g} to {high:.6g} were seen", column=name, **bounds)


def _texts(name: str, past: Sequence[ColumnFacts]) -> Iterator[Suggestion]:
    values = sorted({text for facts in past for text in facts.values.to_pylist()}) if all(
        facts.exact and facts.distinct <= _CHOICES for facts in past) else []
    rows = sum(facts.filled for facts in past)
    if values and len(values) <= _CHOICES and rows >= _REPEATS * len(values):
        yield _entry("expect_column_values_to_be_in_set", Dimension.CONFORMITY, Severity.WARNING,
                     f"{len(values)} different values in {rows} rows", column=name, value_set=values)
        return
    looked_at = pa.chunked_array([pa.array(facts.sample, pa.string()) for facts in past], pa.string())
    forms = pc.unique(exact_forms(looked_at)).to_pylist()
    if len(forms) == 1 and rows >= _REPEATS and forms[0]:
        yield _entry("expect_column_values_to_match_regex", Dimension.CONFORMITY, Severity.WARNING,
                     "the one form of all that was looked at", column=name, regex=f"^{as_regex(forms[0])}$")


def _is_unique(column: ColumnFacts) -> bool:
    return column.exact and column.distinct == column.rows > 0
