from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
import yaml
from tests.models import builders as b
from tests.steps import valued as v

from assay.contracts.refs import ArtifactRef, CaseRef, Night
from assay.contracts.schemas import FEATURES, LABELS, MODEL, MODEL_METRICS, WINDOW_FEATURES
from assay.features.blocks import tokens_to_json
from assay.features.table import TOKENS
from assay.models.store import identity
from assay.steps.extract import load_model
from assay.steps.train import train
from assay.storage import Recipe, open_store

pytestmark = pytest.mark.slow


@pytest.fixture
def storage(small_environment: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return v.use_storage(small_environment, monkeypatch)


def metrics(platform: str, partition: str) -> dict[tuple[str, str, str], float]:
    ref = open_store().get(MODEL_METRICS, platform, partition, v.CASES[platform])
    table = MODEL_METRICS.conform(open_store().read(ref))
    return {(row["model"], row["split"], row["metric"]): row["value"] for row in table.to_pylist()}


def test_the_model_of_a_night_is_scored_on_both_held_out_windows(storage: Path) -> None:
    night = v.valued(v.JOURNEY, storage)
    found = metrics(v.JOURNEY, night.begun.night.partition)
    for split in ("validate", "outcome"):
        assert found["outcome", split, "log_loss"] < found["base_rate", split, "log_loss"]
        assert found["outcome", split, "auc"] > 0.7 > found["base_rate", split, "auc"] == 0.5
        assert found["outcome", split, "average_precision"] > 3 * found["base_rate", split, "average_precision"]
        assert {f"ece_seeing_{n}_of_8" for n in range(9)} <= {metric for _, s, metric in found if s == split}
    assert found["outcome", "validate", "ece"] < 0.02  # the level is that of all windows, not of this one


def test_the_model_reads_every_asset_of_the_use_case(storage: Path) -> None:
    night = v.valued(v.JOURNEY, storage)
    model = load_model(open_store(), night.models[0].ref)
    assert model.players == tuple(f"landing.{t}" for t in (
        "campaign_descriptions", "campaigns", "coupon_redemptions", "coupons", "demographics", "products", "promotions",
        "transactions"))
    assert identity(model) == night.models[0].ref.fingerprint
    assert night.models[0].ref == open_store().get(MODEL, v.JOURNEY, night.begun.night.partition, v.CASES[v.JOURNEY])


def test_a_second_run_trains_nothing_and_retraining_gives_the_same_weights(storage: Path) -> None:
    night = v.valued(v.CREDIT, storage)
    before = v.manifests(storage)
    assert train(night.begun.night, night.features) == night.models
    assert v.manifests(storage) == before
    again = train(replace(night.begun.night, retrain=True), night.features)
    assert again == night.models
    written = {path for path, when in v.manifests(storage).items() if before[path] != when}
    assert {Path(path).parent.parent.name for path in written} == {"model", "model_metrics"}


def never(manifest: dict[str, Any]) -> None:
    manifest["use_cases"][0]["outcome"]["positive"] = "excellent"


def test_one_class_alone_stops_the_use_case(storage: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    v.other_manifest(v.CREDIT, never, tmp_path, monkeypatch)
    found = v.finish(v.begin(v.CREDIT, None))
    assert found.features[0].ref is not None
    reason = found.models[0].reason
    assert reason.startswith("use case default_risk: all ") and "training rows have the same outcome" in reason
    assert [refs[0] for refs in (found.models, found.embeddings, found.values)] == [CaseRef("default_risk", None, reason)] * 3


def clinic_index(first: pa.Table) -> tuple[Night, list[CaseRef]]:
    """A published index of four weeks of a clinic, `first` being the first one that is trained on."""
    where = {"platform": "clinic", "partition": "2020-01-31", "recipe": Recipe((), "", "")}
    rows = []
    for number, window in enumerate(["train", "train", "validate", "outcome"]):
        table, y = b.clinic(80, 6, seed=number)
        table = first if number == 0 else table
        features = open_store().publish(WINDOW_FEATURES, table, name=f"prescriptions/{number}", **where)
        outcomes = table.select(["user", "item"]).append_column("y", pa.array(y)).append_column("amount", pa.array(5 * y))
        labels = open_store().publish(LABELS, outcomes.replace_schema_metadata(None), name=f"prescriptions/{number}", **where)
        rows.append({"use_case": "prescriptions", "window": window, "cutoff": f"2020-01-0{number + 1}", "uri": features.uri,
                     "fingerprint": features.fingerprint, "row_count": features.row_count, "labels_uri": labels.uri,
                     "labels_fingerprint": labels.fingerprint})
    index = open_store().publish(FEATURES, pa.Table.from_pylist(rows, schema=FEATURES.schema), name="prescriptions", **where)
    night = Night("clinic", "2020-01-31", ("prescriptions",), False, "", ArtifactRef("discovered", "", 0, ""), ())
    return night, [CaseRef("prescriptions", index)]


@pytest.fixture
def clinic(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    manifest = {"platform": "clinic", "currency": "EUR", "sources": [{"name": "clinic", "type": "files", "path": "/nowhere"}],
                "use_cases": [{"name": "prescriptions", "entity": {"user": "u", "item": "i"},
                               "outcome": {"asset": "clinic.visits", "time": "at", "window_days": 7},
                               "payoff": {"type": "captured_sales", "top_k": 2, "margin": 0.5}}]}
    (tmp_path / "platforms" / "clinic").mkdir(parents=True)
    (tmp_path / "platforms" / "clinic" / "platform.yaml").write_text(yaml.safe_dump(manifest))
    monkeypatch.setenv("ASSAY_PLATFORMS", str(tmp_path / "platforms"))
    monkeypatch.setenv("ASSAY_STORAGE", (tmp_path / "storage").as_uri())


def test_an_asset_that_began_after_the_first_training_window_is_learned(clinic: None) -> None:
    whole, _ = b.clinic(80, 6, seed=0)
    old = [token for token in b.ALL if "clinic.weather" not in token.assets]
    first = whole.drop_columns([b.WEATHER.column(f) for f in b.WEATHER.features])
    first = first.replace_schema_metadata(whole.schema.metadata | {TOKENS: tokens_to_json(old).encode()})
    night, features = clinic_index(first)
    (made,) = train(night, features)
    assert load_model(open_store(), made.ref).players == b.PLAYERS


def test_features_that_never_vary_stop_the_use_case(clinic: None) -> None:
    whole, _ = b.clinic(80, 6, seed=0)
    night, features = clinic_index(whole)
    index = open_store().read(features[0].ref).to_pylist()
    for row in index:
        ref = ArtifactRef("window_features", row["uri"], row["row_count"], row["fingerprint"])
        table = open_store().read(ref)
        still = pa.table({name: column if name in ("user", "item") else pa.array(
            ["same" if pa.types.is_string(column.type) else np.float32(1)] * len(table)) for name, column in zip(
            table.column_names, table.columns, strict=True)}).replace_schema_metadata(table.schema.metadata)
        open_store().publish(WINDOW_FEATURES, still, platform="clinic", partition="2020-01-31",
                             name=row["uri"].partition("window_features/")[2], recipe=Recipe((), "", ""))
    (made,) = train(night, features)
    assert made.ref is None and "no feature varies in the training windows" in made.reason


def test_files_of_a_model_hold_no_pickle(storage: Path) -> None:
    night = v.valued(v.CREDIT, storage)
    facts = json.loads(open_store().read_file(night.models[0].ref, "model.json"))
    assert set(facts) == {"codes", "calibration", "players"}
    assert open_store().read_file(night.models[0].ref, "model.keras")[:2] == b"PK"
