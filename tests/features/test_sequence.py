from __future__ import annotations

from itertools import groupby
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.features import builders as b

from assay.features.blocks import EventSequence
from assay.features.history import build_history, history_tables

DATE = b.day(44)


def expected(data: b.Data, last: int) -> dict[int, dict[str, list]]:
    """What the block should say, in plain Python: events of a day, a clinic and a drug are one, oldest first."""
    rows = [(age, row) for age, row in b.past(data, "ward.dispensings", DATE) if row["patient_no"] is not None]
    found = {}
    for user in sorted({row["patient_no"] for _, row in rows}):
        own = sorted((((-age, str(row["clinic_id"]), row["drug_code"]), row) for age, row in rows if row["patient_no"] == user),
                     key=lambda pair: pair[0])
        events = [(key, [row for _, row in group]) for key, group in groupby(own, key=lambda pair: pair[0])]
        sessions = [(age, clinic) for (age, clinic, _), _ in events]
        found[user] = {
            "items": [item for (_, _, item), _ in events][-last:], "ages": [-age for (age, _, _), _ in events][-last:],
            "begins": [n == 0 or sessions[n] != sessions[n - 1] for n in range(len(events))][-last:],
            "doses": [float(sum(row["doses"] for row in group)) for _, group in events][-last:],
            "cost": [pytest.approx(sum(row["cost"] for row in group), abs=1e-3) for _, group in events][-last:]}
    return found


@settings(deadline=None, max_examples=4)
@given(seed=st.integers(0, 2**16))
def test_events_come_one_by_one_in_their_order(seed: int, tmp_path_factory: pytest.TempPathFactory) -> None:
    data = b.hospital(seed)
    found = b.answer(tmp_path_factory.mktemp("a"), data, DATE, "ward.dispensings|user|sequence")
    assert {user: row for (user,), row in found.items()} == expected(data, 256)


def test_the_outcome_asset_alone_is_read_one_by_one() -> None:
    (block,) = [block for block in b.blocks() if isinstance(block, EventSequence)]
    assert block == EventSequence("ward.dispensings", ("user", "patient_no"), "drug_code", "clinic_id", ("doses", "cost"), 256)


def test_history_is_longer_than_a_sequence_and_describes_its_items(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("assay.features.plan._SEQUENCE", 3)
    data, snapshots = b.hospital(1), b.write(tmp_path, b.hospital(1))
    found = build_history(b.HOSPITAL, b.CASE, b.blocks(), snapshots, b.cutoff(DATE))
    assert list(found) == history_tables(b.blocks(), b.HOSPITAL.assets) == ["user", "item"]
    lengths = [len(items) for items in found["user"].column("ward.dispensings|user|sequence.items").to_pylist()]
    assert lengths == [len(row["items"]) for row in expected(data, 10**6).values()] and max(lengths) > 3
    assert found["item"].column_names == ["item", "ward.drugs.substance", "ward.drugs.supplier"]
    assert set(found["item"].column("item").to_pylist()) == {
        item for row in expected(data, 10**6).values() for item in row["items"]}


def test_without_known_events_there_is_no_history() -> None:
    assert history_tables(b.blocks(), {"ward.drugs"}) == []
    assert history_tables(b.blocks(), {"ward.dispensings"}) == ["user"]
