from __future__ import annotations

import numpy as np
import pytest

from assay.valuation.audit import aligned, audited, compare


def test_the_ends_of_the_ranking_are_audited_each_once() -> None:
    values = {"a": 5.0, "b": -1.0, "c": 3.0, "d": 0.5, "e": 0.5, "f": 9.0}
    assert audited(values) == ["f", "a", "e", "b"]
    assert audited({"a": 1.0, "b": 2.0, "c": 3.0}) == ["c", "b", "a"]
    assert audited({}) == []


def test_who_has_no_candidate_left_earns_nothing() -> None:
    assert aligned(np.array([4.0, 2.0]), ["z", "x"], ["x", "y", "z"]).tolist() == [2.0, 0.0, 4.0]


def test_losses_and_their_difference_come_with_paired_intervals() -> None:
    rng = np.random.default_rng(3)
    everything = rng.gamma(2.0, 3.0, 400)
    masked, retrained = everything - 0.5, everything - 0.3
    found = {row["metric"]: row["value"] for row in compare("shop.ads", everything, masked, retrained, seed=1)}
    assert found["removal_loss_masked"] == pytest.approx(200) and found["removal_loss_retrained"] == pytest.approx(120)
    assert found["difference"] == pytest.approx(found["payoff_retrained"] - found["payoff_masked"])
    assert found["difference_ci_low"] == pytest.approx(80) == pytest.approx(found["difference_ci_high"])  # the same for each
    (model,) = {row["model"] for row in compare("shop.ads", everything, masked, retrained, seed=1)}
    assert model == "without shop.ads"
