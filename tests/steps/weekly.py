"""A clinic whose weeks are all known: features, models and champions of any of its partitions."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
import yaml
from tests.models import builders as b

from assay.contracts.contract import Contract
from assay.contracts.refs import ArtifactRef, CaseRef, Night
from assay.contracts.schemas import CHAMPIONS, FEATURES, LABELS, MODEL_METRICS, SERVING, WINDOW_FEATURES
from assay.features.table import FeatureTables
from assay.steps.champion import choose
from assay.steps.train import train
from assay.storage import Recipe, fingerprint, open_store

PLATFORM, CASE = "clinic", "prescriptions"
_FIRST = dt.date(2020, 1, 6)
_BASE = ("base_train", "base_train", "base_validate")  # what weeks 0 to 2 are to every partition


def use_clinic(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Point the environment at the clinic's manifest and at a storage of its own; the storage's folder."""
    manifest = {"platform": PLATFORM, "currency": "EUR", "sources": [{"name": "clinic", "type": "files", "path": "/nowhere"}],
                "use_cases": [{"name": CASE, "entity": {"user": "u", "item": "i"},
                               "outcome": {"asset": "clinic.visits", "time": "at", "window_days": 7},
                               "payoff": {"type": "captured_sales", "top_k": 2, "margin": 0.5}}]}
    (folder / "platforms" / PLATFORM).mkdir(parents=True)
    (folder / "platforms" / PLATFORM / "platform.yaml").write_text(yaml.safe_dump(manifest))
    monkeypatch.setenv("ASSAY_PLATFORMS", str(folder / "platforms"))
    return use_storage(folder / "storage", monkeypatch)


def use_storage(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ASSAY_STORAGE", folder.as_uri())
    return folder


def partition(week: int) -> str:
    """The last day of a week."""
    return (_FIRST + dt.timedelta(days=7 * week + 6)).isoformat()


def index(newest: int, *, base: bool = True, without: str | None = None) -> ArtifactRef:
    """`features` of the partition that ends with week `newest`: the base model's three weeks, training, validation, outcome.

    Args:
        newest: Number of the week, from 5 on.
        base: False leaves the base model's weeks out.
        without: A token that the weeks of the night haven't got.
    """
    roles = {**(dict(enumerate(_BASE)) if base else {}), newest - 2: "train", newest - 1: "validate", newest: "outcome"}
    lines = [_line(week, role, without if week > 2 else None) for week, role in roles.items()]
    return _publish(FEATURES, pa.Table.from_pylist(lines, schema=FEATURES.schema), partition(newest), CASE, fingerprint(lines))


def _publish(contract: Contract, table: pa.Table, day: str, name: str, config: str) -> ArtifactRef:
    """Publish what isn't there, as steps do."""
    where: dict[str, Any] = {"platform": PLATFORM, "partition": day, "name": name, "recipe": Recipe((), config, "")}
    return open_store().find(contract, **where) or open_store().publish(contract, table, **where)


def _line(week: int, role: str, without: str | None) -> dict[str, Any]:
    (features, y), day, named = b.clinic(80, 6, seed=week), partition(week - 1), f"{CASE}/{without or 'all'}"
    rows = _publish(WINDOW_FEATURES, features.rows, day, named, str(week))
    of_things = [(of, _publish(WINDOW_FEATURES, table, day, f"{named}/{of}", str(week)))
                 for of, table in features.things.items() if of != without]
    labels = _publish(LABELS, _labels(features, y), day, CASE, str(week))
    return {"use_case": CASE, "window": role, "cutoff": (_FIRST + dt.timedelta(days=7 * week)).isoformat(), "uri": rows.uri,
            "fingerprint": rows.fingerprint, "row_count": rows.row_count, "texts": [],
            "things": [{"of": of, "uri": ref.uri, "fingerprint": ref.fingerprint} for of, ref in of_things],
            "labels_uri": labels.uri, "labels_fingerprint": labels.fingerprint}


def _labels(features: FeatureTables, y: np.ndarray) -> pa.Table:
    return pa.table({role: features.rows.column(role) for role in features.entity} | {"y": y, "amount": 5 * y})


def run(newest: int, *, retune: bool = False, **said: Any) -> ArtifactRef:
    """Train and choose on the partition that ends with a week; its `champions`."""
    features = [CaseRef(CASE, index(newest, **said))]
    night = Night(PLATFORM, partition(newest), (CASE,), False, "", ArtifactRef("discovered", "", 0, ""), (), retune)
    (found,) = choose(night, features, train(night, features))
    assert found.ref is not None, found.reason
    return found.ref


def row(newest: int) -> dict[str, Any]:
    """The one row of `champions`."""
    ref = open_store().get(CHAMPIONS, PLATFORM, partition(newest), CASE)
    (found,) = CHAMPIONS.conform(open_store().read(ref)).to_pylist()
    return dict(found)


def rewrite(newest: int, **columns: Any) -> None:
    """Say something else in `champions`."""
    open_store().publish(CHAMPIONS, pa.Table.from_pylist([row(newest) | columns], schema=CHAMPIONS.schema), platform=PLATFORM,
                         name=CASE, partition=partition(newest), recipe=Recipe((), fingerprint(columns), ""))


def scores(newest: int, name: str = f"{CASE}/{SERVING}", day: str | None = None) -> dict[tuple[str, str, str], float]:
    """(model, split, metric) -> value of `model_metrics`."""
    table = open_store().read(open_store().get(MODEL_METRICS, PLATFORM, day or partition(newest), name))
    return {(one["model"], one["split"], one["metric"]): one["value"] for one in MODEL_METRICS.conform(table).to_pylist()}
