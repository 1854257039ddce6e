"""Labels: which partition, what is visible, what is missing, what has drifted."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assay.catalog.discovery import (
    balance,
    describe_drift,
    missing_labels,
    resolve_partition,
    retyped_columns,
    rhythm,
    split_table,
    table_of,
    visible_labels,
)
from assay.config import load_platform
from assay.errors import PartitionError, SourceEnded

FIRST = dt.date(2024, 1, 1)


def _days(*offsets: int) -> list[str]:
    return [(FIRST + dt.timedelta(days=n)).isoformat() for n in offsets]


LABELS = {"s.daily": _days(*range(30)), "s.weekly": _days(0, 7, 14, 21, 28, 35), "s.whole": [""]}


def _resolve(key: str | None = None, form: str | None = None, *, closed: bool = False) -> str:
    return resolve_partition(partition_key=key, requested=form, labels=LABELS, outcomes=["s.daily"], closed=closed)


def test_the_key_comes_before_the_form_and_the_form_before_the_newest_day() -> None:
    assert _resolve("2024-01-05", "2024-01-06") == "2024-01-05"
    assert _resolve(None, "2024-01-06") == "2024-01-06"
    assert _resolve() == _resolve(closed=True) == "2024-01-30"


@pytest.mark.parametrize("text", ["2024-1-5", "20240105", "2024-W01-1", "2024-02-30", "yesterday", "2024-01-05T00:00:00"])
def test_what_is_no_date_is_refused(text: str) -> None:
    with pytest.raises(PartitionError, match=r"is no date; write it as YYYY-MM-DD"):
        _resolve(text)
    with pytest.raises(PartitionError):
        _resolve(None, text)


def test_before_the_first_day_the_first_day_is_named() -> None:
    with pytest.raises(PartitionError, match=r"lies before the first day of the source, 2024-01-01"):
        _resolve("2023-12-31")


def test_only_a_closed_source_ends() -> None:
    assert _resolve("2024-01-31") == "2024-01-31"
    with pytest.raises(SourceEnded, match=r"after the last day of the source, 2024-01-30"):
        _resolve("2024-01-31", closed=True)


def test_without_dated_partitions_the_partition_must_be_named() -> None:
    empty = {"s.whole": [""]}
    with pytest.raises(PartitionError, match="no table of the source has dated partitions; name one"):
        resolve_partition(partition_key=None, requested=None, labels=empty, outcomes=[], closed=False)
    assert resolve_partition(partition_key="2024-01-05", requested=None, labels=empty, outcomes=["s.whole"],
                             closed=True) == "2024-01-05"


def test_visible_reaches_back_and_as_far_ahead_as_rows_are_known() -> None:
    labels = _days(*range(0, 400))
    assert visible_labels(labels, _days(300)[0], reach_days=280) == _days(*range(20, 301))
    assert visible_labels(labels, _days(300)[0], reach_days=2, known_ahead=3) == _days(*range(298, 304))
    assert visible_labels(labels[:2], _days(300)[0], reach_days=2) == _days(1)
    assert visible_labels([""], _days(300)[0], reach_days=2) == [""]


@given(st.sets(st.integers(0, 700)), st.integers(0, 700), st.integers(0, 300), st.integers(0, 14))
def test_visible_labels_are_the_reach_or_the_newest_before_it(offsets: set[int], day: int, reach: int, ahead: int) -> None:
    visible = visible_labels(_days(*sorted(offsets)), _days(day)[0], reach_days=reach, known_ahead=ahead)
    inside = {n for n in offsets if day - reach <= n <= day + ahead}
    older = {n for n in offsets if n < day - reach}
    carried = {max(older)} if older and not any(n <= day for n in inside) else set()
    assert visible == _days(*sorted(inside | carried))


def test_rhythm_is_the_median_distance() -> None:
    assert rhythm(_days(0, 7, 14, 15, 22)) == 7.0
    assert rhythm(_days(3)) is None
    assert rhythm(["", ""]) is None


def test_a_daily_table_misses_its_gap_and_its_due_day() -> None:
    assert missing_labels(_days(*range(10), *range(11, 30)), _days(29)[0]) == _days(10)
    assert missing_labels(_days(*range(30)), _days(30)[0]) == _days(30)
    assert missing_labels(_days(*range(30)), _days(90)[0]) == _days(90)
    assert missing_labels(_days(*range(30)), _days(20)[0]) == []


def test_a_weekly_table_misses_a_week() -> None:
    weeks = _days(*range(0, 140, 7))
    assert missing_labels(weeks, _days(139)[0]) == []
    assert missing_labels(weeks, _days(140)[0]) == _days(140)
    assert missing_labels([*weeks[:5], *weeks[6:]], weeks[-1]) == [weeks[5]]


def test_an_irregular_table_misses_nothing() -> None:
    assert missing_labels(_days(0, 1, 2, 5, 6, 9, 10, 11, 17), _days(30)[0]) == []
    assert missing_labels(_days(0, 1, 3, 7), _days(9)[0]) == []
    assert missing_labels(_days(0, 1, 2), _days(5)[0]) == []


@settings(max_examples=1000)
@given(st.sets(st.integers(0, 40)), st.integers(0, 60))
def test_missing_labels_are_absent_known_and_few(offsets: set[int], day: int) -> None:
    labels = _days(*sorted(offsets))
    found = missing_labels(labels, _days(day)[0])
    assert not set(found) & set(labels)
    assert all(label <= _days(day)[0] for label in found)
    assert found == sorted(set(found))
    assert len(found) <= len(labels) / 2


def test_drift_names_what_was_added_removed_and_retyped() -> None:
    before = {"a": "BIGINT", "b": "VARCHAR", "c": "DATE"}
    after = {"a": "VARCHAR", "c": "DATE", "d": "DOUBLE"}
    assert describe_drift(before, after) == "added d; removed b; a was BIGINT, is VARCHAR"
    assert describe_drift(before, dict(before)) is None
    assert describe_drift(None, before) is None
    assert describe_drift(before, {"c": "DATE", "b": "VARCHAR", "a": "BIGINT"}) is None


def test_the_odd_label_out_is_retyped_but_width_and_emptiness_are_not() -> None:
    schemas = {label: {"a": "BIGINT", "b": "VARCHAR"} for label in _days(0, 1, 2)}
    schemas[_days(1)[0]] = {"a": "VARCHAR", "b": "VARCHAR"}
    schemas |= {_days(3)[0]: {"a": "INTEGER", "b": "NULL"}}
    assert retyped_columns(schemas) == {_days(1)[0]: ("a", "VARCHAR", "BIGINT")}
    tie = {_days(0)[0]: {"a": "BIGINT"}, _days(1)[0]: {"a": "DATE"}}
    assert retyped_columns(tie) == {_days(1)[0]: ("a", "DATE", "BIGINT")}


def test_balance_deals_by_size() -> None:
    assert balance({"a": 5, "b": 100, "c": 60, "d": 30}, 2) == (("b",), ("a", "c", "d"))
    assert balance({}, 4) == ()


@given(st.dictionaries(st.text(min_size=1, max_size=4), st.integers(0, 1000)), st.integers(1, 6))
def test_every_name_is_in_one_of_few_groups(sizes: dict[str, int], most: int) -> None:
    groups = balance(sizes, most)
    assert sorted(name for group in groups for name in group) == sorted(sizes)
    assert len(groups) == min(most, len(sizes))
    assert all(groups)
    loads = [sum(sizes[name] for name in group) for group in groups]
    assert max(loads, default=0) <= min(loads, default=0) + max(sizes.values(), default=0) + len(sizes)


def test_a_wide_table_is_split_into_its_column_groups(small_environment: object) -> None:
    platform = load_platform("german_credit")
    assets = split_table(platform, "landing.applications")
    assert assets["landing.applications.outcome"] == ["application_id", "creditability", "credit_amount"]
    assert "landing.applications" not in assets
    assert table_of(platform, "landing.applications.loan") == "landing.applications"
    assert split_table(platform, "landing.other") == {"landing.other": None}
    assert table_of(platform, "landing.other") == "landing.other"
