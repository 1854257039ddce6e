from __future__ import annotations

import datetime as dt
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from assay.features.windows import Window, WindowRole, plan_windows, plan_without_base, split_entities


def spans(windows: list[Window]) -> list[tuple[str, str, str]]:
    return [(w.role.value, str(w.cutoff), str(w.last_day)) for w in windows]


def test_the_windows_of_a_partition() -> None:
    """Sunday 2017-12-24: outcome from Monday the 18th, validation the week before; the base model may know what the first
    of December's validation window may not see; the night's own model is trained on the newest weeks."""
    assert spans(plan_windows(dt.date(2017, 12, 24), 7, 2)) == [
        ("base_train", "2017-10-23", "2017-10-29"), ("base_train", "2017-10-30", "2017-11-05"),
        ("base_validate", "2017-11-06", "2017-11-12"), ("train", "2017-11-20", "2017-11-26"),
        ("train", "2017-11-27", "2017-12-03"), ("train", "2017-12-04", "2017-12-10"),
        ("validate", "2017-12-11", "2017-12-17"), ("outcome", "2017-12-18", "2017-12-24"),
        ("serve", "2017-12-25", "2017-12-31")]


def test_without_a_base_model_the_nights_own_has_all_training_windows() -> None:
    assert spans(plan_without_base(dt.date(2017, 12, 24), 7, 2)) == [
        ("train", "2017-11-27", "2017-12-03"), ("train", "2017-12-04", "2017-12-10"),
        ("validate", "2017-12-11", "2017-12-17"), ("outcome", "2017-12-18", "2017-12-24"),
        ("serve", "2017-12-25", "2017-12-31")]


def test_training_stays_on_its_grid_when_the_partition_moves_within_the_week() -> None:
    assert spans(plan_without_base(dt.date(2017, 12, 27), 7, 2)) == [
        ("train", "2017-11-27", "2017-12-03"), ("train", "2017-12-04", "2017-12-10"),
        ("validate", "2017-12-14", "2017-12-20"), ("outcome", "2017-12-21", "2017-12-27"),
        ("serve", "2017-12-28", "2018-01-03")]


def test_windows_of_a_day() -> None:
    found = [(w.role.value, str(w.cutoff)) for w in plan_windows(dt.date(2020, 3, 1), 1, 1)]
    assert found == [("base_train", "2020-02-27"), ("base_validate", "2020-02-28"), ("train", "2020-02-28"),
                     ("validate", "2020-02-29"), ("outcome", "2020-03-01"), ("serve", "2020-03-02")]


def test_without_time_the_entities_are_split() -> None:
    assert [(w.role, w.cutoff, w.last_day) for w in split_entities()] == [
        (role, None, None) for role in (WindowRole.TRAIN, WindowRole.VALIDATE, WindowRole.OUTCOME)]


DATES, DAYS = st.dates(dt.date(2000, 1, 1), dt.date(2040, 1, 1)), st.integers(1, 60)
ENDS = [WindowRole.VALIDATE, WindowRole.OUTCOME, WindowRole.SERVE]


@settings(deadline=None, max_examples=200)
@given(DATES, DAYS, st.integers(1, 12))
def test_no_window_serves_two_purposes_and_only_serving_looks_ahead(partition: dt.date, days: int, n_train: int) -> None:
    """The one exception is what the base model was chosen on: the night's model may be trained on it."""
    with_base, without = plan_windows(partition, days, n_train), plan_without_base(partition, days, n_train)
    base = [w for w in with_base if w.role in (WindowRole.BASE_TRAIN, WindowRole.BASE_VALIDATE)]
    assert [w.role for w in base] == [WindowRole.BASE_TRAIN] * n_train + [WindowRole.BASE_VALIDATE]
    own = with_base[len(base):]
    assert 1 <= len(own) - len(ENDS) <= 3 and own[0].cutoff >= base[-1].cutoff
    assert len(without) == n_train + len(ENDS)
    for windows in (base, own, without):
        for earlier, later in pairwise(windows):
            assert earlier.last_day < later.cutoff
        for window in windows:
            assert (window.last_day - window.cutoff).days == days - 1
            assert (window.last_day <= partition) == (window.role is not WindowRole.SERVE)
    for windows in (own, without):
        assert [w.role for w in windows[-3:]] == ENDS and windows[-2].last_day == partition


@settings(deadline=None, max_examples=100)
@given(DATES, DAYS)
def test_neighbouring_partitions_share_training_windows(partition: dt.date, days: int) -> None:
    """Of the training windows of one day all but at most the newest are those of the day before."""
    today = [w.cutoff for w in plan_without_base(partition, days, 4)[:4]]
    yesterday = [w.cutoff for w in plan_without_base(partition - dt.timedelta(days=1), days, 4)[:4]]
    assert today == yesterday or today[:3] == yesterday[1:]


@settings(deadline=None, max_examples=100)
@given(DATES, DAYS, st.integers(1, 12))
def test_partitions_of_a_month_share_a_base_that_knows_none_of_their_ends(partition: dt.date, days: int,
                                                                          n_train: int) -> None:
    def base(of: dt.date) -> list[Window]:
        return [w for w in plan_windows(of, days, n_train) if w.role in (WindowRole.BASE_TRAIN, WindowRole.BASE_VALIDATE)]

    first = partition.replace(day=1)
    assert base(partition) == base(first)
    validate = next(w for w in plan_windows(first, days, n_train) if w.role is WindowRole.VALIDATE)
    assert base(partition)[-1].last_day < validate.cutoff


@settings(deadline=None, max_examples=100)
@given(DATES, DAYS, st.integers(1, 12), st.integers(1, 400))
def test_a_run_reaches_back_to_its_first_history(partition: dt.date, days: int, n_train: int, history: int) -> None:
    from assay.config.manifest import Platform

    case = {"name": "a", "entity": {"user": "u", "item": "i"}, "history_days": history, "train_windows": n_train,
            "outcome": {"asset": "s.t", "time": "t", "amount": "m", "window_days": days},
            "payoff": {"type": "captured_sales", "top_k": 1, "margin": 0.1}}
    platform = Platform.model_validate({"platform": "p", "currency": "USD", "use_cases": [case],
                                        "sources": [{"name": "s", "type": "files", "path": "/x"}]})
    first = plan_windows(partition, days, n_train)[0].cutoff
    assert (partition - first).days + history <= platform.reach_days
