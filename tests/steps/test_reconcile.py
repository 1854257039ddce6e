"""Ledgers folded again after a backfill; what still holds is left alone."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.inventory import builders as b
from tests.inventory.builders import Shop
from tests.steps.test_decide import answer
from tests.steps.test_publish import run

from assay.contracts import schemas
from assay.contracts.refs import CaseRef
from assay.errors import ArtifactMissing, PartitionError
from assay.steps.decide import propose, record
from assay.steps.publish import publish
from assay.steps.reconcile import reconcile

DAYS = ("2017-12-09", "2017-12-16", "2017-12-23")
FACTORS = dict(zip(DAYS, (0.8, 0.9, 1.0)))


def shop_in(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Shop:
    folder.mkdir()
    made = Shop(folder)
    monkeypatch.setenv("ASSAY_PLATFORMS", str(made.platforms))
    monkeypatch.setenv("ASSAY_STORAGE", made.store.root)
    return made


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shop:
    return shop_in(tmp_path / "shop", monkeypatch)


def night(shop: Shop, day: str) -> None:
    shop.put(schemas.EMBEDDINGS, schemas.EMBEDDINGS.schema.empty_table(), day, b.CASE)
    run(shop, day, FACTORS[day])


def content(shop: Shop) -> dict[str, str]:
    """Artifact -> fingerprint and recipe; `late_data` is published by the step that isn't run here."""
    root = Path(shop.store.root.removeprefix("file://"))
    manifests = {path.parent.relative_to(root).as_posix(): json.loads(path.read_text())
                 for path in root.rglob("_manifest.json")}
    return {place: found["fingerprint"] + found["key"] for place, found in manifests.items()
            if found["contract"] != "run_metrics"}


@pytest.mark.parametrize("order", [(2, 1, 0), (0, 2, 1), (1, 2, 0)])
def test_any_order_ends_in_the_ledgers_of_the_order_of_partitions(order: tuple[int, ...], tmp_path: Path,
                                                                  monkeypatch: pytest.MonkeyPatch) -> None:
    forwards = shop_in(tmp_path / "forwards", monkeypatch)
    for day in DAYS:
        night(forwards, day)
    reconcile(b.PLATFORM)
    other = shop_in(tmp_path / "other", monkeypatch)
    for place in order:
        night(other, DAYS[place])
    assert content(other) != content(forwards)
    done = reconcile(b.PLATFORM)
    assert content(other) == content(forwards)
    assert done.partitions == list(DAYS) and not done.skipped
    assert {one.partition for one in done.published if one.contract == "inventory"} <= set(DAYS[1:])
    assert reconcile(b.PLATFORM).published == []


def test_exports_say_what_inventories_say(shop: Shop) -> None:
    shop.write_manifest(b.MANIFEST | {"exports": ["csv"]})
    for day in DAYS:
        night(shop, day)
    done = reconcile(b.PLATFORM)
    assert {one.partition for one in done.published if one.contract == "exports"} == set(DAYS)
    assert reconcile(b.PLATFORM).published == []


def test_a_rehearsal_says_the_same_and_writes_nothing(shop: Shop) -> None:
    for day in reversed(DAYS):
        night(shop, day)
    before = content(shop)
    rehearsed = reconcile(b.PLATFORM, rehearse=True)
    assert content(shop) == before
    assert rehearsed.published and rehearsed == reconcile(b.PLATFORM)
    assert content(shop) != before


def test_what_steps_took_is_left_as_the_nights_have_measured_it(shop: Shop) -> None:
    for day in reversed(DAYS):
        night(shop, day)
    took = {day: shop.store.get(schemas.RUN_METRICS, b.PLATFORM, day, "publish") for day in DAYS}
    reconcile(b.PLATFORM)
    assert took == {day: shop.store.get(schemas.RUN_METRICS, b.PLATFORM, day, "publish") for day in DAYS}


def test_only_the_range_is_looked_at(shop: Shop) -> None:
    for day in reversed(DAYS):
        night(shop, day)
    done = reconcile(b.PLATFORM, DAYS[1], DAYS[1])
    assert done.partitions == [DAYS[1]] == sorted({one.partition for one in done.published})


def test_a_partition_whose_inputs_were_removed_stays_and_the_others_go_on(shop: Shop) -> None:
    for day in reversed(DAYS):
        night(shop, day)
    stood = shop.store.get(schemas.INVENTORY, b.PLATFORM, DAYS[1])
    shop.store.remove(shop.store.get(schemas.GATE, b.PLATFORM, DAYS[1]).uri)
    done = reconcile(b.PLATFORM)
    assert list(done.skipped) == [DAYS[1]] and "gate" in done.skipped[DAYS[1]]
    assert shop.store.get(schemas.INVENTORY, b.PLATFORM, DAYS[1]) == stood
    assert DAYS[2] in {one.partition for one in done.published}


def test_the_reason_of_a_use_case_that_stopped_is_kept(shop: Shop) -> None:
    stopped = [CaseRef(b.CASE, None, "no outcome window has closed yet")]
    forecasts = [shop.put(contract, contract.schema.empty_table()) for contract in (schemas.FORECASTS, schemas.FORECAST_SCORES)]
    publish(shop.night(), shop.classified(), shop.gated(), stopped, forecasts, shop.used())
    before = shop.store.get(schemas.INVENTORY, b.PLATFORM, b.PARTITION)
    assert not reconcile(b.PLATFORM).skipped
    assert shop.store.get(schemas.INVENTORY, b.PLATFORM, b.PARTITION) == before
    assert "no outcome window" in str(shop.store.read(before).column("reason").to_pylist())


def test_a_night_that_kept_no_reason_is_left_as_it_is(shop: Shop) -> None:
    night(shop, DAYS[0])
    shop.store.remove(shop.store.get(schemas.USE_CASE_STATES, b.PLATFORM, DAYS[0]).uri)
    assert not reconcile(b.PLATFORM).skipped  # all its use cases have values
    shop.store.remove(shop.store.get(schemas.USE_CASE_STATES, b.PLATFORM, DAYS[0]).uri)
    shop.store.remove(shop.store.get(schemas.VALUES, b.PLATFORM, DAYS[0], b.CASE).uri)
    assert "values" in reconcile(b.PLATFORM).skipped[DAYS[0]]


def test_a_decision_that_came_after_later_nights_reaches_them(shop: Shop) -> None:
    night(shop, DAYS[0])
    inventory = shop.store.get(schemas.INVENTORY, b.PLATFORM, DAYS[0])
    (proposal,) = propose(shop.night(DAYS[0]), inventory)
    night(shop, DAYS[1])
    record(b.PLATFORM, proposal["conf"], answer("Reject"))
    done = reconcile(b.PLATFORM)
    assert DAYS[1] in {one.partition for one in done.published if one.contract == "inventory" and one.changed}
    assert shop.store.get(schemas.INVENTORY, b.PLATFORM, DAYS[0]) == inventory
    rows = shop.store.read(shop.store.get(schemas.INVENTORY, b.PLATFORM, DAYS[1])).to_pylist()
    assert "rejected" in {row["decision"] for row in rows}


@pytest.mark.parametrize(("since", "until", "says"), [
    ("2017-12-23", "2017-12-09", "lies after 2017-12-09"),
    (None, "2030-01-01", "lies after the newest one that was run, 2017-12-09"),
    ("2017-01-01", "2017-02-01", "lies before the first one that was run, 2017-12-09"),
])
def test_a_range_that_is_none_is_one_sentence(shop: Shop, since: str | None, until: str, says: str) -> None:
    night(shop, DAYS[0])
    with pytest.raises(PartitionError, match=says):
        reconcile(b.PLATFORM, since, until)


def test_without_a_night_there_is_nothing_to_fold(shop: Shop) -> None:
    with pytest.raises(ArtifactMissing, match="no night of corner_shop"):
        reconcile(b.PLATFORM)
