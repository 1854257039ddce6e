"""Which partitions are run again because their data came late."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.inventory import builders as b
from tests.inventory.builders import Shop
from tests.steps.test_reconcile import DAYS, night

from assay.contracts import schemas
from assay.contracts.refs import Night
from assay.steps.late import MOST_A_NIGHT, fold_later, late_runs
from assay.steps.reconcile import reconcile


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shop:
    made = Shop(tmp_path)
    monkeypatch.setenv("ASSAY_PLATFORMS", str(made.platforms))
    monkeypatch.setenv("ASSAY_STORAGE", made.store.root)
    return made


def came_late(shop: Shop, *affected: str, asset: str = "landing.promotions", label: str = "2017-12-16") -> Night:
    found = shop.night(DAYS[2])
    shop.put(schemas.INVENTORY, schemas.INVENTORY.schema.empty_table(), DAYS[2])
    shop.put(schemas.LATE_DATA, b.table(schemas.LATE_DATA, [
        {"asset_id": asset, "source_partition": label, "kind": "changed", "affected": list(affected)}]), DAYS[2])
    return found


def test_each_affected_partition_is_run_again_the_oldest_first(shop: Shop) -> None:
    runs = late_runs(came_late(shop, DAYS[1], DAYS[0]))
    assert [run["conf"]["partition"] for run in runs] == [DAYS[0], DAYS[1]]
    assert runs[0]["conf"]["note"] == "Late data: landing.promotions 2017-12-16 changed"
    assert [run["trigger_run_id"][:16] for run in runs] == [f"late__{DAYS[0]}", f"late__{DAYS[1]}"]


def test_the_same_data_ask_for_the_same_run_and_other_data_for_another(shop: Shop) -> None:
    first = late_runs(came_late(shop, DAYS[0]))[0]["trigger_run_id"]
    assert late_runs(came_late(shop, DAYS[0]))[0]["trigger_run_id"] == first
    assert late_runs(came_late(shop, DAYS[0], asset="landing.coupons"))[0]["trigger_run_id"] != first
    changed = came_late(shop, DAYS[0])
    rows = [row | {"fingerprint": "another"} for row in b.discovered().to_pylist()]
    shop.put(schemas.DISCOVERED, b.table(schemas.DISCOVERED, rows), DAYS[2])
    assert late_runs(changed)[0]["trigger_run_id"] != first


def test_no_more_than_a_few_are_run_a_night(shop: Shop) -> None:
    days = [f"2017-11-{day:02}" for day in range(1, 20)]
    assert [run["conf"]["partition"] for run in late_runs(came_late(shop, *days))] == days[:MOST_A_NIGHT]


def test_a_partition_behind_which_a_newer_one_was_run_asks_for_none(shop: Shop) -> None:
    found = came_late(shop, DAYS[0])
    shop.put(schemas.INVENTORY, schemas.INVENTORY.schema.empty_table(), "2017-12-30")
    assert late_runs(found) == []


def test_nothing_late_is_nothing_to_run(shop: Shop) -> None:
    assert late_runs(shop.night(DAYS[2])) == []


def test_a_partition_that_is_run_again_folds_those_behind_it(shop: Shop) -> None:
    night(shop, DAYS[1])
    night(shop, DAYS[2])
    night(shop, DAYS[0])
    fold_later(shop.night(DAYS[0]))
    assert reconcile(b.PLATFORM, DAYS[1]).published == []
    fold_later(shop.night(DAYS[2]))
