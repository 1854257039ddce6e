"""A run without a single task isn't a success."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
RUN = """
import datetime as dt, io, os
from pathlib import Path
from rich.console import Console
from assay.steps.cli.run import prepare

dag, _ = prepare("small_journey", Path(os.environ["HOME_OF_AIRFLOW"]), Console(file=io.StringIO()))
done = dag.test(logical_date=dt.datetime(1999, 1, 1, tzinfo=dt.UTC), run_conf={"partition": "2017-12-31"})
print("ended", done.state.value, len(done.get_task_instances()))
"""


@pytest.mark.slow
@pytest.mark.timeout(120)
def test_a_run_before_the_start_date_fails(small_environment: Path, tmp_path: Path) -> None:
    settings = {"HOME_OF_AIRFLOW": str(tmp_path), "PYTHONPATH": str(ROOT / "include")}
    done = subprocess.run([sys.executable, "-c", RUN], env=os.environ | settings, capture_output=True, text=True, check=True)
    assert done.stdout.strip().splitlines()[-1] == "ended failed 0"
    assert "had no task to run" in done.stdout + done.stderr
