from __future__ import annotations

import re
from pathlib import Path

import pytest
from tests.inventory import builders as b
from tests.inventory.builders import Shop

from assay.contracts import schemas
from assay.contracts.refs import ArtifactRef, CaseRef
from assay.steps.cli.copied import copy_report
from assay.steps.publish import publish
from assay.storage import Recipe


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shop:
    made = Shop(tmp_path)
    monkeypatch.setenv("ASSAY_PLATFORMS", str(made.platforms))
    monkeypatch.setenv("ASSAY_STORAGE", made.store.root)
    return made


def run(shop: Shop, partition: str = b.PARTITION, factor: float = 1.0) -> ArtifactRef:
    night, values = shop.night(partition), [shop.value(b.values(factor), partition)]
    shop.put(schemas.MODEL_METRICS, b.metrics(), partition, b.CASE)
    return publish(night, shop.classified(partition), shop.gated(partition), values, shop.forecast(night, values),
                   shop.used(partition))


def report(shop: Shop, partition: str = b.PARTITION) -> str:
    return shop.store.read_file(shop.store.get(schemas.REPORT, b.PLATFORM, partition), "index.html").decode()


def test_catalogue_inventory_and_report_are_published(shop: Shop) -> None:
    inventory = run(shop)
    assert (inventory.contract, inventory.row_count) == ("inventory", 7)
    assert shop.store.get(schemas.ASSETS, b.PLATFORM, b.PARTITION).row_count == 7
    row = shop.store.read(inventory).to_pylist()[0]
    assert (row["asset_id"], row["value"], row["forecast"]) == ("landing.transactions", 8421.5, 8421.5)
    scores = shop.store.read(shop.store.get(schemas.QUALITY_SCORES, b.PLATFORM, b.PARTITION)).to_pylist()
    whole = next(s["score"] for s in scores if s["asset_id"] == "landing.transactions" and s["dimension"] is None)
    assert row["quality_score"] == whole < 0.9 and row["action"] == "repair"  # a failed check of accuracy
    assert "Quality by dimension" in report(shop)
    assert "11,877" in report(shop)
    assert "base_rate" in report(shop)


def test_the_second_run_reuses_everything(shop: Shop) -> None:
    first = run(shop)
    page = shop.store.get(schemas.REPORT, b.PLATFORM, b.PARTITION)
    assert run(shop) == first
    assert shop.store.get(schemas.REPORT, b.PLATFORM, b.PARTITION) == page


def test_the_report_follows_an_earlier_partition_that_came_later(shop: Shop) -> None:
    run(shop)
    assert "What moved since" not in report(shop)
    run(shop, "2017-12-16", 0.9)
    run(shop)
    assert "What moved since 2017-12-16" in report(shop)
    assert "next_week, assets, 7 d" in report(shop)


def put_docs(shop: Shop, text: bytes) -> None:
    shop.store.publish_files(schemas.DATA_DOCS, {"index.html": text, "validations/a b.html": text}, platform=b.PLATFORM,
                             partition=b.PARTITION, name="landing.transactions", recipe=Recipe((), text.decode(), "test"))


def linked(page: Path) -> list[Path]:
    return [page.parent / link for link in re.findall(r'href="([^"]+)"', page.read_text())]


def test_the_report_links_data_docs_in_storage_and_beside_a_copy(shop: Shop, tmp_path: Path) -> None:
    put_docs(shop, b"first")
    run(shop)
    (stored,) = shop.store.files(shop.store.get(schemas.REPORT, b.PLATFORM, b.PARTITION))
    assert {path.read_text() for path in linked(Path(stored))} == {"first"}
    copy = tmp_path / "copied" / "page.html"
    copy_report(shop.store, b.PLATFORM, b.PARTITION, copy)
    put_docs(shop, b"second")
    run(shop)
    assert {path.read_text() for path in linked(copy)} == {"first"}
    copy_report(shop.store, b.PLATFORM, b.PARTITION, copy)
    assert {path.read_text() for path in linked(copy)} == {"second"}
    assert {path.read_text() for path in copy.parent.rglob("*.html") if path != copy} == {"second"}  # the first ones are gone


def test_a_use_case_that_stopped_leaves_its_assets_unvalued(shop: Shop) -> None:
    night, values = shop.night(), [CaseRef(b.CASE, None, "no outcome has come yet")]
    inventory = publish(night, shop.classified(), shop.gated(), values, shop.forecast(night, values), shop.used())
    rows = shop.store.read(inventory).to_pylist()
    assert [r["asset_id"] for r in rows] == sorted(b.ASSETS)
    assert {r["value_status"] for r in rows} == {"unvalued"}
    assert all(r["value"] is None for r in rows)
    assert "no outcome has come yet" in report(shop)


def test_the_order_in_which_references_arrive_does_not_matter(shop: Shop) -> None:
    first = run(shop)
    night, values = shop.night(), [shop.value(b.values())]
    turned = publish(night, shop.classified()[::-1], shop.gated()[::-1], values, shop.forecast(night, values)[::-1],
                     shop.used()[::-1])
    assert turned == first


def test_what_a_catalogue_declares_comes_into_the_assets(shop: Shop) -> None:
    shop.write_manifest(b.MANIFEST | {"catalogues": [{"name": "hub", "type": "datahub", "path": "/nowhere"}]})
    run(shop)
    assert "What is sold." not in report(shop)
    row = dict.fromkeys(schemas.DECLARED.schema.names) | {
        "asset_id": "landing.products", "origin": "hub", "comment": "What is sold.", "owner": "ann", "view": False}
    shop.put(schemas.DECLARED, b.table(schemas.DECLARED, [row]))
    run(shop)
    assets = shop.store.read(shop.store.get(schemas.ASSETS, b.PLATFORM, b.PARTITION)).to_pylist()
    assert [(r["owner"], r["description"]) for r in assets if r["asset_id"] == "landing.products"] == [("ann", "What is sold.")]
    assert "What is sold." in report(shop)


def test_where_a_catalogue_lies_changes_nothing_of_the_inventory(shop: Shop) -> None:
    shop.write_manifest(b.MANIFEST | {"catalogues": [{"name": "hub", "type": "datahub", "path": "/nowhere"}]})
    before = run(shop)
    shop.write_manifest(b.MANIFEST | {"catalogues": [{"name": "hub", "type": "datahub", "connection": "gms"}]})
    assert run(shop) == before
