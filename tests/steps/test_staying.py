"""A large table that no use case reads stays in its database, and comes through the night all the same."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import sqlalchemy as sa
import yaml
from tests.nights import run_night
from tests.sources.databases.shop import CUSTOMERS, ORDERS, fill

from assay.contracts.schemas import (
    ASSET_STATES,
    ASSETS,
    CHECKS,
    COLUMNS,
    GATE,
    HISTORY,
    INVENTORY,
    PROFILE_STATES,
    PROFILES,
    SNAPSHOT,
    TABLE_KINDS,
)
from assay.steps.discover import discover
from assay.steps.ingest import ingest
from assay.steps.profile import profile
from assay.storage import ArtifactStore, open_store

NIGHT = "2024-02-01"
BIG, SMALL = "crm.orders", "crm.customers"


@pytest.fixture
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "crm.db"
    fill(sa.URL.create("sqlite", database=str(path)), comments=False)
    monkeypatch.setenv("AIRFLOW_CONN_CRM", json.dumps({"conn_type": "sqlite", "schema": str(path)}))
    monkeypatch.setenv("ASSAY_PLATFORMS", str(tmp_path / "platforms"))
    return path


def _night(folder: Path, monkeypatch: pytest.MonkeyPatch, count_beyond: int | None) -> ArtifactStore:
    """A night of the shop, with storage of its own."""
    source = {"name": "crm", "type": "sql", "connection": "crm", "count_beyond": count_beyond}
    said = {"platform": "shop", "currency": "EUR", "sources": [source]}
    path = folder / "platforms" / "shop" / "platform.yaml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(yaml.safe_dump(said), encoding="utf-8")
    monkeypatch.setenv("ASSAY_STORAGE", (folder / f"storage-{count_beyond}").as_uri())
    run_night("shop", NIGHT)
    return open_store()


def _rows(store: ArtifactStore, contract: object, name: str = "") -> dict[str, dict]:
    found = store.read(store.get(contract, "shop", NIGHT, name))
    return {row["asset_id"]: row for row in found.to_pylist()}


@pytest.mark.slow
def test_it_is_profiled_classified_gated_and_listed_without_being_copied(database, tmp_path, monkeypatch):
    copied, stayed = (_night(tmp_path, monkeypatch, limit) for limit in (None, CUSTOMERS))
    row = _rows(stayed, HISTORY, BIG)[BIG]
    assert (row["uri"], row["row_count"], row["bytes"]) == (None, ORDERS, 0) and "stays in its database" in row["reason"]
    assert stayed.find(SNAPSHOT, "shop", NIGHT, BIG) is None and stayed.find(SNAPSHOT, "shop", NIGHT, SMALL) is not None
    state, other = (store.read(store.get(PROFILE_STATES, "shop", NIGHT, BIG)) for store in (stayed, copied))
    assert state.drop_columns(["engine"]).equals(other.drop_columns(["engine"]))
    assert set(state.column("engine").to_pylist()) == {"sqlite"} and stayed.find(PROFILES, "shop", NIGHT, BIG) is not None
    assert _rows(stayed, TABLE_KINDS)[BIG] == _rows(copied, TABLE_KINDS)[BIG]
    assert _rows(stayed, COLUMNS)[BIG] == _rows(copied, COLUMNS)[BIG]
    gate = _rows(stayed, GATE)[BIG]
    assert gate["usable"] and gate["newest"] and gate["uri"] is None
    assert _rows(stayed, ASSET_STATES)[BIG]["status"] == _rows(copied, ASSET_STATES)[BIG]["status"] == "ok"
    assert [(c["success"], c["observed"]) for c in stayed.read(stayed.get(CHECKS, "shop", NIGHT)).to_pylist()
            if c["asset_id"] == BIG] == [(True, "500 rows; nothing else is checked of a table that stays in its database")]
    assets, before = _rows(stayed, ASSETS)[BIG], _rows(copied, ASSETS)[BIG]
    assert {key for key in assets if assets[key] != before[key]} <= {"bytes", "schema_fingerprint"}
    assert set(_rows(stayed, INVENTORY)) == set(_rows(copied, INVENTORY))
    assert _rows(stayed, HISTORY, SMALL) == _rows(copied, HISTORY, SMALL)


@pytest.mark.parametrize(("changes", "copied"), [
    ({}, False), ({"count_beyond": 500}, True), ({"count_beyond": 499}, False),
    ({"assets": {BIG: {"groups": {"a": ["order_id"]}}}}, True),  # what is split is read
    ({"use_cases": [{"assets": [SMALL]}]}, False), ({"use_cases": [{"assets": [SMALL, BIG]}]}, True),
    ({"use_cases": [{}]}, True), ({"use_cases": [{"assets": [SMALL], "outcome": {"asset": BIG}}]}, True)])
def test_only_large_tables_that_nothing_reads_stay(database, tmp_path, monkeypatch, changes, copied):
    case = {"name": "buys", "entity": {"user": "customer_id"}, "outcome": {"asset": SMALL, "label": "active", "positive": "1"},
            "payoff": {"type": "cost_matrix", "gain_accept": 0.1, "loss_accept": 0.2}}
    cases = [case | given | {"outcome": case["outcome"] | given.get("outcome", {})} for given in changes.get("use_cases", [])]
    source = {"name": "crm", "type": "sql", "connection": "crm", "count_beyond": changes.get("count_beyond", 100)}
    path = tmp_path / "platforms" / "shop" / "platform.yaml"
    path.parent.mkdir(parents=True)
    path.write_text(yaml.safe_dump({"platform": "shop", "currency": "EUR", "sources": [source], "use_cases": cases,
                                    "assets": changes.get("assets", {})}), encoding="utf-8")
    monkeypatch.setenv("ASSAY_STORAGE", (tmp_path / "storage").as_uri())
    night = discover("shop", partition_key=NIGHT, requested=None, use_cases=[], retrain=False, note="")
    histories = [ref for batch in night.batches for ref in ingest(night, batch)]
    rows = [row for ref in histories for row in open_store().read(ref).to_pylist() if row["asset_id"].startswith(BIG)]
    assert rows and all((row["uri"] is not None) is copied for row in rows)


def test_a_database_that_is_gone_costs_its_table_the_profile(database, tmp_path, monkeypatch, caplog):
    path = tmp_path / "platforms" / "shop" / "platform.yaml"
    path.parent.mkdir(parents=True)
    path.write_text("platform: shop\ncurrency: EUR\nsources: [{name: crm, type: sql, connection: crm, count_beyond: 100}]\n",
                    encoding="utf-8")
    monkeypatch.setenv("ASSAY_STORAGE", (tmp_path / "storage").as_uri())
    night = discover("shop", partition_key=NIGHT, requested=None, use_cases=[], retrain=False, note="")
    histories = [ref for batch in night.batches for ref in ingest(night, batch)]
    database.rename(tmp_path / "elsewhere.db")
    states = profile(night, histories)
    assert {state.uri.rsplit("/", 1)[-1] for state in states} == {SMALL, "crm.odd name"}
    assert f"{BIG} has no profile" in caplog.text
