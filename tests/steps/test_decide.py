"""Proposals become runs that ask, once each; answers become rows that later nights read."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from tests.inventory import builders as b
from tests.inventory.builders import Shop
from tests.steps.test_publish import report, run

from assay.contracts import schemas
from assay.steps.decide import ASKED, earlier_decisions, propose, record

COPY = "landing.products_copy"
LATER = "2017-12-30"


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shop:
    made = Shop(tmp_path)
    monkeypatch.setenv("ASSAY_PLATFORMS", str(made.platforms))
    monkeypatch.setenv("ASSAY_STORAGE", made.store.root)
    return made


def asked(shop: Shop, partition: str = b.PARTITION) -> list[dict[str, Any]]:
    inventory = run(shop, partition)
    return propose(shop.night(partition), inventory)


def answer(option: str = "Approve", note: str | None = "", at: Any = "2026-11-25T10:30:00.123456+01:00",
           user: dict[str, str] | None = None) -> dict[str, Any]:
    return {"chosen_options": [option], "params_input": {"note": note}, "responded_at": at,
            "responded_by_user": {"id": "7", "name": "ann"} if user is None else user}


def row(shop: Shop, partition: str) -> dict[str, Any]:
    inventory = shop.store.read(shop.store.get(schemas.INVENTORY, b.PLATFORM, partition)).to_pylist()
    return next(found for found in inventory if found["asset_id"] == COPY)


def test_each_proposal_is_one_run_with_what_a_person_has_to_know(shop: Shop) -> None:
    (proposal,) = asked(shop)
    assert proposal["trigger_run_id"].startswith("merge__landing.products_copy__")
    assert set(proposal["conf"]) == {*ASKED, "stake", "subject"}
    assert proposal["conf"]["subject"] == "Merge landing.products_copy?"
    assert proposal["conf"]["grounds"] == "duplicate_of is landing.products"
    assert proposal["conf"]["stake"].endswith(" USD/week")
    assert all(isinstance(value, str) for value in proposal["conf"].values())


def test_the_next_night_asks_the_same_question_by_the_same_name(shop: Shop) -> None:
    assert [p["trigger_run_id"] for p in asked(shop)] == [p["trigger_run_id"] for p in asked(shop, LATER)]


def test_nobody_is_asked_about_a_partition_behind_which_a_newer_one_was_run(shop: Shop) -> None:
    run(shop, LATER)
    assert asked(shop) == []


@pytest.mark.parametrize("at", ["2026-11-25T10:30:00.123456+01:00", datetime(2026, 11, 25, 9, 30, 0, 5, tzinfo=UTC)])
def test_a_rejected_proposal_is_written_down_and_not_made_again(shop: Shop, at: Any) -> None:
    (proposal,) = asked(shop)
    record(b.PLATFORM, proposal["conf"], answer("Reject", " finance <b>reads</b> it ", at))
    (kept,) = shop.store.read(shop.store.get(schemas.DECISIONS, b.PLATFORM, b.PARTITION, f"{COPY}/copy")).to_pylist()
    assert kept["decided_at"] == "2026-11-25T09:30:00+00:00"
    assert (kept["decision"], kept["decided_by"], kept["note"]) == ("rejected", "ann", "finance <b>reads</b> it")
    assert asked(shop, LATER) == []
    found = row(shop, LATER)
    assert (found["action"], found["rule"], found["decision"]) == ("review", "unvalued", "rejected")
    assert "rejected by ann on 2026-11-25 (finance &lt;b&gt;reads&lt;/b&gt; it)" in report(shop, LATER)


def test_an_approved_proposal_is_told_until_it_is_done(shop: Shop) -> None:
    (proposal,) = asked(shop)
    assert "waits for somebody to approve or reject it" in report(shop)
    record(b.PLATFORM, proposal["conf"], answer(note=None))
    assert asked(shop, LATER) == []
    assert (row(shop, LATER)["action"], row(shop, LATER)["decision"]) == ("merge", "approved")
    assert "Approved by ann on 2026-11-25, waiting to be done." in report(shop, LATER)


def test_a_night_knows_the_decisions_of_earlier_partitions_alone(shop: Shop) -> None:
    (proposal,) = asked(shop)
    before = shop.store.get(schemas.INVENTORY, b.PLATFORM, b.PARTITION)
    record(b.PLATFORM, proposal["conf"], answer())
    assert run(shop) == before
    assert earlier_decisions(shop.store, b.PLATFORM, b.PARTITION) == []
    assert len(earlier_decisions(shop.store, b.PLATFORM, LATER)) == 1


def test_who_answered_is_told_by_login_where_there_is_no_name(shop: Shop) -> None:
    (proposal,) = asked(shop)
    ref = record(b.PLATFORM, proposal["conf"], answer(user={"id": "u-1", "name": ""}))
    assert shop.store.read(ref).column("decided_by").to_pylist() == ["u-1"]
