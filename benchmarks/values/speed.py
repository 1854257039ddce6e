"""Every coalition of a night's outcome window: by the engine, by the whole network, and by training trees again."""

from __future__ import annotations

import time

import numpy as np

from .nights import window_of, windows_of

COALITIONS = 256
SAMPLED = 3  # coalitions that the other sides really play
TREES, LEARNING = 100, {"objective": "binary", "learning_rate": 0.05, "num_leaves": 63, "min_data_in_leaf": 200,
                        "feature_fraction": 0.5, "num_threads": 2, "verbose": -1, "seed": 1}
_AT_ONCE = 20_000  # rows through the whole network


def by_engine(nights: list[str]) -> dict[str, float]:
    """All coalitions of the nights, one night after the other: encoders once a row, the head once a coalition."""
    from assay.valuation.estimators import estimate

    rows, seconds, worst = 0, 0.0, 0.0
    for night in nights:
        window = window_of(night)
        start = time.perf_counter()
        game = window.game()
        found = estimate(game.play, len(game.players), seed=1)
        seconds += time.perf_counter() - start
        if len(found.coalitions) != COALITIONS:
            raise ValueError(f"got {len(found.coalitions)} coalitions; the demo has {COALITIONS}")
        total = found.payoffs[-1].sum() - found.payoffs[0].sum()
        worst = max(worst, abs(found.values.sum() - total) / abs(total))
        rows += game.rows
    return {"rows": rows, "seconds": seconds, "efficiency": worst}


def by_network(nights: list[str]) -> dict[str, float]:
    """The whole network for some coalitions; seconds are those that all of them would take."""
    from assay.models.outcome import token_visibility
    from assay.models.train import run

    rng, seconds, differs = np.random.default_rng(1), 0.0, 0.0
    for night in nights:
        window = window_of(night)
        model, encoded = window.model, window.model.encode(window.features)
        some = np.concatenate([np.ones((1, len(model.players)), np.int8),
                               rng.integers(0, 2, (SAMPLED - 1, len(model.players)), np.int8)])
        masked = window.game().model
        for coalition in some:
            visible = token_visibility(model.codes, coalition[None], model.players)
            start = time.perf_counter()
            parts = [run(model.network, encoded.take(slice(at, at + _AT_ONCE)), visible)
                     for at in range(0, len(encoded), _AT_ONCE)]
            probability = model.calibration.probability(np.concatenate(parts)[:, 0])
            seconds += time.perf_counter() - start
            told = masked.predict(coalition[None], np.arange(len(encoded))).probability[0]
            differs = max(differs, float(np.abs(told - probability).max()))
    return {"seconds": seconds * COALITIONS / SAMPLED, "differs": differs}


def by_trees(night: str) -> dict[str, float]:
    """Trees trained again on the two newest training windows for some coalitions; seconds that all would take for this night.

    Two windows of the night's five: what the peer is spared.
    """
    import lightgbm as lgb
    import pandas as pd

    from assay.features.windows import WindowRole

    window = window_of(night)
    tokens, players = window.features.tokens, window.model.players
    newest = windows_of(night, WindowRole.TRAIN, WindowRole.VALIDATE).train[-2:]
    learned = [part for labelled in newest for part in labelled.parts()]
    frame = _categories(pd.concat([features.wide().to_pandas() for features, _, _ in learned], ignore_index=True))
    y = np.concatenate([part[1] for part in learned])
    asked = _categories(window.features.wide().to_pandas())
    rng, seconds = np.random.default_rng(1), 0.0
    for size in (2, 4, 6)[:SAMPLED]:
        seen = set(rng.permutation(players)[:size].tolist())
        columns = [token.column(feature) for token in tokens if set(token.assets) <= seen for feature in token.features
                   if token.column(feature) in frame.columns]
        start = time.perf_counter()
        model = lgb.train(LEARNING, lgb.Dataset(frame[columns], y), TREES)
        model.predict(asked[columns])
        seconds += time.perf_counter() - start
    return {"seconds": seconds * COALITIONS / SAMPLED, "rows": len(frame)}


def _categories(frame):
    """Texts as categories, which trees read."""
    import pandas as pd

    return frame.astype({name: "category" for name in frame.columns if not pd.api.types.is_numeric_dtype(frame[name])})
