"""Games of known solution: enumerated ones to the last digit, sampled ones within their standard errors."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

sys.path.append(str(Path(__file__).resolve().parents[2]))  # the games are those of the tests
from tests.valuation import games

PLAYERS, BUDGET, SEEDS = 30, 2000, range(20)


def enumerated() -> dict[str, float]:
    """Largest error of the exact estimator, by game."""
    from assay.valuation.estimators import estimate

    known = {"airport": games.airport([1, 2, 2, 5, 7, 11, 13, 20]), "glove": games.glove(3, 5),
             "voting": games.voting([4, 3, 2, 2, 1, 1, 1], 8), "unanimity": games.unanimity(8, [1, 4, 6])}
    return {name: float(np.abs(estimate(game.play, game.players, seed=0).values[:, 0] - game.values).max())
            for name, game in known.items()}


def sampled() -> list[dict]:
    """Of 30 players and some seeds: coalitions played, largest error beside the largest value, values within 3 errors."""
    from assay.valuation.estimators import estimate

    rng = np.random.default_rng(7)
    known = {"additive": games.additive(rng.gamma(1.0, 10.0, PLAYERS)), "pairwise": games.random_pairwise(PLAYERS, 7),
             "airport": games.airport(rng.gamma(1.0, 20.0, PLAYERS)), "majority": games.majority(PLAYERS),
             "unanimity": games.unanimity(PLAYERS, [3, 11, 17])}
    lines = []
    for name, game in known.items():
        found = [estimate(game.play, PLAYERS, seed=seed, budget=BUDGET) for seed in SEEDS]
        errors = [np.abs(each.values[:, 0] - game.values) for each in found]
        # rounding aside, an error without a standard error would be an error that nobody was told of
        beside = [np.where(error > 1e-9, error / np.maximum(each.standard_errors, 1e-300), 0) for error, each in
                  zip(errors, found, strict=True)]
        lines.append({"game": name, "evaluations": max(len(each.coalitions) for each in found),
                      "error": max(float(error.max()) for error in errors) / float(np.abs(game.values).max()),
                      "within": float(np.mean([each <= 3 for each in beside])),
                      "farthest": max(float(each.max()) for each in beside)})
    return lines
