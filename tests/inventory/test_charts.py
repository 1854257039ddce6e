from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from assay.inventory.charts import bars, spark, trend


def test_bars_share_one_scale_with_zero_on_it() -> None:
    worth, loss, none = bars([60.0, -20.0, None], [40.0, -20.0, None], [80.0, -20.0, None])
    assert none is None
    assert worth is not None and loss is not None
    assert (worth.zero, worth.left, worth.width, worth.low, worth.high) == (20.0, 20.0, 60.0, 60.0, 100.0)
    assert not worth.negative
    assert (loss.left, loss.width, loss.negative) == (0.0, 20.0, True)


@settings(deadline=None)
@given(st.lists(st.tuples(st.floats(-1e9, 1e9), st.floats(0, 1e9)), min_size=1))
def test_no_bar_leaves_its_box(items: list[tuple[float, float]]) -> None:
    for bar in bars([v for v, _ in items], [v - w for v, w in items], [v + w for v, w in items]):
        assert bar is not None and bar.low is not None and bar.high is not None
        assert bar.left >= 0 and bar.left + bar.width <= 100.02
        assert 0 <= bar.low <= bar.high <= 100


def test_a_sparkline_ends_in_the_fan_of_its_forecast() -> None:
    made = spark([("2017-12-16", 5.0), ("2017-12-23", 10.0)], [("2017-12-30", 0.0, 20.0)], width=106, height=26)
    assert made is not None
    assert made.line == "3.0,18.0 53.0,13.0"
    assert made.fan == "53.0,13.0 103.0,3.0 103.0,23.0"
    assert (made.last, made.zero) == ((53.0, 13.0), 23.0)
    assert spark([], []) is None


def test_a_trend_needs_two_points_and_starts_its_axis_at_zero() -> None:
    assert trend([("2017-12-23", 5.0)]) is None
    made = trend([("2017-12-16", 10_000.0), ("2017-12-23", 11_877.0)])
    assert made is not None
    assert [label for _, label in made.ticks] == ["0", "5,000", "10,000", "15,000"]


@settings(deadline=None)
@given(st.lists(st.floats(-1e7, 1e7), min_size=2, max_size=30))
def test_a_trend_stays_between_its_outer_marks(values: list[float]) -> None:
    made = trend([(f"2017-12-{i + 1:02d}", v) for i, v in enumerate(values)])
    assert made is not None
    heights = [y for y, _ in made.ticks]
    assert 2 <= len(heights) <= 7
    assert all(min(heights) - 0.2 <= y <= max(heights) + 0.2 for _, y, _, _ in made.dots)
