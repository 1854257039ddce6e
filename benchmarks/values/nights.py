"""The demo's nights that the benchmark values: run where they are missing, and read back."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import pyarrow as pa

    from assay.features.windows import WindowRole
    from assay.models.learn import Windows
    from assay.steps.games import OutcomeWindow

REPOSITORY = Path(__file__).resolve().parents[2]
PLATFORM, CASE = "complete_journey", "next_week_purchase"
NIGHTS = ("2017-12-10", "2017-12-17", "2017-12-24", "2017-12-31")  # those of `make run`


def run_nights() -> None:
    """Run the nights; what stands already is reused."""
    os.environ.setdefault("ASSAY_LANDING", str(REPOSITORY / "data" / "landing"))
    done = subprocess.run([sys.executable, "-m", "assay", "run", "--platform", PLATFORM, "--partition", NIGHTS[-1]],
                          cwd=REPOSITORY, check=False)
    if done.returncode:
        sys.exit("the demo's nights failed")


def window_of(night: str) -> OutcomeWindow:
    """A night's outcome window with its model."""
    from assay.config import load_platform
    from assay.contracts.schemas import FEATURES, MODEL
    from assay.models.runtime import prepare_tensorflow
    from assay.steps.games import outcome_window
    from assay.storage import open_store

    prepare_tensorflow()
    store = open_store()
    refs = (store.get(contract, PLATFORM, night, CASE) for contract in (FEATURES, MODEL))
    return outcome_window(store, load_platform(PLATFORM).use_case(CASE), *refs)


def index_of(night: str) -> pa.Table:
    """A night's windows."""
    from assay.contracts.schemas import FEATURES
    from assay.storage import open_store

    store = open_store()
    return store.read(store.get(FEATURES, PLATFORM, night, CASE))


def windows_of(night: str, train: WindowRole, valid: WindowRole) -> Windows:
    """What a model of a night is made from."""
    from assay.config import load_platform
    from assay.steps import train as step
    from assay.steps.frame import Frame
    from assay.storage import open_store

    frame = Frame("benchmark", load_platform(PLATFORM), night, open_store(), ())
    return step.windows_of(frame, frame.platform.use_case(CASE), index_of(night), train, valid)


def everyone(players: int) -> np.ndarray:
    """The grand coalition as a list of one."""
    return np.ones((1, players), np.int8)
