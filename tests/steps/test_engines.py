"""The manifest's engine counts, and changes nothing but its name in the states."""

from __future__ import annotations

import importlib.util
import json
import shutil
from pathlib import Path

import pyarrow as pa
import pytest

from assay.config import load_platform
from assay.contracts.refs import ArtifactRef, Night
from assay.contracts.schemas import HISTORY, PROFILE_STATES, SNAPSHOT
from assay.engine import DuckRows
from assay.steps.engines import engine_of
from assay.steps.profile import profile
from assay.storage import Recipe, open_store

START = "platform: shop\ncurrency: EUR\nsources: [{name: landing, type: files, path: /lake}]\n"


@pytest.fixture
def manifest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ASSAY_PLATFORMS", str(tmp_path / "platforms"))
    path = tmp_path / "platforms" / "shop" / "platform.yaml"
    path.parent.mkdir(parents=True)
    return path


def test_duckdb_counts_where_nothing_is_said(manifest):
    manifest.write_text(START, encoding="utf-8")
    assert engine_of(load_platform("shop")) is DuckRows


@pytest.mark.service
def test_spark_counts_where_the_manifest_says_so(manifest, tmp_path, monkeypatch):
    if importlib.util.find_spec("pyspark") is None or shutil.which("java") is None:
        pytest.skip("no pyspark or no Java here")
    monkeypatch.setenv("AIRFLOW_CONN_CLUSTER", json.dumps({"conn_type": "spark", "host": "local[2]"}))
    run = Night("shop", "2017-12-30", (), False, "", ArtifactRef("discovered", "", 0, ""), ())
    table = pa.table({"shop": ["a", "b", "a"], "sales": [1.5, 2.0, None], "tags": [["x"], [], None]})
    found = {}
    for engine in ("{type: duckdb}", "{type: spark, connection: cluster}"):
        manifest.write_text(f"{START}engine: {engine}\n", encoding="utf-8")
        monkeypatch.setenv("ASSAY_STORAGE", (tmp_path / engine[7:12]).as_uri())
        store, recipe = open_store(), Recipe((), "", "")
        snapshot = store.publish(SNAPSHOT, table, platform="shop", partition="2017-12-30", name="landing.sales", recipe=recipe)
        row = {"asset_id": "landing.sales", "source_partition": "2017-12-30", "uri": snapshot.uri, "row_count": 3,
               "fingerprint": snapshot.fingerprint, "bytes": 1, "reason": None}
        listed = store.publish(HISTORY, pa.Table.from_pylist([row], schema=HISTORY.schema), platform="shop",
                               partition="2017-12-30", name="landing.sales", recipe=recipe)
        [state] = profile(run, [listed])
        assert state.contract == PROFILE_STATES.name
        found[engine] = store.read(state)
    duck, spark = found.values()
    assert spark.drop_columns(["engine"]).equals(duck.drop_columns(["engine"]))
    assert set(duck.column("engine").to_pylist()) == {"duckdb"}
    assert set(spark.column("engine").to_pylist()) == {"duckdb", "spark"}  # the list is DuckDB's
