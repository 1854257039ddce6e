"""An evaluation of what nights have published."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow as pa
import pytest

from assay.contracts.schemas import FORECAST_SCORES, INVENTORY, MODEL_METRICS
from assay.steps.cli.main import main
from assay.storage import Recipe, open_store

PLATFORM, CASE, RECIPE = "small_journey", "next_week_purchase", Recipe((), "", "")


@pytest.fixture
def nights(small_environment: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Three nights, of which one lies before the range."""
    monkeypatch.setenv("ASSAY_STORAGE", tmp_path.as_uri())
    store = open_store()
    for day, auc in (("2017-12-10", 0.1), ("2017-12-17", 0.8), ("2017-12-24", 0.9)):
        store.publish(INVENTORY, INVENTORY.schema.empty_table(), platform=PLATFORM, partition=day, recipe=RECIPE)
        row = {"use_case": CASE, "model": "outcome", "split": "outcome", "metric": "auc", "value": auc}
        store.publish(MODEL_METRICS, pa.Table.from_pylist([row], schema=MODEL_METRICS.schema), platform=PLATFORM, partition=day,
                      name=CASE, recipe=RECIPE)
    scored = {"use_case": CASE, "asset_id": "landing.products", "made_on": "2017-12-17", "target_partition": "2017-12-24",
              "model": "naive", "p50": 9.0, "realised": 10.0, "naive": 8.0, "covered": True}
    store.publish(FORECAST_SCORES, pa.Table.from_pylist([scored], schema=FORECAST_SCORES.schema), platform=PLATFORM,
                  partition="2017-12-24", recipe=RECIPE)


def test_the_range_is_judged_and_printed(nights: None, capsys: pytest.CaptureFixture[str]) -> None:
    call = ["evaluate", PLATFORM, "--from", "2017-12-11", "--to", "2017-12-31"]
    assert main(call) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "outcome auc outcome 2 0.85 0.8 0.9" in said and "7 1 1 2 0.5 100%" in said
    assert main([*call, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["models"][0]["partitions"] == 2 and found["incidents"]["opened"] == 0


def test_a_range_without_a_night_is_one_sentence(nights: None, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["evaluate", PLATFORM, "--from", "2018-01-01", "--to", "2018-02-01"]) == 1
    assert "a night of small_journey from 2018-01-01 to 2018-02-01" in capsys.readouterr().err
    assert main(["evaluate", PLATFORM, "--from", "soon", "--to", "2018-02-01"]) == 1
