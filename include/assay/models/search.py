"""Search the parameters of the outcome model by successive halving.

Some variations of a size train briefly, the better half of them goes on with twice the budget, until the last ones train as a
base model does. All are scored on the same validation rows. What is there already stays to the end: it is given up only for
what beats it after a whole training, not for what learns fast.

Source: Jamieson & Talwalkar 2016, Non-stochastic best arm identification and hyperparameter optimization.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

import numpy as np

from assay.models.behaviour import Behaviour
from assay.models.learn import Windows, learn
from assay.models.outcome import Size
from assay.models.score import scored

logger = logging.getLogger(__name__)

CANDIDATES = 8  # what is there included
BUDGETS = (0.25, 0.5, 1.0)  # share of the training windows, the newest, and of the least steps
_CHANGED = 1 / 3  # of the parameters, in a variation

# Halved or doubled within these bounds, however often one search follows another. Neither they nor dropout change the behaviour
# encoder, which all candidates share.
BOUNDS: dict[str, tuple[float, float]] = {
    "rate": (5e-4, 2e-2), "hidden": (8, 256), "token": (4, 64), "fusion": (8, 192), "embedding": (4, 64), "members": (1, 4),
    "negatives": (3, 80), "towers": (1, 4)}
DROPOUTS = (0.0, 0.1, 0.2, 0.3)


@dataclass(frozen=True)
class Tried:
    """A candidate and how it did.

    Attributes:
        size: The candidate.
        budget: Share of a whole training that it was given.
        loss: The target's, calibrated, on the validation rows; lower is better.
    """

    size: Size
    budget: float
    loss: float


def halve(windows: Windows, size: Size, seed: int, behaviour: Behaviour | None = None) -> list[Tried]:
    """All candidates, the winner first: those that got furthest before the others, and by loss among them.

    Args:
        windows: What each is trained and scored on.
        size: What is there already; the first of the candidates, and of equals.
        seed: Of the variations and of every training.
        behaviour: An encoder trained on the windows' history at this size; None trains one for each candidate.

    Raises:
        NotEnoughData: If nothing can be learned from the windows.
    """
    rivals = variations(size, seed)
    ranking: list[Tried] = []
    for budget in BUDGETS:
        tried = [Tried(rival, budget, _score(windows, rival, seed, budget, behaviour)) for rival in rivals]
        tried.sort(key=lambda one: one.loss)
        for one in tried:
            logger.info("%s: loss %.5f after %d%% of a training", changes(one.size, size) or "unchanged", one.loss,
                        round(100 * budget))
        ranking = tried + [one for one in ranking if one.size not in rivals]
        better = [one.size for one in tried[:len(tried) // 2]]
        rivals = [size, *(rival for rival in better if rival != size)]
    return ranking


def _score(windows: Windows, size: Size, seed: int, budget: float, behaviour: Behaviour | None) -> float:
    newest = windows.train[-math.ceil(budget * len(windows.train)):]
    brief = replace(size, steps=math.ceil(budget * size.steps))
    model, valid = learn(replace(windows, train=newest), brief, seed, behaviour)
    return scored(model, valid)[model.target.loss_name]


def variations(size: Size, seed: int) -> list[Size]:
    """`CANDIDATES` different sizes: this one, then some in which a few parameters are changed."""
    rng = np.random.default_rng(seed)
    found = [size]
    while len(found) < CANDIDATES:
        varied: dict[str, Any] = {name: _changed(name, getattr(size, name), rng) for name in BOUNDS if rng.random() < _CHANGED}
        if rng.random() < _CHANGED:
            varied["dropout"] = float(rng.choice(DROPOUTS))
        candidate = replace(size, **varied)
        if candidate not in found:
            found.append(candidate)
    return found


def _changed(name: str, value: float, rng: np.random.Generator) -> float:
    low, high = BOUNDS[name]
    changed = min(max(value * (2 if rng.random() < 0.5 else 0.5), low), high)
    return round(changed) if isinstance(value, int) else changed


def changes(size: Size, own: Size) -> dict[str, Any]:
    """The parameters of a size that differ from another's."""
    return {name: value for name, value in asdict(size).items() if value != getattr(own, name)}


def changed(own: Size, parameters: Mapping[str, Any]) -> Size:
    """Inverse of `changes`; parameters that sizes had once and have no more are left aside."""
    known = {field.name for field in fields(Size)}
    return replace(own, **{name: value for name, value in parameters.items() if name in known})
