"""How much of this item will this store sell next week? The network's quantiles beside past weeks and boosted trees.

    make bench NAME=stock_keeping

Every side predicts the same pairs of the demo's `weekly_stock`: trained on weeks 36-43, stopped and calibrated on 44-45, scored
on 47-50. Network and trees read the same features, planned and computed as the DAG does. Money is the payoff of the manifest.
"""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

import numpy as np
import pandas as pd
from stock import peers
from stock.weeks import CASE, PLATFORM, TEST_WEEKS, read_frame, read_week, windows, write_weeks

REPOSITORY = Path(__file__).resolve().parents[1]
FOLDER = REPOSITORY / "data" / "benchmarks" / "stock"
RESULT = REPOSITORY / "data" / "benchmarks" / "stock_keeping.json"
SEEDS = (1, 2, 3)
NAIVE, TREES = "own quantiles of 26 weeks", "lightgbm, quantile regression"
_DRAWS = 1000


def network(folder: Path, size: str, seed: int) -> np.ndarray:
    """Quantiles of the test rows, shape (rows, levels)."""
    from assay.models.learn import learn
    from assay.models.outcome import SIZES
    from assay.models.score import said

    model, _ = learn(windows(folder), SIZES[size], seed)
    return np.concatenate([said(model, model.encode(read_week(folder, week))) for week in TEST_WEEKS])


class Scorer:
    """Scores of the test rows.

    Args:
        test: Keys, price and demand.
        levels: Of the quantiles.
        decides: Position of the one that is stocked.
        terms: Of the newsvendor.
    """

    def __init__(self, test: pd.DataFrame, levels: tuple[float, ...], decides: int, terms: dict[str, float]) -> None:
        from assay.valuation.payoffs import Newsvendor

        self.levels, self.decides, self.demand = levels, decides, test.demand.to_numpy(np.float64)
        keys = (test.place.astype(str) + "|" + test.item.astype(str)).to_numpy()
        self._payoff = Newsvendor(keys, test.unit_price.to_numpy(), self.demand, **terms)

    def money(self, quantity: np.ndarray) -> np.ndarray:
        """USD a week of each pair."""
        from assay.valuation.payoffs import Quantities

        return self._payoff.money(Quantities(quantity[None]), np.arange(len(quantity)))[0] / len(TEST_WEEKS)

    def score(self, quantiles: np.ndarray) -> dict[str, float]:
        from assay.models.metrics import coverage, pinball

        losses = pinball(self.demand, quantiles, self.levels, np.ones(len(quantiles)))
        stocked, below = quantiles[:, self.decides], coverage(self.demand, quantiles)
        at = {f"{100 * level:.0f}": n for n, level in enumerate(self.levels)}
        return {"pinball": losses.mean(), **{f"pinball {name}": losses[n] for name, n in at.items()},
                **{f"below {name}": below[n] for name, n in at.items()}, "USD/week": self.money(stocked).sum(),
                "USD/week, whole units": self.money(np.round(stocked)).sum(),
                "left": np.maximum(stocked - self.demand, 0).mean(), "missed": np.maximum(self.demand - stocked, 0).mean()}

    def beside(self, one: np.ndarray, other: np.ndarray) -> tuple[float, float, float]:
        """USD a week that one earns more than the other, and the 95 % interval from drawing pairs."""
        each = self.money(one[:, self.decides]) - self.money(other[:, self.decides])
        draws = np.random.default_rng(1).multinomial(len(each), np.full(len(each), 1 / len(each)), size=_DRAWS) @ each
        return float(each.sum()), *(float(end) for end in np.quantile(draws, [0.025, 0.975]))


def main() -> None:
    os.environ.setdefault("ASSAY_STORAGE", (FOLDER / "storage").as_uri())
    os.environ.setdefault("ASSAY_LANDING", str(REPOSITORY / "data" / "landing"))
    from assay.config import load_platform
    from assay.models.runtime import prepare_tensorflow
    from assay.models.targets import target_of

    prepare_tensorflow()
    folder = write_weeks(FOLDER)
    frame, case = read_frame(folder), load_platform(PLATFORM).use_case(CASE)
    test, target = frame[frame.week.isin(TEST_WEEKS)], target_of(case)
    levels = target.levels
    terms = {name: getattr(case.payoff, name) for name in ("margin", "holding", "spoilage")}
    scorer = Scorer(test, levels, target.decides, terms)
    print(f"{len(frame) - len(test)} rows to learn from, {len(test)} to predict: {test.demand.mean():.2f} units a week, "
          f"none of {(test.demand == 0).mean():.0%}; stocked is the quantile {levels[target.decides]:.3f}\n", flush=True)
    sides = {
        "last week": lambda: peers.last_week(test, levels), "mean of 4 weeks": lambda: peers.mean_of_four(test, levels),
        "own quantiles of 13 weeks": lambda: peers.own_quantiles(test, levels, 13),
        NAIVE: lambda: peers.own_quantiles(test, levels, 26),
        "poisson of the mean of 13 weeks": lambda: peers.poisson_of_mean(test, levels, 13),
        TREES: lambda: peers.boosted(frame, levels),
        **{f"network {size}, seed {seed}": lambda size=size, seed=seed: network(folder, size, seed)
           for size in ("tiny", "base") for seed in SEEDS},
    }
    said, scores = {}, {}
    for name, predict in sides.items():
        start = time.perf_counter()
        said[name] = predict()
        scores[name] = {key: float(value) for key, value in scorer.score(said[name]).items()}
        scores[name]["seconds"] = time.perf_counter() - start
        print(f"{name}: {scores[name]['seconds']:.0f} s", flush=True)
    scores["perfect foresight"] = {"USD/week": float(scorer.money(scorer.demand).sum())}
    scores["no stock"] = {"USD/week": 0.0}
    table = pd.DataFrame(scores).T
    table.insert(1, "ratio", table["pinball"] / table.loc[NAIVE, "pinball"])
    table.insert(2, "money ratio", table["USD/week"] / table.loc[NAIVE, "USD/week"])
    print(table.to_string(float_format=lambda value: f"{value:.4g}"))
    for name in said:
        if name.startswith("network"):
            more, low, high = scorer.beside(said[name], said[TREES])
            print(f"{name} beside {TREES}: {more:+.1f} USD a week ({low:+.1f} to {high:+.1f})")
    RESULT.write_text(json.dumps(scores, indent=2))


if __name__ == "__main__":
    main()
