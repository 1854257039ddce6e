from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.features import builders as b

from assay.config.manifest import Replay
from assay.contracts.schemas import LABELS
from assay.errors import NotEnoughData
from assay.features.exposures import exposure_keys, with_exposures
from assay.features.known import SnapshotFiles
from assay.features.windows import Window, WindowRole

DAY = dt.date(2020, 3, 5)
WINDOW = Window(WindowRole.OUTCOME, DAY, 7)
RULE = Replay(type="replay", top_k=2, margin=0.1, exposures="ward.leaflets", propensity="chance")
LOG = b.asset("ward.leaflets", "event", {"who": ("key", "BIGINT"), "drug_code": ("key", "VARCHAR"),
                                         "chance": ("measure", "DOUBLE"), "at": ("time", "TIMESTAMP")}, time="at")
OUTCOMES = pa.table({"user": [1, 2], "item": ["d1", "d1"], "y": pa.array([1, 1], pa.float32()),
                     "amount": pa.array([2.5, 4], pa.float32())})
CATALOGUE = replace(b.HOSPITAL, assets=b.HOSPITAL.assets | {LOG.asset_id: LOG},
                    domains={**b.HOSPITAL.domains, ("ward.leaflets", "who"): "patient"})
KEYS = {"user": "who", "item": "drug_code"}


def shown(folder: Path, *rows: tuple[int | None, str, float | None, dt.datetime]) -> list[dict[str, Any]]:
    table = pa.table(dict(zip(("who", "drug_code", "chance", "at"), map(list, zip(*rows, strict=True)), strict=True)))
    pq.write_table(table, folder / "log.parquet")
    log = SnapshotFiles("", (str(folder / "log.parquet"),), "")
    found = with_exposures(OUTCOMES, LOG, KEYS, RULE, "leaflets", WINDOW, [log], b.ZONE)
    return LABELS.conform(found).to_pylist()


def at(days: int, hour: int = 12) -> dt.datetime:
    return b.moment(DAY + dt.timedelta(days=days), hour).replace(tzinfo=None)


def test_what_was_shown_in_a_window_by_hand(tmp_path: Path) -> None:
    """Days are those of New York; what was shown twice had two chances."""
    found = shown(tmp_path, (1, "d1", 0.25, at(0, 0)), (1, "d3", 0.5, at(2)), (1, "d3", 0.2, at(6, 23)), (2, "d9", 1.0, at(1)),
                  (3, "d1", 0.5, at(-1, 23)), (3, "d1", 0.5, at(7, 0)), (None, "d1", 0.5, at(1)))
    assert found == [
        {"user": 1, "item": "d1", "y": 1.0, "amount": 2.5, "propensity": 0.25},
        {"user": 1, "item": "d3", "y": 0.0, "amount": 0.0, "propensity": pytest.approx(0.6)},
        {"user": 2, "item": "d1", "y": 1.0, "amount": 4.0, "propensity": None},
        {"user": 2, "item": "d9", "y": 0.0, "amount": 0.0, "propensity": 1.0}]


def test_before_there_was_a_log_nothing_is_known_to_be_shown() -> None:
    found = with_exposures(OUTCOMES, LOG, KEYS, RULE, "leaflets", WINDOW, [], b.ZONE)
    assert found.drop_columns("propensity").equals(OUTCOMES) and found.column("propensity").null_count == 2


@pytest.mark.parametrize("wrong", [0.0, 1.01, float("nan"), None])
def test_what_is_no_chance_stops_the_use_case(wrong: float | None, tmp_path: Path) -> None:
    with pytest.raises(NotEnoughData, match="1 rows of ward.leaflets from 2020-03-05 on have a chance that is no chance"):
        shown(tmp_path, (1, "d1", 0.25, at(0)), (1, "d3", wrong, at(2)))


def test_the_log_names_things_by_relation_or_by_the_same_name() -> None:
    assert exposure_keys(CATALOGUE, b.CASE, RULE) == KEYS


@pytest.mark.parametrize(("change", "said"), [
    ({"exposures": "ward.leaflet"}, "its exposures ward.leaflet are not among the assets found"),
    ({"propensity": "odds"}, "ward.leaflets has no column 'odds'"),
    ({"exposures": "ward.patients"}, "ward.patients has no time column"),
    ({"exposures": "ward.weather", "propensity": "rain"}, "ward.weather does not say the user, patient_no of ward.dispensings"),
])
def test_a_log_that_can_not_be_read_stops_the_use_case(change: dict[str, str], said: str) -> None:
    with pytest.raises(NotEnoughData, match=said):
        exposure_keys(CATALOGUE, b.CASE, RULE.model_copy(update=change))
