"""Does the valuation find what was planted? Values of the synthetic shop beside what follows from the model of its logs."""

from __future__ import annotations

import datetime as dt
import os
import subprocess
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from .nights import REPOSITORY

if TYPE_CHECKING:
    from assay.steps.games import OutcomeWindow

PLATFORM, CASE = "synthetic_shop", "recommend"
_AT_ONCE = 16  # coalitions
DRAWS, USERS = 400, 600  # weeks drawn anew, and users in each, with replacement


def run_night() -> None:
    """Lay out the shop and run its last night; what stands already is reused."""
    landing = REPOSITORY / "data" / "landing"
    os.environ.setdefault("ASSAY_LANDING", str(landing))
    for command in ([str(REPOSITORY / "include" / "platforms" / PLATFORM / "landing.py"), "--target", str(landing)],
                    ["-m", "assay", "run", "--platform", PLATFORM, "--earlier", "0"]):
        if subprocess.run([sys.executable, *command], cwd=REPOSITORY, check=False).returncode:
            sys.exit("the synthetic shop's night failed")


def compare() -> list[dict]:
    """Of every asset the value with its interval, and the truth."""
    from assay.contracts.schemas import VALUES
    from assay.storage import open_store
    from platforms.synthetic_shop.truth import true_values

    store, window, cutoff = open_store(), *_window()
    night = store.partitions(VALUES, PLATFORM, CASE)[-1]
    rows = [row for row in store.read(store.get(VALUES, PLATFORM, night, CASE)).to_pylist() if row["value"] is not None]
    payoff = window.case.payoff
    truth = true_values(window.features.rows, cutoff, top_k=payoff.top_k, margin=payoff.margin)
    return [{"asset": row["asset_id"], "value": row["value"], "low": row["ci_low"], "high": row["ci_high"],
             "truth": truth[row["asset_id"]]} for row in rows]


def coverage() -> dict[str, float]:
    """Of every asset, how many intervals of weeks that are drawn anew hold the value that the same model is expected to earn.

    A week has some users, drawn with replacement from those of the night's outcome window, and what logging shows them and they
    order is drawn for each. The truth needs no draw: it is the expectation over both, by the planted model.
    """
    from assay.valuation.appraise import appraise
    from assay.valuation.coalitions import all_coalitions
    from assay.valuation.payoffs import Replay
    from assay.valuation.shapley import shapley_values
    from assay.valuation.table import Played
    from platforms.synthetic_shop.truth import draw, pairs

    window, cutoff = _window()
    payoff, game, planted = window.case.payoff, window.game(), pairs(window.features.rows, cutoff)
    coalitions = all_coalitions(len(game.players))
    decided = np.stack([game.act(coalition)[0].astype(np.float32) for coalition in coalitions])
    expected = payoff.margin * planted.sales
    truth = shapley_values(decided @ expected) * USERS / planted.users
    first = np.searchsorted(planted.user, np.arange(planted.users + 1))
    held = np.zeros(len(game.players))
    for number in range(DRAWS):
        chosen = np.random.default_rng([number, 1]).integers(0, planted.users, USERS)
        rows = np.concatenate([np.arange(first[user], first[user + 1]) for user in chosen])
        user = np.repeat(np.arange(USERS), first[chosen + 1] - first[chosen])
        week = _some(planted, rows, user)
        sales, propensity = draw(week, number)
        earned = Replay(user, sales, propensity, top_k=payoff.top_k, margin=payoff.margin)
        starts, everything = np.flatnonzero(np.diff(user, prepend=-1)), np.arange(len(rows))
        found = np.concatenate([np.add.reduceat(earned.earn(decided[n:n + _AT_ONCE, rows], everything), starts, axis=1)
                                for n in range(0, len(coalitions), _AT_ONCE)])
        appraised = appraise(Played(list(game.players), earned.clusters, coalitions, found), unit="")
        held += [row["ci_low"] <= value <= row["ci_high"] for row, value in zip(appraised, truth, strict=True)]
    return dict(zip(game.players, (held / DRAWS).tolist(), strict=True))


def _some(planted, rows: np.ndarray, user: np.ndarray):
    """What the model says of some rows, each user and its places counted anew."""
    place = (planted.place[rows] - planted.user[rows] * 20) + user * 20
    return replace(planted, user=user, users=USERS, place=place,
                   factors={name: factor[rows] for name, factor in planted.factors.items()},
                   **{name: getattr(planted, name)[rows] for name in ("sales", "rate", "price", "propensity")})


def _window() -> tuple[OutcomeWindow, dt.date]:
    """The outcome window of the newest night, and its first day."""
    from assay.config import load_platform
    from assay.contracts.schemas import FEATURES, MODEL
    from assay.features.windows import WindowRole
    from assay.models.runtime import prepare_tensorflow
    from assay.steps.cases import rows_of
    from assay.steps.games import outcome_window
    from assay.storage import open_store

    prepare_tensorflow()
    store = open_store()
    night = store.partitions(MODEL, PLATFORM, CASE)[-1]
    features, model = (store.get(contract, PLATFORM, night, CASE) for contract in (FEATURES, MODEL))
    (line,) = rows_of(store.read(features), WindowRole.OUTCOME)
    return outcome_window(store, load_platform(PLATFORM).use_case(CASE), features, model), dt.date.fromisoformat(line["cutoff"])
