from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from tests.inventory.test_actions import COPY, SOUND, UNVALUED

from assay.inventory.conditions import Condition

LIMITS = {"much": 0.08}


@pytest.mark.parametrize(("written", "holds"), [
    ({"fact": "share", "at_least": "much"}, True), ({"fact": "share", "above": "much"}, False),
    ({"fact": "share", "at_most": 0.08}, True), ({"fact": "share", "below": 0.08}, False),
    ({"fact": "cost", "above": "ci_high"}, False), ({"fact": "ci_high", "above": "cost"}, True),
    ({"fact": "value", "above": 100, "below": 600}, False), ({"fact": "value", "above": 100, "below": 601}, True),
    ({"fact": "status", "equals": "ok"}, True), ({"fact": "status", "one_of": ["missing", "degraded"]}, False),
    ({"fact": "in_use_case", "equals": False}, False), ({"fact": "duplicate_of", "known": False}, True),
    ({"all": [{"fact": "value", "known": True}, {"fact": "cost", "above": 3}]}, False),
    ({"any": [{"fact": "value", "known": False}, {"fact": "cost", "below": 3}]}, True),
])
def test_comparisons(written: dict[str, Any], holds: bool) -> None:
    assert Condition.model_validate(written).holds(SOUND, LIMITS) is holds


@pytest.mark.parametrize("comparison", [{"above": 0}, {"at_least": -1e9}, {"below": 1e9}, {"at_most": 0}, {"known": True}])
def test_what_is_not_known_compares_with_nothing(comparison: dict[str, Any]) -> None:
    assert not Condition.model_validate({"fact": "value"} | comparison).holds(UNVALUED, {})
    assert not Condition.model_validate({"fact": "cost", "above": "ci_high"}).holds(UNVALUED, {})
    assert Condition.model_validate({"fact": "value", "known": False}).holds(UNVALUED, {})


def test_grounds_move_with_texts_and_thresholds_but_not_with_numbers() -> None:
    condition = Condition.model_validate({"all": [
        {"fact": "duplicate_of", "known": True}, {"fact": "cost", "above": "most", "below": 9},
        {"fact": "value", "known": True}]})
    said = condition.grounds(COPY, {"most": 1.0})
    assert said == "duplicate_of is b, cost above 1.0 and cost below 9.0, value is known"
    assert condition.grounds(replace(COPY, cost=2.6, value=1.0), {"most": 1.0}) == said
    assert condition.grounds(replace(COPY, duplicate_of="c"), {"most": 1.0}) != said
    assert condition.grounds(COPY, {"most": 1.5}) != said
