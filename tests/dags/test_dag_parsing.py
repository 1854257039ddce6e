"""Every DAG file imports, lightly, and a broken manifest hides no other platform."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
HEAVY = ("tensorflow", "keras", "pandas", "pyarrow", "duckdb", "great_expectations", "numpy")


def test_every_platform_has_its_dag(parsed: dict[str, Any]) -> None:
    assert parsed["import_errors"] == {}
    assert set(parsed["dags"]) == {"inventory_complete_journey", "inventory_german_credit", "inventory_small_journey",
                                   "inventory_synthetic_shop"}
    assert set(parsed["decisions"]) == {name.replace("inventory_", "decisions_") for name in parsed["dags"]}


@pytest.mark.parametrize("file", sorted(path.name for path in (ROOT / "dags").glob("*.py")))
def test_parsing_loads_nothing_heavy(file: str, small_environment: Path, airflow_settings: dict[str, str]) -> None:
    code = f"import sys, {file.removesuffix('.py')}; print(*[m for m in {HEAVY!r} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT / "dags", env=os.environ | airflow_settings,
                          capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


@pytest.mark.parametrize(("damage", "said"), [
    (("currency:", "curency:"), "did you mean 'currency'?"),
    (("timezone: Europe/Berlin", "timezone: Europe/Atlantis"), "Europe/Atlantis"),
    (('schedule: "0 2 * * *"', 'schedule: "at night"'), "at night"),
    (("platform: german_credit", "platform: [german_credit"), "can't be parsed"),
])
def test_a_broken_manifest_hides_no_other_platform(damage: tuple[str, str], said: str, tmp_path: Path,
                                                   parse_dags: Callable[..., dict[str, Any]]) -> None:
    good, bad = ROOT / "include" / "platforms" / "german_credit", tmp_path / "german_credit_two"
    shutil.copytree(good, tmp_path / "german_credit")
    bad.mkdir()
    text = (good / "platform.yaml").read_text(encoding="utf-8")
    assert damage[0] in text
    (bad / "platform.yaml").write_text(text.replace(*damage), encoding="utf-8")

    found = parse_dags(ASSAY_PLATFORMS=str(tmp_path))

    assert set(found["dags"]) == {"inventory_german_credit"}
    assert set(found["decisions"]) == {"decisions_german_credit"}
    assert list(found["import_errors"]) == ["manifests.py"]
    last = found["import_errors"]["manifests.py"].strip().splitlines()[-1]
    assert said in last
    assert "german_credit_two/platform.yaml" in last


def test_a_mistake_in_rules_of_advice_is_told_too(tmp_path: Path, parse_dags: Callable[..., dict[str, Any]]) -> None:
    shutil.copytree(ROOT / "include" / "platforms" / "german_credit", tmp_path / "german_credit")
    (tmp_path / "german_credit" / "advice.yaml").write_text("thresholds: {large_shar: 0.1}", encoding="utf-8")

    found = parse_dags(ASSAY_PLATFORMS=str(tmp_path))

    assert set(found["dags"]) == {"inventory_german_credit"}
    assert "did you mean 'large_share'?" in found["import_errors"]["manifests.py"].strip().splitlines()[-1]
