"""Plotly figures as plain dicts: the browser draws them, and gives them the colours of light or dark.

A colour is named by its role (`accent`, `soft`, `good`, `bad`, `band`, or a number of the series), never by its value.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from assay_page.words import Speaker

MOST_BARS = 20
MOST_NAMED = 3  # of the dearest, and of the most valuable
_Row = dict[str, Any]
Figure = dict[str, Any]


def text_of(figure: Figure) -> str:
    """A figure as JSON that may stand inside a script element: nothing in it can end the element."""
    return json.dumps(figure, ensure_ascii=False).replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def history(rows: Sequence[_Row], forecasts: Sequence[_Row], scores: Sequence[_Row], say: Speaker) -> list[tuple[str, Figure]]:
    """Per use case: its value over partitions with interval, the forecast with its range, and what was forecast before."""
    past, ahead, told = _by_case(rows), _by_case(forecasts), _by_case(scores)
    return [(name, _history(past.get(name, []), ahead.get(name, []), told.get(name, []), say))
            for name in sorted({*past, *ahead})]


def _history(past: list[_Row], ahead: list[_Row], told: list[_Row], say: Speaker) -> Figure:
    days = [row["partition"] for row in past]
    traces: list[_Row] = []
    bounded = [row for row in past if row["ci_low"] is not None and row["ci_high"] is not None]
    traces += _band([r["partition"] for r in bounded], [r["ci_low"] for r in bounded], [r["ci_high"] for r in bounded],
                    say.t("interval"), "band")
    traces.append({"type": "scatter", "mode": "lines+markers", "x": days, "y": [row["value"] for row in past],
                   "name": say.t("value"), "color": "accent"})
    if ahead:
        start = past[-1:] and [(past[-1]["partition"], past[-1]["value"])]
        x = [*(day for day, _ in start), *(row["target_partition"] for row in ahead)]
        known = [value for _, value in start]
        traces += _band(x, [*known, *(row["p10"] for row in ahead)], [*known, *(row["p90"] for row in ahead)],
                        say.t("forecast_range"), "fan")
        traces.append({"type": "scatter", "mode": "lines", "dash": "dot", "x": x, "color": "accent",
                       "y": [*known, *(row["p50"] for row in ahead)], "name": say.t("forecast")})
    nearest = [row for row in told if row["days"] == min(other["days"] for other in told)]
    if nearest:
        traces.append({"type": "scatter", "mode": "markers", "symbol": "diamond-open", "color": "soft",
                       "x": [row["target_partition"] for row in nearest], "y": [row["p50"] for row in nearest],
                       "name": say.t("was_forecast")})
    return {"data": traces, "layout": {"yaxis": {"zeroline": True}, "xaxis": {"type": "date"}, "height": 320}}


def _band(x: list[str], low: list[float], high: list[float], name: str, color: str) -> list[_Row]:
    if not x:
        return []
    common = {"type": "scatter", "mode": "lines", "x": x, "color": color, "width": 0, "hover": "skip"}
    return [common | {"y": high, "legend": False}, common | {"y": low, "fill": "tonexty", "name": name}]


def waterfall(case: _Row, say: Speaker) -> Figure:
    """From what the decision earns without data to what it earns with all assets, one step an asset."""
    steps = case["assets"]
    shown, rest = steps[:MOST_BARS], steps[MOST_BARS:]
    names, values = [row["asset_id"] for row in shown], [row["value"] for row in shown]
    if rest:
        names.append(say.t("others", n=len(rest)))
        values.append(sum(row["value"] for row in rest))
    data = [{"type": "waterfall", "x": [say.t("no_data"), *names, say.t("all_data")], "y": [0.0, *values, None],
             "measure": ["absolute", *("relative" for _ in names), "total"],
             "text": ["0", *(say.amount(value) for value in values), say.amount(case["total"])]}]
    return {"data": data, "layout": {"height": 380, "showlegend": False, "yaxis": {"title": say.unit(case["unit"])},
                                     "xaxis": {"type": "category"}}}


def by_use_case(cases: Sequence[_Row], say: Speaker) -> Figure:
    """What each asset earns in each use case."""
    names = list(dict.fromkeys(row["asset_id"] for case in cases for row in case["assets"]))[:MOST_BARS]
    data = []
    for number, case in enumerate(cases):
        known = {row["asset_id"]: row["value"] for row in case["assets"]}
        data.append({"type": "bar", "orientation": "h", "y": names[::-1], "x": [known.get(name) for name in names[::-1]],
                     "name": case["use_case"], "color": f"series{number % 4}"})
    return {"data": data, "layout": {"barmode": "relative", "height": 120 + 28 * len(names), "yaxis": {"type": "category"},
                                     "xaxis": {"title": say.unit(cases[0]["unit"]) if cases else ""}}}


def cost_against_value(assets: Sequence[_Row], unit: str, say: Speaker) -> Figure:
    """Every asset by what it costs and what it is worth."""
    known = [row for row in assets if row["value"] is not None]
    told = {row["asset_id"] for key in ("cost", "value") for row in sorted(known, key=lambda row: -row[key])[:MOST_NAMED]}
    names = [row["asset_id"] for row in known]
    data = [{"type": "scatter", "mode": "markers+text", "x": [row["cost"] for row in known], "hovertext": names,
             "y": [row["value"] for row in known], "text": [name if name in told else "" for name in names],
             "textposition": "top center", "cliponaxis": False, "color": "accent", "size": 10}]
    return {"data": data, "layout": {"height": 360, "showlegend": False,
                                     "xaxis": {"title": f"{say.t('cost')}, {say.unit(unit)}", "rangemode": "tozero"},
                                     "yaxis": {"title": f"{say.t('value')}, {say.unit(unit)}", "zeroline": True}}}


def calibration(points: Sequence[_Row], say: Speaker) -> Figure:
    """Predicted against observed shares, beside the line on which they agree."""
    most = max((row[name] for row in points for name in ("predicted", "observed")), default=1.0)
    data: list[_Row] = [{"type": "scatter", "mode": "lines", "x": [0, most], "y": [0, most], "dash": "dot", "color": "soft",
                         "name": say.t("perfect")}]
    for number, (split, rows) in enumerate(_by_case(points, "split").items()):
        data.append({"type": "scatter", "mode": "lines+markers", "x": [row["predicted"] for row in rows],
                     "y": [row["observed"] for row in rows], "name": say.word("split", split), "color": f"series{number % 4}"})
    return {"data": data, "layout": {"height": 360, "xaxis": {"title": say.t("predicted_share")},
                                     "yaxis": {"title": say.t("observed_share")}}}


def importance(rows: Sequence[_Row], label: str, say: Speaker) -> Figure:
    """What moves predictions most."""
    shown = list(rows[:MOST_BARS])[::-1]
    data = [{"type": "bar", "orientation": "h", "y": [row[label] for row in shown], "x": [row["contribution"] for row in shown],
             "color": "accent"}]
    return {"data": data, "layout": {"height": 100 + 26 * len(shown), "showlegend": False, "yaxis": {"type": "category"},
                                     "xaxis": {"title": say.t("contribution")}}}


def _by_case(rows: Sequence[_Row], name: str = "use_case") -> dict[str, list[_Row]]:
    found: dict[str, list[_Row]] = defaultdict(list)
    for row in rows:
        found[row[name]].append(row)
    return found
