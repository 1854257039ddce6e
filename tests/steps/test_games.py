"""The decision on an outcome window is the one that the manifest's payoff says."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from tests.models import builders as b

from assay.config.manifest import UseCase
from assay.errors import NotEnoughData
from assay.models.calibration import Calibration
from assay.models.encoding import learn_codes
from assay.models.store import OutcomeModel
from assay.steps.games import OutcomeWindow

FEATURES, HAPPENED = b.clinic(30, 6, seed=4)
EVERYTHING = np.ones((1, len(b.PLAYERS)), np.int8)


@pytest.fixture(scope="module")
def window() -> OutcomeWindow:
    """A window in which half of the candidates were shown, each of these for sure."""
    codes = learn_codes([FEATURES])
    model = OutcomeModel(b.network(codes), codes, Calibration(1.0, 0.0), b.PLAYERS)
    case = UseCase.model_validate({
        "name": "prescriptions", "entity": {"user": "u", "item": "i"},
        "outcome": {"asset": "clinic.visits", "time": "at", "window_days": 7},
        "payoff": {"type": "replay", "top_k": 6, "margin": 0.5, "exposures": "clinic.shown", "propensity": "p"}})
    propensity = np.where(np.arange(len(HAPPENED)) % 2, 1.0, np.nan)
    return OutcomeWindow(case, model, FEATURES, HAPPENED, 5 * HAPPENED, propensity)


def test_replay_earns_what_the_log_says_of_rows_that_were_shown(window: OutcomeWindow) -> None:
    """Everything is chosen: each place is worth what was sold of the half that was shown."""
    earned = window.game().play(EVERYTHING)
    assert earned.sum() == pytest.approx(180 * 0.5 * 5 * HAPPENED[1::2].mean())


def test_some_of_the_rows_keep_what_was_shown_of_them(window: OutcomeWindow) -> None:
    kept = np.arange(60, 120)
    some = window.take(kept)
    assert np.array_equal(some.propensity, window.propensity[kept], equal_nan=True)
    assert some.game().play(EVERYTHING).sum() == pytest.approx(60 * 0.5 * 5 * HAPPENED[61:120:2].mean())


def test_where_nothing_was_shown_the_use_case_stops(window: OutcomeWindow) -> None:
    dark = dataclasses.replace(window, propensity=np.full(len(HAPPENED), np.nan))
    with pytest.raises(NotEnoughData, match="use case prescriptions: no candidate was shown in the outcome window; run a part"):
        dark.game()
