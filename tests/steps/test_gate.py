from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from assay.contracts.contract import Contract
from assay.contracts.refs import ArtifactRef, Night
from assay.contracts.schemas import CHECK_INDEX, DISCOVERED, HISTORY, PARTITION_CHECKS
from assay.steps.gate import gate
from assay.storage import Recipe, open_store

RECIPE = Recipe((), "", "")
ASSET = "landing.promotions"


@pytest.fixture(autouse=True)
def storage(small_environment: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASSAY_STORAGE", tmp_path.as_uri())


def put(contract: Contract, rows: list[dict[str, Any]], partition: str, name: str = "") -> ArtifactRef:
    """Publish rows, whose absent columns get a plain filler."""
    filler = {pa.string(): "", pa.int64(): 0, pa.list_(pa.string()): [], pa.bool_(): True}
    full = [{f.name: row.get(f.name, None if f.nullable else filler[f.type]) for f in contract.schema} for row in rows]
    return open_store().publish(contract, pa.Table.from_pylist(full, schema=contract.schema), platform="small_journey",
                                partition=partition, name=name, recipe=RECIPE)


def decide(partition: str, labels: dict[str, str | None], *, checked: bool = True,
           outage: bool = False) -> list[list[dict[str, Any]]]:
    """Gate one weekly asset whose labels have passed (None) or failed with a reason."""
    found = [{"asset_id": ASSET, "source_partition": label, "status": "outage" if outage else "ok",
              "reason": "the mount is gone" if outage else None, "rhythm_days": 7.0} for label in labels]
    discovered = put(DISCOVERED, found, partition)
    history = put(HISTORY, [{"asset_id": ASSET, "source_partition": label, "uri": f"mem://{label}", "fingerprint": label,
                             "row_count": 3, "bytes": 9} for label in labels], partition, ASSET)
    index = []
    for label, reason in labels.items():
        row = {"asset_id": ASSET, "source_partition": label, "severity": "critical", "success": reason is None,
               "dimension": "accuracy", "expectation": "expect_x"}
        ref = put(PARTITION_CHECKS, [row], label, ASSET)
        index.append({"asset_id": ASSET, "source_partition": label, "uri": ref.uri, "fingerprint": ref.fingerprint,
                      "row_count": 1, "passed": reason is None, "reason": reason})
    night = Night("small_journey", partition, (), False, "", discovered, ((ASSET,),))
    refs = gate(night, [history], [put(CHECK_INDEX, index, partition, ASSET)] if checked else [])
    return [open_store().read(ref).to_pylist() for ref in refs]


def test_a_label_known_ahead_is_the_newest() -> None:
    rows, states, checks = decide("2017-02-08", {"2017-02-06": None, "2017-02-13": None})
    assert [(r["source_partition"], r["usable"], r["newest"]) for r in rows] == [
        ("2017-02-06", True, False), ("2017-02-13", True, True)]
    assert states[0]["status"] == "ok"
    assert [c["source_partition"] for c in checks] == ["2017-02-13"]


def test_a_label_further_ahead_than_the_asset_is_known_is_not_seen() -> None:
    rows, states, _ = decide("2017-02-05", {"2017-02-06": None, "2017-02-13": None})
    assert [r["source_partition"] for r in rows] == ["2017-02-06"]
    assert states[0]["last_good_partition"] == "2017-02-06"


def test_a_failed_label_is_quarantined_with_its_reason() -> None:
    rows, states, checks = decide("2017-02-06", {"2017-01-30": None, "2017-02-06": "expect_x failed: 1 of 3 rows fail"})
    assert [(r["usable"], r["newest"], r["reason"]) for r in rows] == [
        (True, True, None), (False, False, "expect_x failed: 1 of 3 rows fail")]
    state = states[0]
    assert (state["status"], state["last_good_partition"]) == ("quarantined", "2017-01-30")
    assert [c["success"] for c in checks] == [False]


def test_without_checks_nothing_is_usable() -> None:
    rows, states, checks = decide("2017-02-06", {"2017-01-30": None, "2017-02-06": None}, checked=False)
    assert not any(r["usable"] for r in rows) and checks == []
    assert states[0]["status"] == "missing" and "not computed" in states[0]["reason"]


def test_an_outage_degrades_and_keeps_the_last_snapshot() -> None:
    rows, states, _ = decide("2017-02-06", {"2017-01-30": None, "2017-02-06": None}, outage=True)
    assert [r["usable"] for r in rows] == [True, True]
    assert states[0]["status"] == "degraded" and states[0]["reason"].startswith("the mount is gone; 2017-02-06 is used")


def test_a_suite_that_no_asset_bears_the_name_of_is_reported(caplog: pytest.LogCaptureFixture) -> None:
    decide("2017-02-06", {"2017-02-06": None})
    assert any("landing.products.yaml checks nothing" in record.getMessage() for record in caplog.records)
