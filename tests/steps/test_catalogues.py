"""A night with other catalogues: what becomes of their words and flows, and of nights in which they can't be read."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.sources.catalogues.stand_in import TOKEN, datahub, openmetadata, serving

from assay.contracts.contract import Contract
from assay.contracts.refs import Night
from assay.contracts.schemas import CATALOGUE_COVERAGE, DECLARED, DECLARED_LINEAGE, DISCOVERED
from assay.sources.catalogues import rest
from assay.steps.discover import discover
from assay.steps.usage import usage
from assay.storage import open_store

TESTS = Path(__file__).parents[1]
FILES = TESTS / "data" / "catalogues"
PLATFORM = "small_journey"
NIGHT, LATER = "2017-12-30", "2017-12-31"


@pytest.fixture
def exports(small_landing: Path, small_environment: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with both catalogues' files, which the platform's manifest names."""
    monkeypatch.setenv("ASSAY_STORAGE", (tmp_path / "storage").as_uri())
    monkeypatch.setenv("ASSAY_PLATFORMS", str(tmp_path / "platforms"))
    monkeypatch.setattr(rest, "_PAUSE_SECONDS", 0.0)
    for name, files in (("datahub", ["proposals.json"]), ("openmetadata", ["tables.json", "lineage.json"])):
        (tmp_path / name).mkdir()
        for file in files:
            shutil.copy(FILES / name / file, tmp_path / name / file)
    manifest(tmp_path, {"name": "hub", "type": "datahub", "path": str(tmp_path / "datahub")},
             {"name": "om", "type": "openmetadata", "path": str(tmp_path / "openmetadata")})
    return tmp_path


def manifest(folder: Path, *catalogues: dict[str, Any], **more: Any) -> None:
    content = yaml.safe_load((TESTS / "data" / "platforms" / PLATFORM / "platform.yaml").read_text(encoding="utf-8"))
    path = folder / "platforms" / PLATFORM / "platform.yaml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(yaml.safe_dump(content | {"catalogues": list(catalogues)} | more), encoding="utf-8")


def night(partition: str = NIGHT) -> Night:
    return discover(PLATFORM, partition_key=partition, requested=None, use_cases=[], retrain=False, note="")


def rows(contract: Contract, partition: str = NIGHT) -> list[dict[str, Any]]:
    store = open_store()
    return store.read(store.get(contract, PLATFORM, partition)).to_pylist()


def coverage(partition: str = NIGHT) -> dict[str, dict[str, Any]]:
    return {row["catalogue"]: row for row in rows(CATALOGUE_COVERAGE, partition)}


def test_words_of_both_catalogues_are_declared_with_their_origin(exports: Path) -> None:
    night()
    said = {(row["origin"], row["asset_id"], row["column"]): row for row in rows(DECLARED)}
    hub = said["hub", "landing.transactions", None]
    assert (hub["comment"], hub["owner"], hub["tier"]) == ("Every line of every receipt.", "ann, sales ops", "gold")
    assert said["om", "landing.transactions", None]["owner"] == "Ann Lee, Sales Ops"
    assert said["hub", "landing.coupons", None]["tier"] == "bronze"
    assert said["om", "landing.coupons", "coupon_upc"]["key_position"] == 0
    for origin in ("hub", "om"):
        assert said[origin, "landing.products", "product_id"]["key_position"] == 0
        refers = said[origin, "landing.transactions", "product_id"]
        assert (refers["refers_to_asset"], refers["refers_to_column"]) == ("landing.products", "product_id")
        assert (origin, "landing.transactions", "ghost") not in said
        assert (origin, "landing.campaigns", None) not in said  # removed there


def test_coverage_tells_what_was_matched(exports: Path) -> None:
    night()
    found = coverage()
    assert [(row["status"], row["as_of"], row["tables"], row["matched"]) for row in found.values()] == [("ok", NIGHT, 5, 3)] * 2
    assert found["hub"]["unlisted"] == ["shop.marts.weekly_sales", "shop.public.returns"]
    assert found["om"]["unlisted"] == ["shop_postgres.shop.marts.weekly_sales", "shop_postgres.shop.public.returns.2017"]


def test_flows_are_declared_and_stand_in_lineage_beside_those_of_the_log(exports: Path) -> None:
    declared = night()
    flows = {(row["origin"], row["from_asset"], row["from_column"], row["to_asset"], row["to_column"])
             for row in rows(DECLARED_LINEAGE)}
    assert ("hub", "landing.transactions", "sales_value", "shop.marts.weekly_sales", "sales") in flows
    assert ("om", "landing.transactions", None, "shop_postgres.shop.marts.weekly_sales", None) in flows
    store = open_store()
    lineage = store.read(usage(declared)[1]).to_pylist()
    assert {(row["origin"], row["from_asset"], row["from_column"], row["to_asset"], row["to_column"])
            for row in lineage if row["origin"] != "query log"} == flows
    assert {row["origin"] for row in lineage} == {"query log", "hub", "om"}
    assert {(row["statements"], row["last_seen"]) for row in lineage if row["origin"] == "hub"} == {(0, None)}


def test_without_a_log_lineage_has_the_declared_flows_alone(exports: Path) -> None:
    manifest(exports, {"name": "hub", "type": "datahub", "path": str(exports / "datahub")}, query_logs=[])
    used, lineage, logged = (open_store().read(ref).to_pylist() for ref in usage(night()))
    assert (used, logged) == ([], [])
    assert {row["origin"] for row in lineage} == {"hub"}


def test_the_same_files_under_other_names_give_the_same_bytes(exports: Path) -> None:
    night()
    before = [open_store().get(contract, PLATFORM, NIGHT) for contract in (DECLARED, DECLARED_LINEAGE, CATALOGUE_COVERAGE)]
    (exports / "openmetadata" / "tables.json").rename(exports / "openmetadata" / "a.json")
    lines = [json.dumps(one) for one in json.loads((exports / "datahub" / "proposals.json").read_text(encoding="utf-8"))]
    (exports / "datahub" / "proposals.json").unlink()
    for place, line in enumerate(reversed(lines)):
        (exports / "datahub" / f"{place:02}.jsonl").write_text(line, encoding="utf-8")
    shutil.rmtree(exports / "storage")
    night()
    assert [open_store().get(contract, PLATFORM, NIGHT)
            for contract in (DECLARED, DECLARED_LINEAGE, CATALOGUE_COVERAGE)] == before


@pytest.mark.parametrize(("damage", "status", "says"), [
    (lambda path: shutil.rmtree(path.parent), "outage", "no json or jsonl file lies there"),
    (lambda path: path.write_text("[{", encoding="utf-8"), "unreadable", "it is no JSON"),
    (lambda path: path.write_text("[1]", encoding="utf-8"), "unreadable", "is no proposal, event or entity of DataHub"),
    (lambda path: path.write_text("[]", encoding="utf-8"), "unreadable", "catalogue hub describes no table"),
])
def test_of_a_catalogue_that_cant_be_read_an_earlier_night_is_used(exports: Path, damage: Any, status: str, says: str) -> None:
    night()
    before = {contract.name: rows(contract) for contract in (DECLARED, DECLARED_LINEAGE)}
    damage(exports / "datahub" / "proposals.json")
    night(LATER)
    found = coverage(LATER)
    assert (found["hub"]["status"], found["hub"]["as_of"], found["hub"]["matched"]) == (status, NIGHT, 3)
    assert says in found["hub"]["reason"]
    assert (found["om"]["status"], found["om"]["as_of"]) == ("ok", LATER)
    assert {contract.name: rows(contract, LATER) for contract in (DECLARED, DECLARED_LINEAGE)} == before
    night()  # run again meanwhile: its own word of then
    assert {contract.name: rows(contract) for contract in (DECLARED, DECLARED_LINEAGE)} == before
    night(LATER)
    assert coverage(LATER) == found
    assert {row["status"] for row in rows(DISCOVERED, LATER)} <= {"ok", "missing"}


def test_on_the_first_night_what_could_be_read_counts_and_later_nights_dont_build_on_it(exports: Path) -> None:
    (exports / "datahub" / "torn.json").write_text('{"urn": ', encoding="utf-8")
    night()
    assert (coverage()["hub"]["status"], coverage()["hub"]["as_of"], coverage()["hub"]["matched"]) == ("unreadable", None, 3)
    assert "torn.json can't be read" in coverage()["hub"]["reason"]
    (exports / "datahub" / "proposals.json").unlink()
    night(LATER)
    assert (coverage(LATER)["hub"]["as_of"], coverage(LATER)["hub"]["matched"]) == (None, 0)
    assert {row["origin"] for row in rows(DECLARED, LATER)} == {"om"}


def test_a_later_night_is_never_looked_at(exports: Path) -> None:
    night(LATER)
    shutil.rmtree(exports / "datahub")
    night()
    assert (coverage()["hub"]["status"], coverage()["hub"]["as_of"], coverage()["hub"]["tables"]) == ("outage", None, 0)


def test_rest_apis_say_what_files_say_and_an_outage_uses_the_night_before(
        exports: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    night()
    before = {contract.name: rows(contract) for contract in (DECLARED, DECLARED_LINEAGE, CATALOGUE_COVERAGE)}
    shutil.rmtree(exports / "storage")
    manifest(exports, {"name": "hub", "type": "datahub", "connection": "hub"},
             {"name": "om", "type": "openmetadata", "connection": "om"})
    lineage = json.loads((FILES / "openmetadata" / "lineage.json").read_text(encoding="utf-8"))
    tables = json.loads((FILES / "openmetadata" / "tables.json").read_text(encoding="utf-8"))
    entities = json.loads((FILES / "datahub" / "entities.json").read_text(encoding="utf-8"))
    with serving(datahub(entities)) as (one, _), serving(openmetadata(tables, {lineage["entity"]["id"]: lineage})) as (two, _):
        monkeypatch.setenv("AIRFLOW_CONN_HUB", json.dumps({"conn_type": "http", "host": one, "password": TOKEN}))
        monkeypatch.setenv("AIRFLOW_CONN_OM", f"http://:{TOKEN}@{two.removeprefix('http://')}/http")
        night()
    assert {contract.name: rows(contract) for contract in (DECLARED, DECLARED_LINEAGE, CATALOGUE_COVERAGE)} == before
    night(LATER)
    monkeypatch.delenv("AIRFLOW_CONN_HUB")
    found = coverage(LATER)
    assert [(row["status"], row["as_of"], row["matched"]) for row in found.values()] == [("outage", NIGHT, 3)] * 2
    assert all("gave no answer" in row["reason"] and TOKEN not in row["reason"] for row in found.values())
    assert TOKEN not in caplog.text
    for path in (exports / "storage").rglob("*"):
        assert path.is_dir() or TOKEN.encode() not in path.read_bytes()


def test_a_platform_without_catalogues_publishes_empty_artifacts(exports: Path) -> None:
    manifest(exports)
    night()
    assert [rows(contract) for contract in (DECLARED_LINEAGE, CATALOGUE_COVERAGE)] == [[], []]
