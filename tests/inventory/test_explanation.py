from __future__ import annotations

from typing import Any

import numpy as np

from assay.inventory.explanation import Explanation, explanation_lines
from assay.valuation.because import Change, Difference, Spread

WORTH = {"use_case": "next_week", "asset_id": "shop.log", "value": 120.0, "ci_low": 90.0, "ci_high": 150.0, "unit": "USD/week",
         "share": 0.6, "removal_loss": 80.0, "status": "valued", "reason": None}
COLUMNS = [{"column": "price", "value": 20.0, "ci_low": -1.0, "ci_high": 41.0},
           {"column": "(rows and keys)", "value": 100.0, "ci_low": 80.0, "ci_high": 120.0},
           {"column": "note", "value": None, "ci_low": None, "ci_high": None}]


def explained(**changes: Any) -> Explanation:
    given = {"worth": WORTH, "columns": COLUMNS, "cluster": "household_id",
             "clusters": [("h1", 100.0), ("h2", 25.0), ("h3", -5.0), ("h4", 0.0)], "spread": Spread(2, 1, 1, 1),
             "found": Difference(np.array([1.0, -1, 0, 1]), np.array([5.0, -2, 0, 0]), np.array([False, False, False, True])),
             "done": "shown", "things": {"item": [Change("a", 2, 0, 5.0), Change("b", 0, 1, -2.0)]},
             "name": lambda role, key: f"{key} (milk)"}
    return Explanation(**(given | changes))


def test_value_columns_clusters_decisions_and_things_are_told() -> None:
    assert list(explanation_lines(explained())) == [
        "shop.log is worth 120 USD/week to next_week (90 to 150), 60% of what all assets earn together.",
        "",
        "Its columns share this (USD/week, with intervals):",
        "  (rows and keys)       100  80 to 120",
        "  price                  20  -1.00 to 41.00",
        "No value of their own: note.",
        "",
        "It earns something through 2 of 4 values of household_id and costs something with 1; half of what it earns comes from"
        " 1 of them.",
        "  most with household_id h1 (100), h2 (25.00) USD/week",
        "  least with household_id h3 (-5.00) USD/week",
        "",
        "If it vanished tomorrow while all else stays, 80.00 USD/week would be lost. Because of it 3 decisions of 4 differ:"
        " 2 are shown that else would not.",
        "  1 of them nobody else finds: 1 candidates come from it alone (0 USD/week).",
        "By item, it earns most with:",
        "  a (milk): 5.00 USD/week, shown 2 more, 0 less",
        "By item, it loses most with:",
        "  b (milk): -2.00 USD/week, shown 0 more, 1 less"]


def test_what_makes_a_value_doubtful_is_said() -> None:
    lines = list(explanation_lines(explained(worth=WORTH | {"reason": "its interval contains 0", "share": None})))
    assert lines[0].endswith("(90 to 150).") and lines[1] == "Mind that its interval contains 0."


def test_an_asset_that_changes_nothing_is_told_without_lists() -> None:
    lines = list(explanation_lines(explained(
        columns=[], clusters=[("h1", 0.0)], spread=Spread(0, 0, 1, 0), things={"item": []},
        found=Difference(np.zeros(4), np.zeros(4), np.zeros(4, bool)))))
    assert not [line for line in lines if line.startswith(" ") or "most" in line]
