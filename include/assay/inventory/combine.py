"""One value per asset from the values of several use cases."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from assay.config.manifest import Platform
from assay.contracts.enums import ValueStatus
from assay.inventory.wording import money_unit
from assay.valuation.bootstrap import interval


@dataclass(frozen=True)
class Scale:
    """The unit that all values of an inventory are brought to.

    Attributes:
        unit: Currency and window.
        cost_unit: Currency and the time over which costs are counted: the same, or one night.
        window_days: The window's length; 1, one night, where no outcome has a time.
        factors: Use case -> what its values are multiplied by; a use case that can't be brought to the unit is left out.
    """

    unit: str
    cost_unit: str
    window_days: int
    factors: Mapping[str, float]


@dataclass(frozen=True)
class Worth:
    """What is known of an asset's value over all use cases, in the inventory's unit.

    Attributes:
        value: Money per window, None where unvalued.
        ci_low: 2.5 % point, None where unknown.
        ci_high: 97.5 % point, None where unknown.
        status: A `ValueStatus`.
        reason: One sentence where it is unvalued.
        use_cases: Those that value it, sorted.
    """

    value: float | None
    ci_low: float | None
    ci_high: float | None
    status: str
    reason: str
    use_cases: tuple[str, ...]


def common_scale(platform: Platform, values: Mapping[str, pa.Table]) -> Scale:
    """The unit of the first use case that was valued; windows of other lengths are prorated to its window.

    A use case whose outcome has no time earns per sample, not per week: beside one with windows its values can't be added
    and are left out of the sum.
    """
    valued = [case for case in platform.use_cases if case.name in values]
    timed = [case for case in valued if case.outcome.window_days is not None]
    if timed:
        base = timed[0].outcome.window_days or 1
        factors = {case.name: base / (case.outcome.window_days or base) for case in timed}
        unit = money_unit(platform.currency, base)
        return Scale(unit, unit, base, factors)
    if valued:
        units = sorted({row["unit"] for row in values[valued[0].name].select(["unit"]).to_pylist()})
        unit = units[0] if units else f"{platform.currency}/sample"
        return Scale(unit, money_unit(platform.currency, 1), 1, {case.name: 1.0 for case in valued})
    window = next((case.outcome.window_days for case in platform.use_cases if case.outcome.window_days), 7)
    unit = money_unit(platform.currency, window)
    return Scale(unit, unit, window, {})


def combine(asset_id: str, values: Mapping[str, pa.Table], stopped: Mapping[str, str], scale: Scale) -> Worth:
    """The value of one asset summed over use cases.

    Its interval comes from the draws of all of them, summed one by one: use cases with the same clusters were drawn in pairs,
    so that errors that go together are added up as such.

    Args:
        asset_id: The asset.
        values: `values` per use case.
        stopped: Use case -> why it could not be valued.
        scale: The inventory's unit.
    """
    rows = {name: row for name in sorted(values) for row in values[name].to_pylist() if row["asset_id"] == asset_id}
    known = {name: row for name, row in rows.items() if row["value"] is not None and name in scale.factors}
    if not known:
        return Worth(None, None, None, ValueStatus.UNVALUED, _why_unvalued(rows, stopped, scale), ())
    value = math.fsum(row["value"] * scale.factors[name] for name, row in known.items())
    low, high = _interval(known, scale)
    return Worth(value, low, high, _status(known, low, high), "", tuple(known))


def _interval(known: Mapping[str, dict[str, Any]], scale: Scale) -> tuple[float | None, float | None]:
    if len(known) == 1:
        ((name, row),) = known.items()
        ends = [None if row[end] is None else row[end] * scale.factors[name] for end in ("ci_low", "ci_high")]
        return ends[0], ends[1]
    if any(row["draws"] is None for row in known.values()):
        return None, None
    summed = np.sum([np.array(row["draws"]) * scale.factors[name] for name, row in known.items()], axis=0)
    low, high = interval(summed[:, None])
    return float(low[0]), float(high[0])


def _status(known: Mapping[str, dict[str, Any]], low: float | None, high: float | None) -> str:
    statuses = {str(row["status"]) for row in known.values()}
    if len(known) == 1:
        return statuses.pop()
    if ValueStatus.PREDICTED in statuses:
        return ValueStatus.PREDICTED  # a sum is no surer than its least sure part
    if low is not None and high is not None:
        return ValueStatus.NOT_DISTINGUISHABLE if low <= 0 <= high else ValueStatus.VALUED
    return ValueStatus.NOT_DISTINGUISHABLE if ValueStatus.NOT_DISTINGUISHABLE in statuses else ValueStatus.VALUED


def _why_unvalued(rows: Mapping[str, dict[str, Any]], stopped: Mapping[str, str], scale: Scale) -> str:
    """The first reason there is, in the order: its own, a use case that stopped, nobody asked."""
    for name, row in rows.items():
        if row["value"] is not None:
            return f"{name} earns per sample and can't be added to {scale.unit}"
        if row["reason"]:
            return str(row["reason"])
    if stopped:
        name, reason = sorted(stopped.items())[0]
        return reason if name in reason else f"{name}: {reason}"
    return "no use case reads it"
