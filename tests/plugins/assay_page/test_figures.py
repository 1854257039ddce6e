from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from assay_page import figures
from assay_page.words import Speaker

SAY = Speaker("en")
HISTORY = [{"use_case": "shop", "partition": f"2025-06-{day}", "value": value, "ci_low": value - 1, "ci_high": value + 1}
           for day, value in (("15", 5.0), ("22", 6.0))]
AHEAD = [{"use_case": "shop", "target_partition": day, "p10": 4.0, "p50": 6.0, "p90": 8.0}
         for day in ("2025-06-29", "2025-07-06")]
SCORES = [{"use_case": "shop", "target_partition": "2025-06-22", "p50": 5.0, "days": 7},
          {"use_case": "shop", "target_partition": "2025-06-29", "p50": 5.5, "days": 14}]


def test_the_fan_begins_where_the_past_ends():
    ((name, drawn),) = figures.history(HISTORY, AHEAD, SCORES, SAY)
    assert name == "shop"
    traces = {trace["name"]: trace for trace in drawn["data"] if "name" in trace}
    assert traces["Value"]["y"] == [5.0, 6.0]
    assert traces["80 % of outcomes"]["x"] == ["2025-06-22", "2025-06-29", "2025-07-06"]
    assert traces["80 % of outcomes"]["y"] == [6.0, 4.0, 4.0]
    assert traces["Was forecast"]["y"] == [5.0]  # of the nearest horizon alone


def test_an_asset_without_interval_or_forecast_has_a_line_alone():
    bare = [row | {"ci_low": None, "ci_high": None} for row in HISTORY]
    ((_, drawn),) = figures.history(bare, [], [], SAY)
    assert [trace["name"] for trace in drawn["data"]] == ["Value"]
    assert figures.history([], [], [], SAY) == []


@given(st.lists(st.floats(-1e5, 1e5), min_size=1, max_size=60))
def test_the_steps_of_a_waterfall_add_up_to_its_total(values):
    case = {"unit": "USD/week", "total": sum(values),
            "assets": [{"asset_id": f"a{place}", "value": value} for place, value in enumerate(values)]}
    (trace,) = figures.waterfall(case, SAY)["data"]
    assert len(trace["x"]) == len(trace["y"]) == len(trace["measure"]) == len(trace["text"]) <= figures.MOST_BARS + 3
    assert abs(sum(trace["y"][:-1]) - case["total"]) <= 1e-6 * max(1.0, *map(abs, values))
    assert (trace["measure"][0], trace["measure"][-1]) == ("absolute", "total")


def test_use_cases_stand_beside_each_other():
    cases = [{"use_case": name, "unit": "USD/week", "assets": [{"asset_id": asset, "value": 1.0} for asset in assets]}
             for name, assets in (("one", ["a", "b"]), ("two", ["b", "c"]))]
    data = figures.by_use_case(cases, SAY)["data"]
    assert [trace["y"] for trace in data] == [["c", "b", "a"]] * 2
    assert [trace["x"] for trace in data] == [[None, 1.0, 1.0], [1.0, 1.0, None]]
