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
from assay.features.table import FeatureTables
from assay.models.store import identity
from assay.steps.extract import load_model
from assay.steps.train import train
from assay.storage import Recipe, open_store, store

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
        assert {f"observed_bin_{n}" for n in range(1, 11)} <= {metric for _, s, metric in found if s == split}
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


WHERE = {"platform": "clinic", "partition": "2020-01-31", "recipe": Recipe((), "", "")}


def clinic_index(*windows: FeatureTables) -> tuple[Night, list[CaseRef]]:
    """A published index of four weeks of a clinic; `windows` stand for the first ones."""
    lines = []
    for number, role in enumerate(["train", "train", "validate", "outcome"]):
        features, y = b.clinic(80, 6, seed=number)
        name = f"prescriptions/{number}"
        keys = {role: features.rows.column(role) for role in features.entity}
        outcomes = pa.table(keys | {"y": y, "amount": 5 * y})
        labels = open_store().publish(LABELS, outcomes, name=name, **WHERE)
        features = windows[number] if number < len(windows) else features
        rows = open_store().publish(WINDOW_FEATURES, features.rows, name=name, **WHERE)
        things = {of: open_store().publish(WINDOW_FEATURES, table, name=f"{name}/{of}", **WHERE)
                  for of, table in features.things.items()}
        lines.append({
            "use_case": "prescriptions", "window": role, "cutoff": f"2020-01-0{number + 1}", "uri": rows.uri,
            "fingerprint": rows.fingerprint, "row_count": rows.row_count,
            "texts": [], "things": [{"of": of, "uri": ref.uri, "fingerprint": ref.fingerprint} for of, ref in things.items()],
            "labels_uri": labels.uri, "labels_fingerprint": labels.fingerprint})
    index = open_store().publish(FEATURES, pa.Table.from_pylist(lines, schema=FEATURES.schema), name="prescriptions", **WHERE)
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
    """It is all that is said of items: the first window has no table of them."""
    whole, _ = b.clinic(80, 6, seed=0)
    night, features = clinic_index(FeatureTables(whole.rows, {"user": whole.things["user"]}))
    (made,) = train(night, features)
    assert load_model(open_store(), made.ref).players == b.PLAYERS


def still(table: pa.Table) -> pa.Table:
    """The table with every feature the same in all rows."""
    columns = {name: column if name in ("user", "item") else pa.array(
        ["same" if pa.types.is_string(column.type) else np.float32(1)] * len(table)) for name, column in zip(
        table.column_names, table.columns, strict=True)}
    return pa.table(columns).replace_schema_metadata(table.schema.metadata)


def test_features_that_never_vary_stop_the_use_case(clinic: None) -> None:
    night, features = clinic_index(*(b.rewritten(b.clinic(80, 6, seed=number)[0], still) for number in range(4)))
    (made,) = train(night, features)
    assert made.ref is None and "no feature varies in the training windows" in made.reason


def test_windows_that_lie_in_several_row_groups_train_as_well(clinic: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "_ROW_GROUP", 100)
    night, features = clinic_index()
    (made,) = train(night, features)
    found = MODEL_METRICS.conform(open_store().read(open_store().get(MODEL_METRICS, "clinic", "2020-01-31", "prescriptions")))
    (auc,) = (row["value"] for row in found.to_pylist()
              if (row["model"], row["split"], row["metric"]) == ("outcome", "outcome", "auc"))
    assert made.reason is None and auc > 0.8


def test_files_of_a_model_hold_no_pickle(storage: Path) -> None:
    night = v.valued(v.CREDIT, storage)
    facts = json.loads(open_store().read_file(night.models[0].ref, "model.json"))
    assert set(facts) == {"codes", "calibration", "players", "sequence"}
    assert open_store().read_file(night.models[0].ref, "model.keras")[:2] == b"PK"
