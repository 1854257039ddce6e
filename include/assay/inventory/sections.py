"""What each section of the report shows: plain rows of words and geometry, ready for the template."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import pyarrow as pa

from assay.config.manifest import CostMatrix, Newsvendor, Platform
from assay.contracts.enums import Action
from assay.inventory.assets import by_asset
from assay.inventory.charts import bars, spark
from assay.inventory.combine import Scale
from assay.inventory.evaluation import forecast_skill
from assay.inventory.ranking import share
from assay.inventory.wording import amount, interval, percent, size, widest
from assay.quality.scores import asset_scores, dimension_scores

MOST_MOVERS = 6
MOST_FAILURES = 30
MOST_COLUMNS = 15
MOST_TODO = 5
MOST_LATE = 10
MOST_SUSPECTS = 3  # of one kind in one asset
Series = list[tuple[str, float]]
Say = Callable[..., str]


def series(history: Mapping[str, Mapping[str, pa.Table]], scale: Scale) -> tuple[dict[str, Series], Series]:
    """Value by partition of each asset and of all together, in the inventory's unit.

    Only partitions in which every use case was valued count: a missing one would look like a fall.

    Args:
        history: Use case -> partition -> `values`.
        scale: The inventory's unit.
    """
    cases = sorted(name for name in history if name in scale.factors)
    common = sorted(set.intersection(*(set(history[name]) for name in cases))) if cases else []
    assets: dict[str, Series] = {}
    total: Series = []
    for partition in common:
        sums: dict[str, float] = {}
        for name in cases:
            for row in history[name][partition].to_pylist():
                if row["value"] is not None:
                    sums[row["asset_id"]] = sums.get(row["asset_id"], 0.0) + row["value"] * scale.factors[name]
        for asset_id, value in sorted(sums.items()):
            assets.setdefault(asset_id, []).append((partition, value))
        if sums:
            total.append((partition, math.fsum(sums.values())))
    return assets, total


def ranking_rows(inventory: pa.Table, assets: pa.Table, columns: pa.Table, forecasts: pa.Table,
                 past: Mapping[str, Series]) -> list[dict[str, Any]]:
    """One row per asset: value with its bar, forecast with its sparkline, quality, personal data, action."""
    rows = inventory.to_pylist()
    drawn = bars([r["value"] for r in rows], [r["ci_low"] for r in rows], [r["ci_high"] for r in rows])
    total = math.fsum(r["value"] for r in rows if r["value"] is not None)
    described, personal, ahead = by_asset(assets.to_pylist()), _personal(columns), _ahead(forecasts)
    out = []
    for row, bar in zip(rows, drawn):
        asset_id = row["asset_id"]
        fan = ahead.get(asset_id, []) if row["forecast"] is not None else []
        portion = share(row["value"], total)
        out.append(row | {
            "bar": bar, "description": described.get(asset_id, {}).get("description", ""),
            "amount": None if row["value"] is None else amount(row["value"], widest(row["ci_low"], row["ci_high"])),
            "interval": interval(row["ci_low"], row["ci_high"]), "share": None if portion is None else percent(portion),
            "next": None if row["forecast"] is None else amount(row["forecast"], widest(*fan[0][1:]) if fan else 0),
            "low": amount(fan[0][1], fan[0][2]) if fan else None, "high": amount(fan[0][2], fan[0][1]) if fan else None,
            "spark": spark(past.get(asset_id, []), fan),
            "present": None if row["present_value"] is None else amount(row["present_value"]),
            "quality": None if row["quality_score"] is None else f"{row['quality_score']:.0%}",
            "personal": personal.get(asset_id, []), "stake": None if row["at_stake"] is None else amount(row["at_stake"]),
        })
    return out


def _personal(columns: pa.Table) -> dict[str, list[str]]:
    """Columns with personal data per asset, each with its kind."""
    found: dict[str, list[str]] = {}
    for row in columns.to_pylist():
        if row["pii_type"]:
            found.setdefault(row["asset_id"], []).append(f"{row['column']} ({row['pii_type']})")
    return found


def _ahead(forecasts: pa.Table) -> dict[str, list[tuple[str, float, float]]]:
    """Target, p10 and p90 per asset, nearest first, where one use case alone forecasts it: ranges don't add up."""
    found: dict[str, dict[str, list[tuple[str, float, float]]]] = {}
    for row in forecasts.to_pylist():
        if row["column"] is not None:
            continue
        ranges = found.setdefault(row["asset_id"], {}).setdefault(row["use_case"], [])
        ranges.append((row["target_partition"], row["p10"], row["p90"]))
    return {asset: sorted(next(iter(cases.values()))) for asset, cases in found.items() if len(cases) == 1}


def to_do(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Assets whose action asks for something, the most money at stake first; unknown stakes last."""
    asking = [r for r in rows if r["action"] != Action.KEEP]
    return sorted(asking, key=lambda r: (r["at_stake"] is None, -(r["at_stake"] or 0.0), r["asset_id"]))[:MOST_TODO]


def movers(inventory: pa.Table, earlier: pa.Table | None) -> list[dict[str, Any]]:
    """Assets valued both times whose value changed, the largest change first; other units are not compared."""
    if earlier is None:
        return []
    before = by_asset(earlier.to_pylist())
    moved = []
    for row in inventory.to_pylist():
        old = before.get(row["asset_id"])
        if old is None or row["value"] is None or old["value"] is None or old["unit"] != row["unit"]:
            continue
        change = row["value"] - old["value"]
        if change:
            known = row["ci_low"] is not None and row["ci_high"] is not None
            size_of = widest(row["value"], old["value"])
            moved.append({"asset_id": row["asset_id"], "change": change,
                          "words": ("+" if change > 0 else "") + amount(change, size_of),
                          "before": amount(old["value"], size_of), "now": amount(row["value"], size_of),
                          "within": known and row["ci_low"] <= old["value"] <= row["ci_high"]})
    moved.sort(key=lambda m: (-abs(m["change"]), m["asset_id"]))
    moved = moved[:MOST_MOVERS]
    unknown = [None] * len(moved)
    return [row | {"bar": bar} for row, bar in zip(moved, bars([m["change"] for m in moved], unknown, unknown))]


def meaning(platform: Platform, valued: Mapping[str, pa.Table], say: Say) -> list[str]:
    """What the number means: one sentence each for the method, every payoff's terms, interval, cost and present value."""
    out = [say("meaning_shapley")]
    plan = platform.forecast
    for case in platform.use_cases:
        if case.name not in valued:
            continue
        pay = case.payoff
        if isinstance(pay, Newsvendor):
            out.append(say("meaning_newsvendor", use_case=case.name, fractile=percent(pay.fractile), margin=percent(pay.margin),
                           left_over=percent(pay.holding + pay.spoilage)))
        elif isinstance(pay, CostMatrix):
            out.append(say("meaning_cost_matrix", use_case=case.name, gain_accept=percent(pay.gain_accept),
                           loss_accept=percent(pay.loss_accept)))
        else:
            out.append(say(f"meaning_{pay.type}", use_case=case.name, top_k=pay.top_k, margin=percent(pay.margin)))
        if case.outcome.window_days is None:
            out.append(say("meaning_no_forecast", use_case=case.name))
        else:
            out.append(say("meaning_incrementality", use_case=case.name, incrementality=percent(pay.incrementality)))
    out.append(say("meaning_interval"))
    if any(case.outcome.window_days for case in platform.use_cases if case.name in valued):
        out.append(say("meaning_present", days=max(plan.horizons, default=0), rate=percent(plan.discount_rate)))
    out.append(say("meaning_cost", storage=platform.costs.storage_gb_month, read=platform.costs.read_gb,
                   currency=platform.currency))
    return out


def case_tables(values: Mapping[str, pa.Table], columns: Mapping[str, pa.Table]) -> list[dict[str, Any]]:
    """Per use case: value, interval, share and removal loss of every asset that it values, and the columns worth most."""
    tables = []
    for name in sorted(values):
        rows = _worthiest(values[name].to_pylist())
        tables.append({"use_case": name, "unit": rows[0]["unit"] if rows else "", "rows": [{
            "asset_id": r["asset_id"], "value": amount(r["value"], widest(r["ci_low"], r["ci_high"])),
            "interval": interval(r["ci_low"], r["ci_high"]),
            "share": "–" if r["share"] is None else percent(r["share"]),
            "removal_loss": "–" if r["removal_loss"] is None else amount(r["removal_loss"])} for r in rows],
            "columns": [{
                "asset_id": r["asset_id"], "column": r["column"], "interval": interval(r["ci_low"], r["ci_high"]),
                "value": amount(r["value"], widest(r["ci_low"], r["ci_high"]))}
                for r in (_worthiest(columns[name].to_pylist())[:MOST_COLUMNS] if name in columns else ())]})
    return [t for t in tables if t["rows"]]


def _worthiest(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Those with a value, the highest first."""
    return sorted((r for r in rows if r["value"] is not None), key=lambda r: (-r["value"], r["asset_id"], r.get("column", "")))


def metric_tables(metrics: Mapping[str, pa.Table]) -> list[dict[str, Any]]:
    """Per use case: one row per window and metric, one column per model, so that a model stands beside the base rate."""
    tables = []
    for name in sorted(metrics):
        rows = [row for row in metrics[name].to_pylist() if "_bin_" not in row["metric"]]  # points of a curve
        models = sorted({r["model"] for r in rows})
        cells = {(r["split"], r["metric"], r["model"]): r["value"] for r in rows}
        keys = sorted({(r["split"], r["metric"]) for r in rows})
        tables.append({"use_case": name, "models": models, "rows": [
            {"split": split, "metric": metric,
             "values": [f"{cells[split, metric, m]:,.4g}" if (split, metric, m) in cells else "–" for m in models]}
            for split, metric in keys]})
    return [t for t in tables if t["rows"]]


def record(scores: pa.Table) -> list[dict[str, Any]]:
    """How good forecasts were, by use case, kind and days ahead: mean absolute error, of the last known value too, coverage."""
    return [{"use_case": skill.use_case, "kind": skill.kind, "days": skill.days, "n": skill.forecasts,
             "error": amount(skill.error), "naive": amount(skill.naive), "covered": percent(skill.covered)}
            for skill in forecast_skill(scores)]


def forecasters(forecasts: pa.Table) -> list[dict[str, Any]]:
    """What forecasts the values of assets tonight and why, by use case and horizon."""
    found = {(row["use_case"], row["horizon"]): row["reason"] for row in forecasts.to_pylist() if row["column"] is None}
    return [{"use_case": use_case, "days": days, "reason": found[use_case, days]} for use_case, days in sorted(found)]


def state_rows(assets: pa.Table, states: pa.Table, used: Mapping[str, str]) -> list[dict[str, Any]]:
    """Every asset's kind, size, newest source partition, use, status and the reason for it."""
    reasons = {r["asset_id"]: r["reason"] or "" for r in states.to_pylist()}
    return [{
        "asset_id": r["asset_id"], "kind": r["kind"], "rows": f"{r['row_count']:,}", "size": size(r["bytes"]),
        "newest": r["last_good_partition"] or r["last_partition"] or "–", "status": r["status"],
        "reason": reasons.get(r["asset_id"], "") or r["schema_change"] or "", "use": used.get(r["asset_id"], ""),
    } for r in assets.to_pylist()]


def incident_rows(incidents: pa.Table) -> list[dict[str, Any]]:
    """Incidents as they lie in the artifact, the most money first."""
    return [row | {"stake": None if row["at_stake"] is None else amount(row["at_stake"]),
                   "affected": percent(row["affected_share"]), "others": max(0, len(row["reasons"]) - 1)}
            for row in incidents.to_pylist()]


def quality_rows(quality: Mapping[str, pa.Table]) -> list[dict[str, Any]]:
    """Per asset its score, that of each dimension, and a line of its scores so far; the lowest score first.

    Args:
        quality: Partition -> contract `quality_scores`, at least one; the newest partition's assets are told.
    """
    past: dict[str, Series] = {}
    for partition in sorted(quality):
        for asset_id, score in asset_scores(quality[partition]).items():
            past.setdefault(asset_id, []).append((partition, score))
    newest = quality[max(quality)]
    dimensions = dimension_scores(newest)
    return [{"asset_id": asset_id, "score": _floored(score), "spark": spark(past[asset_id], []),
             "dimensions": {name: _floored(own) for name, own in dimensions.get(asset_id, {}).items()}}
            for asset_id, score in sorted(asset_scores(newest).items(), key=lambda entry: (entry[1], entry[0]))]


def _floored(score: float) -> str:
    """A score in whole percent, of which only a score of 1 is 100."""
    return f"{math.floor(100 * score)}%"


def suspect_rows(suspects: pa.Table) -> list[dict[str, Any]]:
    """What is probably wrong, most rows first, and per asset and kind how many further findings there are."""
    rows: list[dict[str, Any]] = []
    groups: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for row in suspects.to_pylist():
        groups.setdefault((row["asset_id"], row["kind"]), []).append(row)
    for found in groups.values():
        found.sort(key=lambda row: -row["rows"])
        rows += [row | {"count": f"{row['rows']:,}", "others": 0} for row in found[:MOST_SUSPECTS]]
        rows[-1]["others"] = len(found) - len(found[:MOST_SUSPECTS])
    return rows


def late_lines(late: pa.Table, say: Say) -> list[str]:
    """A sentence for each source partition that came or changed after nights had been run, the first ten, and how many more."""
    lines = [say("late_line", asset=row["asset_id"], partition=row["source_partition"], kind=say(f"late_{row['kind']}"),
                 n=len(row["affected"]), first=row["affected"][0], last=row["affected"][-1]) for row in late.to_pylist()]
    return lines[:MOST_LATE] + ([say("more", n=len(lines) - MOST_LATE)] if len(lines) > MOST_LATE else [])


def failures(checks: pa.Table) -> tuple[list[dict[str, Any]], int]:
    """Failed checks, critical ones and large shares first, and how many more there are."""
    failed = [r for r in checks.to_pylist() if not r["success"]]
    failed.sort(key=lambda r: (r["severity"] != "critical", -(r["unexpected_ratio"] or 0.0), r["asset_id"], r["column"] or "",
                               r["expectation"]))
    rows = [r | {"words": r["expectation"].removeprefix("expect_").replace("_", " "),
                 "seen": r["observed"] or ("" if r["unexpected_count"] is None else f"{r['unexpected_count']:,}")}
            for r in failed]
    return rows[:MOST_FAILURES], max(0, len(rows) - MOST_FAILURES)
