"""Airflow is met in processes of its own: it reads its settings once, when it is first imported."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def airflow_settings(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Environment of an Airflow without a history."""
    from assay.steps.cli.home import common_settings

    return common_settings(tmp_path_factory.mktemp("airflow"))


@pytest.fixture(scope="session")
def parse_dags(small_environment: Path, airflow_settings: dict[str, str]) -> Callable[..., dict[str, Any]]:
    """Parse all DAG files with some settings changed; what `parsing.py` prints."""
    def run(**settings: str) -> dict[str, Any]:
        done = subprocess.run([sys.executable, str(Path(__file__).with_name("parsing.py"))], capture_output=True, text=True,
                              env=os.environ | airflow_settings | settings, check=True)
        found: dict[str, Any] = json.loads(done.stdout[done.stdout.index('{"dags"'):])
        return found

    return run


@pytest.fixture(scope="session")
def parsed(parse_dags: Callable[..., dict[str, Any]]) -> dict[str, Any]:
    """The DAG files as they are."""
    return parse_dags()
