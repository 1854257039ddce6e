"""The `inventory`: every asset with value, forecast, cost and action, ranked by value."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

import pyarrow as pa

from assay.catalog.copies import copies_of
from assay.config.manifest import Platform
from assay.contracts.enums import ValueStatus
from assay.contracts.schemas import INVENTORY
from assay.forecasting.spread import Quantiles
from assay.inventory.actions import advise
from assay.inventory.advice import Rules
from assay.inventory.assets import by_asset
from assay.inventory.combine import Scale, Worth, combine, common_scale
from assay.inventory.costs import window_cost
from assay.inventory.decisions import Decisions
from assay.inventory.facts import Facts
from assay.inventory.present_value import benefit, upkeep, windows_ahead
from assay.inventory.uses import use_statuses, uses
from assay.quality.scores import asset_scores


@dataclass(frozen=True)
class Evidence:
    """What a ranking is made from, each a table of the contract of that name.

    Attributes:
        assets: The catalogue.
        gate: Source partitions and which of them are usable.
        states: `asset_states`.
        scores: `quality_scores`.
        relations: `relations`.
        values: `values` per use case.
        stopped: Use case -> why it could not be valued.
        forecasts: `forecasts`.
        usage: `usage`; without rows where there is no query log.
        decisions: What people have decided about the proposals of earlier partitions.
    """

    assets: pa.Table
    gate: pa.Table
    states: pa.Table
    scores: pa.Table
    relations: pa.Table
    values: Mapping[str, pa.Table]
    stopped: Mapping[str, str]
    forecasts: pa.Table
    usage: pa.Table
    decisions: Decisions = field(default_factory=dict)


def rank(evidence: Evidence, platform: Platform, rules: Rules) -> pa.Table:
    """Rank all assets by value, highest first, equal ones by name; unvalued ones come last and are never 0.

    `value` is what the payoff measures (for captured_sales the margin of sales *reached*) and `net_value` is value less
    cost in the same terms. Only `present_value` multiplies by the manifest's incrementality.

    Args:
        evidence: What is known of the assets.
        platform: The manifest.
        rules: Those of advice.

    Returns:
        Table of contract `inventory`, one row per asset of the catalogue.
    """
    scale = common_scale(platform, evidence.values)
    assets = evidence.assets.to_pylist()
    worths = {a["asset_id"]: combine(a["asset_id"], evidence.values, evidence.stopped, scale) for a in assets}
    total = math.fsum(w.value for w in worths.values() if w.value is not None)
    reads, states = bytes_read(evidence.gate), by_asset(evidence.states.to_pylist())
    scores = asset_scores(evidence.scores)
    copies = copies_of(evidence.relations)
    ahead, used, statuses = _forecasts(evidence.forecasts), uses(evidence.usage), use_statuses(evidence.usage)
    rows = []
    for asset in assets:
        asset_id, worth = asset["asset_id"], worths[asset["asset_id"]]
        costs, days = platform.costs, scale.window_days
        cost = window_cost(asset["bytes"], reads.get(asset_id, 0), days, costs.storage_gb_month, costs.read_gb)
        state = states.get(asset_id, {})
        next_window = _next_window(ahead.get(asset_id, {}), worth, platform, scale)
        present = _present_value(ahead.get(asset_id, {}), worth, platform, scale, cost)
        advice = advise(Facts(
            asset_id=asset_id, unit=scale.unit, cost_unit=scale.cost_unit, status=asset["status"],
            state_reason=state.get("reason") or "",
            value=worth.value, ci_low=worth.ci_low, ci_high=worth.ci_high, value_status=worth.status, value_reason=worth.reason,
            share=share(worth.value, total), forecast=next_window, present_value=present, quality=scores.get(asset_id),
            pii_level=asset["pii_level"], duplicate_of=copies.get(asset_id), cost=cost, usage=statuses.get(asset_id),
            usage_words=used.get(asset_id, ""), in_use_case=platform.is_read(asset_id)), rules, evidence.decisions)
        rows.append({
            "asset_id": asset_id, "value": worth.value, "ci_low": worth.ci_low, "ci_high": worth.ci_high, "unit": scale.unit,
            "forecast": next_window, "present_value": present,
            "cost": cost, "net_value": None if worth.value is None else worth.value - cost,
            "quality_score": scores.get(asset_id), "usage": _usage(asset_id, worth, evidence, platform, used),
            "pii_level": asset["pii_level"], "status": asset["status"], "value_status": str(worth.status),
            "action": advice.action, "reason": advice.reason, "at_stake": advice.at_stake,
            "rule": advice.rule, "grounds": advice.grounds, "decision": advice.decision, "decided": advice.decided,
        })
    rows.sort(key=lambda r: (r["value"] is None, -(r["value"] or 0.0), r["asset_id"]))
    return pa.Table.from_pylist([{"rank": i, **row} for i, row in enumerate(rows, 1)], schema=INVENTORY.schema)


def share(value: float | None, total: float) -> float | None:
    """`value` as a share of `total`; None where it is unknown, or where there is no gain to share."""
    return None if value is None or total <= 0 else value / total


def bytes_read(gate: pa.Table) -> dict[str, int]:
    """Bytes of the usable source partitions per asset: what one night reads."""
    read: dict[str, int] = {}
    for row in gate.to_pylist():
        if row["usable"]:
            read[row["asset_id"]] = read.get(row["asset_id"], 0) + row["bytes"]
    return read


def _forecasts(table: pa.Table) -> dict[str, dict[str, list[Quantiles]]]:
    """Asset -> use case -> forecasts of the asset as a whole."""
    found: dict[str, dict[str, list[Quantiles]]] = {}
    for row in table.to_pylist():
        if row["column"] is not None:
            continue
        ahead = Quantiles(row["horizon"], row["p10"], row["p50"], row["p90"])
        found.setdefault(row["asset_id"], {}).setdefault(row["use_case"], []).append(ahead)
    return found


def _complete(ahead: Mapping[str, list[Quantiles]], worth: Worth) -> bool:
    """True if every use case in the sum is forecast: part of a sum would look like a fall."""
    return worth.status != ValueStatus.UNVALUED and all(ahead.get(name) for name in worth.use_cases)


def _next_window(ahead: Mapping[str, list[Quantiles]], worth: Worth, platform: Platform, scale: Scale) -> float | None:
    """Median of the next window's value, summed over use cases; None unless all are forecast."""
    if not _complete(ahead, worth):
        return None
    total = []
    for name in worth.use_cases:
        window = platform.use_case(name).outcome.window_days or 1
        ordered = sorted(ahead[name], key=lambda a: (abs(a.horizon - window), a.horizon))
        total.append(ordered[0].p50 * scale.factors[name])
    return math.fsum(total)


def _present_value(ahead: Mapping[str, list[Quantiles]], worth: Worth, platform: Platform, scale: Scale,
                   cost: float) -> float | None:
    """Discounted benefit of each use case less the upkeep of the asset, paid once.

    None unless all use cases are forecast and the horizons reach over a whole window of each.
    """
    plan = platform.forecast
    windows = [scale.window_days, *(platform.use_case(name).outcome.window_days or 1 for name in worth.use_cases)]
    if not _complete(ahead, worth) or not all(windows_ahead(days, plan.horizons) for days in windows):
        return None
    earned = math.fsum(
        benefit(ahead[name], platform.use_case(name).outcome.window_days or 1, plan.horizons, plan.discount_rate,
                platform.use_case(name).payoff.incrementality)
        for name in worth.use_cases)
    return earned - upkeep(cost, scale.window_days, plan.horizons, plan.discount_rate)


def _usage(asset_id: str, worth: Worth, evidence: Evidence, platform: Platform, used: Mapping[str, str]) -> str:
    """Use cases that read the asset, as a valued player or as the source of their outcomes; then what the log says."""
    ran = set(evidence.values)
    outcomes = {case.name for case in platform.use_cases if case.name in ran and case.outcome.asset == asset_id}
    cases = ", ".join(sorted(outcomes | set(worth.use_cases)))
    return "; ".join(part for part in (cases, used.get(asset_id, "")) if part)
