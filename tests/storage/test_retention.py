"""What can go, and what stays for good."""

from __future__ import annotations

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from assay.contracts.schemas import CONTRACTS
from assay.storage.retention import Stored, is_lasting, superfluous

NEWEST = "2024-06-30"


def stored(contract: str, days_ago: int, name: str = "") -> Stored:
    partition = (dt.date.fromisoformat(NEWEST) - dt.timedelta(days_ago)).isoformat()
    return Stored(f"shop/ds={partition}/{contract}/{name}".rstrip("/"), contract, partition, name, 10)


def going(*artifacts: Stored, keep_days: int = 100, served: tuple[str, ...] = ()) -> list[Stored]:
    return superfluous(artifacts, NEWEST, keep_days, served)


def test_what_is_older_than_the_days_to_keep_can_go():
    old, edge, young = (stored("features", days, "case") for days in (101, 100, 3))
    assert going(young, old, edge) == [old]


def test_history_and_ledgers_stay_but_pages_go():
    history = ("values", "quality_scores", "asset_signals", "forecast_trials", "forecast_scores", "incidents", "champions")
    assert going(*(stored(name, 500, "x") for name in history)) == []
    assert {artifact.contract for artifact in going(stored("report", 500), stored("data_docs", 500, "shop.a"),
                                                    stored("data_docs", 1, "shop.a"))} == {"report", "data_docs"}
    assert all(is_lasting(contract) for contract in CONTRACTS.values() if contract.ledger
               and contract.name not in ("report", "exports", "run_metrics"))


def test_the_newest_of_an_asset_stays_however_old_it_is():
    first, last = stored("snapshot", 400, "shop.a"), stored("snapshot", 300, "shop.a")
    assert going(first, last, stored("snapshot", 200, "shop.b")) == [first]


def test_models_that_serve_stay():
    model, base = stored("model", 200, "case/serving/month"), stored("model", 200, "case/base/abc")
    assert going(model, base, served=(model.uri,)) == [base]


def test_what_no_contract_knows_is_left_alone():
    assert going(stored("notes", 900)) == []


@given(st.lists(st.tuples(st.sampled_from(sorted(CONTRACTS)), st.integers(0, 800), st.sampled_from(["", "shop.a", "shop.b"]))),
       st.integers(1, 800))
def test_keeping_longer_never_removes_more(rows, keep_days):
    artifacts = [stored(*row) for row in rows]
    less = going(*artifacts, keep_days=keep_days + 50)
    assert set(less) <= set(going(*artifacts, keep_days=keep_days))
    assert all(artifact.partition < NEWEST for artifact in less)
