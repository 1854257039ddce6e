"""Incidents: one an asset, opened once, resolved by itself, ordered by money."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest

from assay.contracts.contract import Contract
from assay.contracts.schemas import ANOMALIES, ASSET_STATES, ASSETS, CHECKS, INCIDENTS, INVENTORY
from assay.inventory.incidents import incidents


def table(contract: Contract, *rows: dict[str, Any]) -> pa.Table:
    plain = {field.name: {pa.string(): "", pa.int64(): 0, pa.float64(): 0.0, pa.bool_(): False,
                          pa.list_(pa.string()): []}.get(field.type)
             for field in contract.schema}
    return contract.conform(pa.Table.from_pylist([plain | row for row in rows], schema=contract.schema))


def state(asset: str, status: str = "ok", reason: str | None = None) -> dict[str, Any]:
    return {"asset_id": asset, "status": status, "reason": reason}


def check(asset: str, share: float | None, severity: str = "warning", *, success: bool = False) -> dict[str, Any]:
    return {"asset_id": asset, "column": "price", "expectation": "expect_column_values_to_be_between", "severity": severity,
            "success": success, "observed": "some rows fail", "unexpected_ratio": share}


WORTH = table(INVENTORY, {"asset_id": "s.sales", "value": 1000.0, "unit": "USD/week"}, {"asset_id": "s.items", "value": 50.0},
              {"asset_id": "s.new", "value": None}, {"asset_id": "s.harmful", "value": -10.0})


def found(states: list[dict[str, Any]], checks: list[dict[str, Any]], anomalies: list[dict[str, Any]] | None = None,
          earlier: pa.Table | None = None, partition: str = "2024-01-02", owner: str | None = None) -> list[dict[str, Any]]:
    made = incidents(partition, table(ASSET_STATES, *states), table(CHECKS, *checks),
                     [table(ANOMALIES, *(anomalies or []))], WORTH,
                     table(ASSETS, {"asset_id": "s.sales", "owner": owner}), earlier)
    return INCIDENTS.conform(made).to_pylist()


def test_money_at_stake_is_value_times_affected_rows_and_orders_incidents():
    rows = found([state("s.items", "quarantined", "it is torn"), state("s.new", "missing", "nothing came")],
                 [check("s.sales", 0.2), check("s.sales", 0.1), check("s.harmful", 0.5), check("s.items", None, success=True)])
    assert [(row["asset_id"], row["at_stake"], row["severity"]) for row in rows] == [
        ("s.sales", pytest.approx(200.0), "warning"), ("s.items", 50.0, "critical"), ("s.harmful", 0.0, "warning"),
        ("s.new", None, "critical")]
    assert rows[0]["findings"] == 2 and rows[0]["affected_share"] == 0.2 and rows[0]["unit"] == "USD/week"
    assert rows[0]["reason"] == "expect_column_values_to_be_between on price failed: some rows fail"


def test_the_owner_is_the_suites_else_the_catalogues():
    assert found([], [check("s.sales", 0.2)], owner="Sales")[0]["owner"] == "Sales"
    assert found([], [check("s.sales", 0.2) | {"owner": "Tills"}], owner="Sales")[0]["owner"] == "Tills"
    assert found([], [check("s.items", 0.2)], owner="Sales")[0]["owner"] is None


def test_an_incident_stays_open_and_resolves_itself_once():
    first = table(INCIDENTS, *found([], [check("s.sales", 0.2)], partition="2024-01-01"))
    second = table(INCIDENTS, *found([], [check("s.sales", 0.3)], earlier=first))
    third = table(INCIDENTS, *found([], [], earlier=second, partition="2024-01-03"))
    told = [(row["opened"], row["partition"], row["status"], row["at_stake"])
            for made in (first, second, third) for row in made.to_pylist()]
    assert told == [("2024-01-01", "2024-01-01", "opened", 200.0), ("2024-01-01", "2024-01-02", "open", 300.0),
                    ("2024-01-01", "2024-01-03", "resolved", 0.0)]
    assert found([], [], earlier=third, partition="2024-01-04") == []
    again = found([], [check("s.sales", 0.1)], earlier=third, partition="2024-01-04")
    assert [(row["opened"], row["status"]) for row in again] == [("2024-01-04", "opened")]


@pytest.mark.parametrize(("kind", "observed", "low", "high", "share"), [
    ("null_share", 0.3, 0.0, 0.1, 0.2), ("rows", 25.0, 100.0, 200.0, 0.75), ("rows", 400.0, 100.0, 200.0, 1.0),
    ("distribution", 0.5, 0.0, 0.1, 1.0), ("zero_share", 0.0, 0.4, 0.6, 0.4)])
def test_of_a_share_what_is_beyond_the_usual_is_affected(kind: str, observed: float, low: float, high: float, share: float):
    (row,) = found([], [], [{"asset_id": "s.sales", "column": "price", "kind": kind, "observed": observed, "low": low,
                             "high": high, "reason": "it is unusual"}])
    assert row["affected_share"] == pytest.approx(share)
    assert row["reason"] == "price: it is unusual"
