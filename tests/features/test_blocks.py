"""Each block's query beside the same thing in plain Python, on random hospitals."""

from __future__ import annotations

import datetime as dt
import math
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.features import builders as b

from assay.engine import connect
from assay.features.known import KnownViews
from assay.features.table import build_window

SEEDS = [1, 2, 3]
DATE = b.day(44)  # a Wednesday, eleven days after the clocks went forward
PAIRS = [(patient, f"d{drug}") for patient in range(1, 8) for drug in range(1, 13)]


def habit(rows: list[tuple[int, dict[str, Any]]], windows: tuple[int, ...], measures: tuple[str, ...],
          things: tuple[str, ...], *, rhythm: bool = True) -> dict[str, float]:
    ages = [age for age, _ in rows]
    found: dict[str, float] = {"rows": len(rows)}
    found |= {f"rows_{days}d": sum(age <= days for age in ages) for days in windows}
    found |= {"days": len(set(ages)), "recency": min(ages), "tenure": max(ages),
              "decayed": sum(math.exp(-age / 28) for age in ages)}
    if rhythm:
        days = sorted(set(ages))
        found |= {"days_91d": sum(age <= 91 for age in days), "decayed_84": sum(math.exp(-age / 84) for age in ages),
                  "recency_2": days[1] if len(days) > 1 else math.nan, "recency_3": days[2] if len(days) > 2 else math.nan,
                  "spread": float(np.std(ages)), "gap": float(np.mean(np.diff(days))) if len(days) > 1 else math.nan,
                  "overdue": days[0] / float(np.mean(np.diff(days))) if len(days) > 1 else math.nan}
    for measure in measures:
        found[measure] = sum(row[measure] for _, row in rows)
        recent = [row[measure] for age, row in rows if age <= 28]
        found[f"{measure}_28d"] = sum(recent) if recent else math.nan
        found[f"{measure}_mean"] = found[measure] / len(rows)
    return found | {f"different_{thing}": len({row[thing] for _, row in rows if row[thing] is not None}) for thing in things}


def same(found: dict[tuple, dict[str, Any]], expected: dict[tuple, dict[str, Any]]) -> None:
    assert found.keys() == expected.keys()
    for key, row in expected.items():
        given = {name: math.nan if value is None else value for name, value in found[key].items()}
        assert given == pytest.approx(row, rel=1e-4, abs=1e-4, nan_ok=True), key


def grouped(rows: list[tuple[int, dict[str, Any]]], *columns: str) -> dict[tuple, list[tuple[int, dict[str, Any]]]]:
    groups: dict[tuple, list[tuple[int, dict[str, Any]]]] = defaultdict(list)
    for age, row in rows:
        groups[tuple(row[c] for c in columns)].append((age, row))
    return groups


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(("token", "columns", "things"), [
    ("ward.dispensings|user", ("patient_no",), ("drug_code", "clinic_id")),
    ("ward.dispensings|item", ("drug_code",), ("patient_no", "clinic_id")),
    ("ward.dispensings|user+item", ("patient_no", "drug_code"), ("clinic_id",))])
def test_event_history(seed: int, token: str, columns: tuple[str, ...], things: tuple[str, ...], tmp_path: Path) -> None:
    data = b.hospital(seed)
    rows = b.past(data, "ward.dispensings", DATE)
    asked = {tuple(pair[("patient_no", "drug_code").index(column)] for column in columns) for pair in PAIRS}
    expected = {key: habit(group, (7, 28, 91), ("doses", "cost"), things) for key, group in grouped(rows, *columns).items()
                if key in asked}
    assert expected
    same(b.answer(tmp_path, data, DATE, token, PAIRS), expected)


def test_history_of_what_is_announced_counts_the_past_alone(tmp_path: Path) -> None:
    data = b.hospital(1)
    rows = b.past(data, "ward.shortages", DATE)
    expected = {key: habit(group, (7, 28, 91), (), (), rhythm=False) for key, group in grouped(rows, "drug_code").items()
                if key in {(drug,) for _, drug in PAIRS}}
    same(b.answer(tmp_path, data, DATE, "ward.shortages|item", PAIRS), expected)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("attribute", ["substance", "supplier"])
def test_history_with_what_is_alike(seed: int, attribute: str, tmp_path: Path) -> None:
    data = b.hospital(seed)
    alike = {row["drug_code"]: str(row[attribute]) for row in b.newest(data, "ward.drugs", DATE)}
    rows = [(age, row) for age, row in b.past(data, "ward.dispensings", DATE) if row["drug_code"] in alike]
    expected = {}
    for patient, drug in PAIRS:
        mine = [(age, row) for age, row in rows if row["patient_no"] == patient and alike[row["drug_code"]] == alike.get(drug)]
        if mine:
            expected[patient, drug] = habit(mine, (28,), ("doses",), ("drug_code",))
    assert len(expected) > 20
    same(b.answer(tmp_path, data, DATE, f"ward.dispensings~ward.drugs.{attribute}|user+item", PAIRS), expected)


def announced(rows: list[dict[str, Any]], usual: str | None, things: tuple[str, ...]) -> dict[str, Any]:
    told = [row["severity"] for row in rows if row["severity"] is not None]
    return ({"rows": len(rows)} | {f"different_{thing}": len({row[thing] for row in rows}) for thing in things}
            | {"unusual_severity": sum(s != usual for s in told), "severity": max(told, default=None)})


def announcements(data: b.Data) -> tuple[list[dict[str, Any]], str]:
    """Rows whose week overlaps the seven days from the cut-off on, known a week ahead; and the severity usual among them."""
    rows = [row for weekly in data["ward.shortages"].values() for row in weekly]
    coming = [row for row in rows if -7 < (DATE - row["week"]).days < 7]
    counts = Counter(row["severity"] for row in coming if row["severity"] is not None)
    return coming, min(counts, key=lambda s: (-counts[s], s))


@pytest.mark.parametrize("seed", SEEDS)
def test_what_is_announced(seed: int, tmp_path: Path) -> None:
    data = b.hospital(seed)
    coming, usual = announcements(data)
    assert {row["week"] for row in coming} == {dt.date(2020, 3, 16), dt.date(2020, 3, 23)}
    groups = grouped([(0, row) for row in coming], "drug_code")
    expected = {key: announced([row for _, row in group], usual, ("clinic_id",)) for key, group in groups.items()}
    found = b.answer(tmp_path, data, DATE, "ward.shortages|item|announced")
    assert found == expected


@pytest.mark.parametrize("seed", SEEDS)
def test_what_is_announced_where_the_user_goes_most(seed: int, tmp_path: Path) -> None:
    data = b.hospital(seed)
    coming, usual = announcements(data)
    expected = {}
    for (patient,), rows in grouped(b.past(data, "ward.dispensings", DATE), "patient_no").items():
        visits = Counter(row["clinic_id"] for _, row in rows)
        home = min(visits, key=lambda clinic: (-visits[clinic], clinic))
        for drug in {row["drug_code"] for row in coming if row["clinic_id"] == home}:
            mine = [row for row in coming if row["clinic_id"] == home and row["drug_code"] == drug]
            if (patient, drug) in PAIRS:
                expected[patient, drug] = announced(mine, usual, ())
    assert expected
    found = b.answer(tmp_path, data, DATE, "ward.dispensings~ward.shortages|user+item", PAIRS)
    assert {k: {n: v for n, v in row.items() if n != "different_clinic_id"} for k, row in found.items()} == expected


@pytest.mark.parametrize("seed", SEEDS)
def test_attributes_are_those_of_the_newest_snapshot(seed: int, tmp_path: Path) -> None:
    data = b.hospital(seed)
    assert b.answer(tmp_path, data, DATE, "ward.patients") == {
        (row["patient_no"],): {"age": row["age"], "sex": row["sex"]} for row in b.newest(data, "ward.patients", DATE)}
    expected = {(row["drug_code"],): {
        "strength": float(np.float32(row["strength"])), "form": row["form"], "substance": row["substance"],
        "supplier": str(row["supplier"])} for row in b.newest(data, "ward.drugs", DATE)}
    assert b.answer(tmp_path, data, DATE, "ward.drugs") == expected


def test_of_rows_that_repeat_a_key_the_smallest_stands_and_what_is_not_finite_is_missing(tmp_path: Path) -> None:
    data = b.hospital(1)
    newest = b.newest(data, "ward.drugs", DATE)
    newest[:] = [newest[0] | {"strength": 5.0}, newest[0] | {"strength": 4.0}, newest[1] | {"strength": math.inf},
                 newest[2] | {"strength": math.nan}, newest[3] | {"strength": None}, newest[4] | {"drug_code": None}]
    found = b.answer(tmp_path, data, DATE, "ward.drugs")
    assert [found[f"d{n}",]["strength"] for n in range(1, 5)] == [4.0, None, None, None]
    assert len(found) == 4


def in_force(data: b.Data) -> dict[int, str]:
    """Trials that run on at least one of the seven days from the cut-off on, with their phases."""
    return {row["trial_id"]: row["phase"] for row in b.newest(data, "ward.trials", DATE)
            if row["opens"] < DATE + dt.timedelta(days=7) and (row["closes"] is None or row["closes"] >= DATE)}


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(("asset", "column", "role"), [("ward.enrolments", "patient_no", "user"),
                                                       ("ward.trial_arms", "drug_code", "item")])
def test_links(seed: int, asset: str, column: str, role: str, tmp_path: Path) -> None:
    data = b.hospital(seed)
    groups = grouped([(0, row) for row in b.newest(data, asset, DATE)], column)
    assert b.answer(tmp_path, data, DATE, f"{asset}|{role}") == {
        key: {"rows": len(rows), "different_trial_id": len({row["trial_id"] for _, row in rows})}
        for key, rows in groups.items()}
    running = in_force(data)
    found = {key: {row["trial_id"] for _, row in rows} & set(running) for key, rows in groups.items()}
    assert b.answer(tmp_path, data, DATE, f"{asset}~ward.trials|{role}") == {
        key: {"in_force": len(trials), "phase": max(running[t] for t in trials)} for key, trials in found.items() if trials}


@pytest.mark.parametrize("seed", [1, 3, 4])
@pytest.mark.parametrize("first", ["ward.enrolments", "ward.reactions"])
def test_paths(seed: int, first: str, tmp_path: Path) -> None:
    """Patient → trial in force → drug; of the dated reactions only those of the past count."""
    data = b.hospital(seed)
    links = ([row for _, row in b.past(data, first, DATE)] if first == "ward.reactions" else b.newest(data, first, DATE))
    arms = {(row["trial_id"], row["drug_code"]) for row in b.newest(data, "ward.trial_arms", DATE)}
    mine = {(row["patient_no"], row["trial_id"]) for row in links if row["trial_id"] in in_force(data)}
    expected = {(patient, drug): {"links": n} for patient, drug in PAIRS
                if (n := sum((patient, trial) in mine and (trial, drug) in arms for trial in range(1, 5)))}
    assert expected
    assert b.answer(tmp_path, data, DATE, f"{first}~ward.trials~ward.trial_arms.trial_id|user+item", PAIRS) == expected


def test_the_dates_of_a_validity_are_both_in_force(tmp_path: Path) -> None:
    """A trial that closes on the cut-off's day or opens on the window's last day counts, a day off it doesn't."""
    data = b.hospital(1)
    day = dt.timedelta(days=1)
    data["ward.trials"] = {"2020-03-16": [
        {"trial_id": 1, "phase": "I", "opens": DATE - 9 * day, "closes": DATE}, {"trial_id": 2, "phase": "I",
         "opens": DATE - 9 * day, "closes": DATE - day}, {"trial_id": 3, "phase": "I", "opens": DATE + 6 * day, "closes": None},
        {"trial_id": 4, "phase": "I", "opens": DATE + 7 * day, "closes": None}]}
    data["ward.enrolments"] = {"2020-03-16": [{"patient_no": n, "trial_id": n} for n in range(1, 5)]}
    assert b.answer(tmp_path, data, DATE, "ward.enrolments~ward.trials|user").keys() == {(1,), (3,)}


def test_columns_may_be_called_like_roles_and_counts(tmp_path: Path) -> None:
    """The same rows under other names give the same features, in the table and in the outcomes."""
    data = b.hospital(2)
    plain = build_window(b.HOSPITAL, b.CASE, b.blocks(), b.write(tmp_path, data), b.cutoff(DATE)).wide()
    names = {"ward.drugs": {"form": "item", "substance": "user", "strength": "Item"},
             "ward.dispensings": {"doses": "item", "cost": "rows"}, "ward.patients": {"sex": "user"},
             "ward.shortages": {"severity": "rows"}, "ward.trials": {"phase": "in_force"}}
    folder = tmp_path / "renamed"
    folder.mkdir()
    names["ward.drugs"].pop("strength")
    hospital = b.renamed(b.HOSPITAL, names)
    case = b.CASE.model_copy(update={"exclude": "item = 'gas'"})
    snapshots = b.write_renamed(folder, data, names)
    odd = build_window(hospital, case, b.blocks(hospital, case), snapshots, b.cutoff(DATE)).wide()
    assert odd.num_columns == plain.num_columns and len(set(odd.column_names)) == odd.num_columns
    assert [odd.column(n).to_pylist() for n in odd.column_names] == [plain.column(n).to_pylist() for n in plain.column_names]


def test_a_view_asks_for_an_asset_of_which_something_is_known(tmp_path: Path) -> None:
    data = b.hospital(1)
    data["ward.weather"] = {}
    with connect() as con:
        known = KnownViews(con, b.HOSPITAL, b.write(tmp_path, data), b.cutoff(DATE))
        assert known.has("ward.drugs", "ward.dispensings") and not known.has("ward.drugs", "ward.weather")
        with pytest.raises(KeyError):
            known.view("ward.weather")
