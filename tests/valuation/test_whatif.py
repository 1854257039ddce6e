from __future__ import annotations

import numpy as np
import pytest
from tests.valuation.builders import AdditiveModel, SumOfScores

from assay.valuation.game import Game
from assay.valuation.whatif import outlook, unchanged

PLAYERS = ["shop.ads", "shop.orders"]


def game(told: list[list[float]], clusters: list[str]) -> Game:
    return Game(AdditiveModel(np.array(told)), SumOfScores(clusters), PLAYERS, {}, {}, len(clusters))


NOW = game([[1.0, 2.0, 4.0], [0.0, 8.0, 0.0]], ["a", "b", "c"])


def test_the_change_is_what_is_earned_then_less_what_is_earned_now() -> None:
    found = outlook(NOW, game([[1.0, 2.0, 4.0], [0.0, 5.0, 0.0]], ["a", "b", "c"]))
    assert (found.earned, found.damaged, found.change, found.share) == (15.0, 12.0, -3.0, -0.2)
    assert found.ci_low < -3.0 < found.ci_high == 0.0  # some draws leave b out


def test_what_is_gone_is_masked() -> None:
    assert outlook(NOW, NOW, gone="shop.orders").change == -8.0
    assert outlook(NOW, NOW, gone="shop.ads").change == -7.0


def test_clusters_are_paired_by_key_and_one_without_candidates_earns_nothing() -> None:
    found = outlook(NOW, game([[2.0, 1.0], [8.0, 0.0]], ["b", "a"]))
    assert found.change == -4.0 and found.ci_high == 0.0


def test_the_same_is_no_change_at_all() -> None:
    for found in (outlook(NOW, NOW), unchanged(NOW)):
        assert (found.earned, found.damaged, found.change, found.ci_low, found.ci_high) == (15.0, 15.0, 0.0, 0.0, 0.0)


def test_where_nothing_is_earned_there_is_no_share() -> None:
    found = outlook(game([[0.0], [0.0]], ["a"]), game([[3.0], [0.0]], ["a"]))
    assert (found.earned, found.change, found.share) == (0.0, 3.0, None)


def test_the_interval_is_that_of_drawing_clusters() -> None:
    """A thousand clusters that lose 1 on average: the standard error is that of the mean times the number."""
    lost = np.random.default_rng(5).exponential(1.0, 1000)
    names = [f"u{n}" for n in range(1000)]
    now = game([np.full(1000, 10.0).tolist(), [0.0] * 1000], names)
    found = outlook(now, game([(10 - lost).tolist(), [0.0] * 1000], names))
    error = lost.std() * np.sqrt(1000)
    assert found.change == pytest.approx(-lost.sum(), rel=1e-4)
    assert found.ci_high - found.ci_low == pytest.approx(2 * 1.96 * error, rel=0.1)
