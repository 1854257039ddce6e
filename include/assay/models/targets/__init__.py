"""What a use case predicts, one kind per file: outputs of the network, loss, calibration, scores."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from assay.config.manifest import UseCase
from assay.models.targets.base import Calibrated, Seen, Target
from assay.models.targets.demand import Demand
from assay.models.targets.purchase import PURCHASE, Purchase

__all__ = ["PURCHASE", "Calibrated", "Demand", "Purchase", "Seen", "Target", "target_from_json", "target_of", "target_to_json"]


def target_of(case: UseCase) -> Target:
    """What the payoff of a use case decides by."""
    return Demand.deciding_by(case.payoff.fractile) if case.payoff.type == "newsvendor" else PURCHASE


def target_to_json(target: Target) -> dict[str, Any] | None:
    """As JSON-like data; nothing for the one that models had before there were several."""
    return asdict(target) if isinstance(target, Demand) else None


def target_from_json(raw: Mapping[str, Any] | None) -> Target:
    """Inverse of `target_to_json`."""
    return Demand(tuple(raw["levels"]), raw["decides"]) if raw else PURCHASE
