from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.contracts.enums import AssetStatus
from assay.quality.gate import SourceLabel, judge, overdue_since


def good(label: str) -> SourceLabel:
    return SourceLabel(label, ingested=True, checked=True)


def failed(label: str) -> SourceLabel:
    return SourceLabel(label, ingested=True, checked=True, failure="expect_x failed: 1 of 2 rows fail")


def days(first: str, count: int, step: int = 1) -> list[str]:
    return [(date.fromisoformat(first) + timedelta(days=step * n)).isoformat() for n in range(count)]


DAILY = [good(label) for label in days("2017-03-01", 10)]


def test_the_partition_s_own_label_is_ok() -> None:
    standing = judge(DAILY, "2017-03-10", 1.0)
    assert (standing.status, standing.last_good, standing.reason) == (AssetStatus.OK, "2017-03-10", None)


def test_a_weekly_asset_is_unchanged_between_its_days_and_late_after_them() -> None:
    weekly = [good(label) for label in days("2017-01-02", 8, 7)]
    assert judge(weekly, "2017-02-20", 7.0).status == AssetStatus.OK
    assert judge(weekly, "2017-02-26", 7.0).status == AssetStatus.UNCHANGED
    late = judge(weekly, "2017-02-27", 7.0)
    assert late.status == AssetStatus.DEGRADED
    assert late.reason == "the partition due on 2017-02-27 is missing; 2017-02-20 is used, 7 days old"


def test_a_failed_newest_label_is_quarantined_and_the_one_before_is_used() -> None:
    standing = judge([*DAILY, failed("2017-03-11")], "2017-03-11", 1.0)
    assert (standing.status, standing.last_good) == (AssetStatus.QUARANTINED, "2017-03-10")
    assert standing.reason == ("partition 2017-03-11 is not usable, expect_x failed: 1 of 2 rows fail; "
                               "2017-03-10 is used, 1 day old")


def test_a_failed_older_label_does_not_matter() -> None:
    assert judge([*DAILY, failed("2017-02-28")], "2017-03-10", 1.0).status == AssetStatus.OK


@pytest.mark.parametrize("last", [
    SourceLabel("2017-03-11", status="unreadable", problem="torn file"),
    SourceLabel("2017-03-11", status="missing", problem="torn file"),
    SourceLabel("2017-03-11", ingested=False, problem="torn file"),
    SourceLabel("", status="outage", problem="torn file"),
])
def test_what_can_not_be_read_degrades(last: SourceLabel) -> None:
    standing = judge([*DAILY, last], "2017-03-11", 1.0)
    assert (standing.status, standing.last_good) == (AssetStatus.DEGRADED, "2017-03-10")
    assert standing.reason is not None and "torn file" in standing.reason and standing.reason.endswith("1 day old")


def test_an_unchecked_label_is_not_used() -> None:
    standing = judge([*DAILY, SourceLabel("2017-03-11", ingested=True)], "2017-03-11", 1.0)
    assert (standing.status, standing.last_good) == (AssetStatus.DEGRADED, "2017-03-10")
    assert "not computed" in str(standing.reason)


@pytest.mark.parametrize("labels", [[], [failed("2017-03-11")], [SourceLabel("", status="outage", problem="no mount")]])
def test_nothing_usable_is_missing(labels: list[SourceLabel]) -> None:
    standing = judge(labels, "2017-03-11")
    assert (standing.status, standing.last_good) == (AssetStatus.MISSING, None)
    assert standing.reason is not None and standing.reason.startswith("nothing is usable; ")


def test_a_source_without_partitions_is_ok() -> None:
    assert judge([good("")], "2017-03-11").status == AssetStatus.OK


def test_a_label_known_ahead_is_ok_and_its_successor_is_not_due_before_its_date() -> None:
    weekly = [good(label) for label in days("2017-01-02", 8, 7)]
    assert judge(weekly, "2017-02-14", 7.0).status == AssetStatus.OK


def test_gaps_that_are_usual_are_not_late_but_a_rare_one_excuses_nothing() -> None:
    sparse = days("2017-01-01", 20, 1)[::3] + days("2017-01-21", 4)
    assert overdue_since(sparse, "2017-01-26", 1.0) is None
    once = days("2016-11-01", 40) + days("2016-12-12", 40)
    assert overdue_since(once, (date.fromisoformat(once[-1]) + timedelta(days=1)).isoformat(), 1.0) is not None
    assert overdue_since(once, once[-1], 1.0) is None
    assert overdue_since(once, "2030-01-01", None) is None


def torn(label: str) -> SourceLabel:
    return SourceLabel(label, status="unreadable", problem="torn file")


labels = st.builds(lambda day, kind: kind(str(day)), st.dates(date(2017, 1, 1), date(2017, 3, 1)),
                   st.sampled_from([good, failed, torn]))


@given(st.lists(labels, unique_by=lambda label: label.label), st.randoms(use_true_random=False))
def test_only_usable_labels_are_ever_used_whatever_the_order(known: list[SourceLabel], random) -> None:
    standing = judge(known, "2017-03-01", 1.0)
    usable = [label.label for label in known if label.usable]
    assert standing.last_good == max(usable, default=None)
    assert (standing.reason is None) == (standing.status in (AssetStatus.OK, AssetStatus.UNCHANGED))
    random.shuffle(known)
    assert judge(known, "2017-03-01", 1.0) == standing
