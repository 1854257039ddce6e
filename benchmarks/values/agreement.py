"""Do masked answers agree with models that were trained again, for every coalition of groups of assets?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from .nights import everyone, window_of, windows_of

GROUPS = {
    "transactions": ("landing.transactions",), "products": ("landing.products",), "promotions": ("landing.promotions",),
    "demographics": ("landing.demographics",),
    "coupons and campaigns": ("landing.campaign_descriptions", "landing.campaigns", "landing.coupon_redemptions",
                              "landing.coupons"),
}
SEEDS = (1, 2, 3)
SHARE = 5  # every fifth household


def compare(night: str) -> dict[str, np.ndarray]:
    """Shapley values of the groups by cluster, from models that saw all and are masked, and from models trained again.

    Returns:
        `masked` and `retrained`, money, shape (seeds, groups, clusters).
    """
    from assay.features.windows import WindowRole
    from assay.models.learn import learn
    from assay.models.outcome import SIZES
    from assay.valuation.coalitions import all_coalitions
    from assay.valuation.shapley import shapley_values

    window = window_of(night)
    window = window.take(_chosen(window.features.rows))
    windows = _some_households(windows_of(night, WindowRole.BASE_TRAIN, WindowRole.BASE_VALIDATE))
    groups, coalitions = list(GROUPS), all_coalitions(len(GROUPS))
    found: dict[str, list[np.ndarray]] = {"masked": [], "retrained": []}
    for seed in SEEDS:
        encoders: dict[bool, object] = {}
        whole, _ = learn(windows, SIZES["tiny"], seed)
        encoders[True] = whole.behaviour
        game = type(window)(window.case, whole, window.features, window.y, window.amount).game()
        seen = np.array([[any(coalition[n] and player in GROUPS[group] for n, group in enumerate(groups))
                          for player in game.players] for coalition in coalitions], np.int8)
        masked = game.play(seen)
        retrained = [_retrained(window, windows, coalition, seed, encoders, masked[0], game.payoff.clusters)
                     for coalition in coalitions[1:-1]]
        found["masked"].append(shapley_values(masked))
        found["retrained"].append(shapley_values(np.stack([masked[0], *retrained, masked[-1]])))
        print(f"  seed {seed}: {len(retrained)} trainings", flush=True)
    return {name: np.stack(values) for name, values in found.items()}


def _retrained(window, windows, coalition: np.ndarray, seed: int, encoders: dict, nothing: np.ndarray,
               clusters: list[str]) -> np.ndarray:
    """What a coalition earns with a model of its own; as without any asset where there is nothing to train on.

    The behaviour encoder reads sales and, of items, products: one is pre-trained for each of both cases and seed.
    """
    from assay.errors import NotEnoughData
    from assay.models.learn import learn
    from assay.models.outcome import SIZES
    from assay.valuation.audit import aligned

    gone = {asset for n, assets in enumerate(GROUPS.values()) if not coalition[n] for asset in assets}
    mine = windows.without(gone)
    products = "landing.products" not in gone
    try:
        model, _ = learn(mine, SIZES["tiny"], seed, encoders.get(products) if mine.history is not None else None)
    except NotEnoughData as error:
        print(f"    {error}", flush=True)
        return nothing
    if mine.history is not None:
        encoders[products] = model.behaviour
    game = window.without(gone, model).game()
    return aligned(game.play(everyone(len(game.players)))[0], game.payoff.clusters, clusters)


def judged(found: dict[str, np.ndarray]) -> list[dict]:
    """Group by group: values, the standard error of their difference, and whether they agree; then what holds of the order."""
    from assay.valuation.bootstrap import bootstrap_sums, interval

    masked, retrained = (found[name].sum(axis=2) for name in ("masked", "retrained"))
    seeds = len(masked)

    def errors(by_cluster: np.ndarray, totals: np.ndarray) -> np.ndarray:
        of_clusters = bootstrap_sums(by_cluster.mean(axis=0), seed=1).std(axis=0)
        return np.sqrt(of_clusters**2 + totals.var(axis=0, ddof=1) / seeds)

    doubt = errors(found["masked"] - found["retrained"], masked - retrained)
    low, high = interval(bootstrap_sums(found["retrained"].mean(axis=0), seed=1))
    lines = []
    for n, group in enumerate(GROUPS):
        value, again = masked[:, n].mean(), retrained[:, n].mean()
        lines.append({"group": group, "masked": value, "retrained": again, "standard_error": doubt[n], "low": low[n],
                      "high": high[n], "agrees": bool(abs(value - again) <= max(2 * doubt[n], 0.15 * abs(value)))})
    return lines


def order_kept(lines: list[dict]) -> tuple[int, int]:
    """Of the pairs whose retrained intervals don't overlap, how many masking puts in the same order, and how many there are."""
    apart = [(a, b) for a in lines for b in lines if a["low"] > b["high"]]
    return sum(a["masked"] > b["masked"] for a, b in apart), len(apart)


def spearman(lines: list[dict]) -> float:
    """Rank correlation of masked and retrained values."""
    ranks = [np.argsort(np.argsort([line[name] for line in lines])) for name in ("masked", "retrained")]
    return float(np.corrcoef(*ranks)[0, 1])


def _chosen(rows) -> np.ndarray:
    return np.flatnonzero(rows.column("user").to_numpy() % SHARE == 0)


def _some_households(windows):
    """The same windows of every fifth household; what the behaviour encoder is pre-trained on stays whole."""
    from dataclasses import replace

    from assay.models.learn import LabelledWindow

    def some(window: LabelledWindow) -> LabelledWindow:
        def parts() -> Iterator[tuple]:
            for features, y, amount in window.parts():
                chosen = _chosen(features.rows)
                if len(chosen):
                    yield features.take(chosen), y[chosen], amount[chosen]

        return LabelledWindow(window.rows // SHARE, parts)

    def each(of: Iterable[LabelledWindow]) -> list[LabelledWindow]:
        return [some(window) for window in of]

    return replace(windows, train=each(windows.train), valid=each(windows.valid))
