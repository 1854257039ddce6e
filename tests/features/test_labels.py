from __future__ import annotations

import datetime as dt
from collections import defaultdict
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.features import builders as b

from assay.config.manifest import UseCase
from assay.contracts.schemas import LABELS
from assay.errors import NotEnoughData
from assay.features.known import SnapshotFiles
from assay.features.labels import build_labels, outcome_snapshots
from assay.features.windows import Window, WindowRole

DAY = dt.date(2020, 3, 5)  # the window ends after clocks go forward
WINDOW = Window(WindowRole.OUTCOME, DAY, 7)
ASSET = b.HOSPITAL.assets["ward.dispensings"]


def outcomes(folder: Path, data: b.Data, case: UseCase = b.CASE) -> list[dict[str, Any]]:
    read = outcome_snapshots(ASSET, b.write(folder, data)["ward.dispensings"], WINDOW)
    return LABELS.conform(build_labels(ASSET, case, WINDOW, read, b.ZONE)).to_pylist()


def test_outcomes_of_a_window_by_hand(tmp_path: Path) -> None:
    def row(patient: int | None, drug: str | None, cost: float | None, at: dt.datetime) -> dict[str, Any]:
        return {"patient_no": patient, "drug_code": drug, "cost": cost, "dispensed_at": at}

    end = DAY + dt.timedelta(days=6)
    data = {"ward.dispensings": {"2020-03-04": [row(1, "d1", 100, b.moment(DAY - dt.timedelta(days=1), 23, 59))],
                                 "2020-03-05": [row(1, "d1", 1.25, b.moment(DAY, 0)), row(1, "d1", 2, b.moment(DAY, 12)),
                                                row(2, "d1", -3, b.moment(DAY, 12)), row(None, "d1", 9, b.moment(DAY, 12)),
                                                row(2, None, 9, b.moment(DAY, 12)), row(1, "d2", None, b.moment(DAY, 12))],
                                 "2020-03-11": [row(1, "d3", 4, b.moment(end, 23, 59)),
                                                row(1, "d4", 100, b.moment(end + dt.timedelta(days=1), 0))],
                                 "2020-03-12": [row(1, "d5", 100, b.moment(end, 12))]}}
    assert outcomes(tmp_path, data) == [
        {"y": 1.0, "amount": 3.25, "user": 1, "item": "d1"}, {"y": 1.0, "amount": 0.0, "user": 1, "item": "d2"},
        {"y": 1.0, "amount": 4.0, "user": 1, "item": "d3"}, {"y": 1.0, "amount": -3.0, "user": 2, "item": "d1"}]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_outcomes_of_a_window_in_plain_python(seed: int, tmp_path: Path) -> None:
    data = b.hospital(seed)
    expected: dict[tuple, float] = defaultdict(float)
    for rows in data["ward.dispensings"].values():
        for row in rows:
            if row["patient_no"] is not None and DAY <= b.local(row) < DAY + dt.timedelta(days=7):
                expected[row["patient_no"], row["drug_code"]] += row["cost"]
    found = outcomes(tmp_path, data)
    keys = [(row["user"], row["item"]) for row in found]
    assert keys == sorted(expected) and len(keys) > 10
    assert [row["amount"] for row in found] == pytest.approx([expected[key] for key in keys], abs=1e-3)
    assert {row["y"] for row in found} == {1.0}


def test_without_an_amount_rows_are_counted(tmp_path: Path) -> None:
    case = b.CASE.model_copy(update={"outcome": b.CASE.outcome.model_copy(update={"amount": None})})
    data = b.hospital(1)
    rows = [row for rows in data["ward.dispensings"].values() for row in rows
            if row["patient_no"] is not None and DAY <= b.local(row) < DAY + dt.timedelta(days=7)]
    assert sum(row["amount"] for row in outcomes(tmp_path, data, case)) == len(rows)


def test_a_label_counts_within_its_window_alone(tmp_path: Path) -> None:
    """An outcome with a time and a label: the dose of four or more, in these seven days."""
    outcome = b.CASE.outcome.model_copy(update={"label": "doses", "positive": "4"})
    data = b.hospital(1)
    rows = [row for rows in data["ward.dispensings"].values() for row in rows
            if row["patient_no"] is not None and DAY <= b.local(row) < DAY + dt.timedelta(days=7)]
    found = outcomes(tmp_path, data, b.CASE.model_copy(update={"outcome": outcome}))
    assert {(row["user"], row["item"]) for row in found} == {(row["patient_no"], row["drug_code"]) for row in rows}
    assert {(row["user"], row["item"]) for row in found if row["y"]} == {
        (row["patient_no"], row["drug_code"]) for row in rows if row["doses"] == 4} != set()


def test_only_partitions_that_may_hold_the_window_are_read() -> None:
    snapshots = [SnapshotFiles(f"2020-03-{day:02}", (), "") for day in (3, 4, 5, 11, 12)]
    assert [s.label for s in outcome_snapshots(ASSET, snapshots[::-1], WINDOW)] == ["2020-03-04", "2020-03-05", "2020-03-11"]
    assert [s.label for s in outcome_snapshots(ASSET, snapshots, Window(WindowRole.TRAIN, None, None))] == ["2020-03-12"]


def test_a_window_without_outcomes_or_without_partitions_is_not_enough(tmp_path: Path) -> None:
    with pytest.raises(NotEnoughData, match="no outcome between 2020-03-05 and 2020-03-11 in ward.dispensings"):
        outcomes(tmp_path, {"ward.dispensings": {"2020-03-05": []}})
    with pytest.raises(NotEnoughData, match="no usable ward.dispensings for the window from 2020-03-05"):
        build_labels(ASSET, b.CASE, WINDOW, [], b.ZONE)


@pytest.mark.parametrize(("column", "positive"), [(pa.array(["bad", "good", None, "bad"]), "bad"),
                                                  (pa.array([1, 0, None, 1]), "1"),
                                                  (pa.array([True, False, None, True]), "true")])
def test_labels_of_entities_without_time(column: pa.Array, positive: str, tmp_path: Path) -> None:
    case = UseCase.model_validate({
        "name": "default", "entity": {"customer": "id"},
        "payoff": {"type": "cost_matrix", "gain_accept": 0.1, "loss_accept": 0.5},
        "outcome": {"asset": "bank.loans", "label": "status", "positive": positive, "amount": "lent"}})
    asset = b.asset("bank.loans", "entity", {"id": ("key", "BIGINT")}, key=("id",))
    path = tmp_path / "loans.parquet"
    pq.write_table(pa.table({"id": [4, 2, 3, None], "status": column, "lent": [10.0, None, 30.0, 5.0]}), path)
    found = build_labels(asset, case, Window(WindowRole.TRAIN, None, None), [SnapshotFiles("", (str(path),), "")], "UTC")
    assert LABELS.conform(found).to_pylist() == [
        {"y": 0.0, "amount": 0.0, "customer": 2}, {"y": 1.0, "amount": 10.0, "customer": 4}]
