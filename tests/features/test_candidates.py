from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import pytest
from tests.features import builders as b

from assay.config.manifest import Candidates
from assay.engine import connect
from assay.features.candidates import PRICE, Channel, entity_table, retrieve, stocked
from assay.features.catalogue import Catalogue
from assay.features.known import KnownViews

DATE = b.day(44)
LIMITS = Candidates(bought_before=3, popular=4, announced=2, random=5)
SEEDS = [1, 2, 3]


def found(folder: Path, data: b.Data, limits: Candidates = LIMITS, *, exclude: str | None = None, seed: str = "s",
          of: Catalogue = b.HOSPITAL) -> tuple[tuple[Channel, ...], dict[tuple[int, str], dict[str, bool]]]:
    with connect() as con:
        known = KnownViews(con, of, b.write(folder, data), b.cutoff(DATE))
        channels = retrieve(con, known, of, outcome_asset="ward.dispensings", user="patient_no", item="drug_code",
                            limits=limits, exclude=exclude, seed=seed)
        rows = con.sql("SELECT * FROM candidates").to_arrow_table().to_pylist()
    keys = [(row.pop("user"), row.pop("item")) for row in rows]
    assert keys == sorted(set(keys)), "candidates are sorted and none comes twice"
    return channels, dict(zip(keys, rows, strict=True))


def through(rows: dict[tuple[int, str], dict[str, bool]], channel: str) -> dict[int, set[str]]:
    items: dict[int, set[str]] = defaultdict(set)
    for (user, item), flags in rows.items():
        if flags[f"via_{channel}"]:
            items[user].add(item)
    return items


def listed(data: b.Data) -> dict[str, Any]:
    return {row["drug_code"]: row["form"] for row in b.newest(data, "ward.drugs", DATE)}


def test_channels_and_the_assets_that_they_take(tmp_path: Path) -> None:
    channels, rows = found(tmp_path, b.hospital(1))
    assert [(c.name, c.assets) for c in channels] == [
        ("bought_before", ("ward.dispensings",)), ("popular", ("ward.dispensings",)),
        ("announced_ward.shortages", ("ward.shortages",)), ("random", ())]
    assert all(any(flags.values()) for flags in rows.values())


@pytest.mark.parametrize("seed", SEEDS)
def test_what_the_user_had_before_by_days_then_by_recency(seed: int, tmp_path: Path) -> None:
    data = b.hospital(seed)
    days: dict[int, dict[str, set[int]]] = defaultdict(lambda: defaultdict(set))
    for age, row in b.past(data, "ward.dispensings", DATE):
        if row["patient_no"] is not None and row["drug_code"] in listed(data):
            days[row["patient_no"]][row["drug_code"]].add(age)
    expected = {user: set(sorted(mine, key=lambda i: (-len(mine[i]), min(mine[i]), i))[:3]) for user, mine in days.items()}
    assert through(found(tmp_path, data)[1], "bought_before") == expected


@pytest.mark.parametrize("seed", SEEDS)
def test_what_most_users_had_in_four_weeks_is_shown_to_all(seed: int, tmp_path: Path) -> None:
    data = b.hospital(seed)
    rows = [(age, row) for age, row in b.past(data, "ward.dispensings", DATE)]
    users = {row["patient_no"] for _, row in rows} - {None}
    had: dict[str, set[int]] = defaultdict(set)
    for age, row in rows:
        if age <= 28 and row["drug_code"] in listed(data):
            had[row["drug_code"]] |= {row["patient_no"]} - {None}
    best = set(sorted(had, key=lambda i: (-len(had[i]), i))[:4])
    assert through(found(tmp_path, data)[1], "popular") == dict.fromkeys(users, best)


@pytest.mark.parametrize("seed", SEEDS)
def test_what_is_announced_most_often_is_shown_to_all(seed: int, tmp_path: Path) -> None:
    data = b.hospital(seed)
    rows = [row for weekly in data["ward.shortages"].values() for row in weekly if -7 < (DATE - row["week"]).days < 7]
    counts = Counter(row["drug_code"] for row in rows if row["drug_code"] in listed(data))
    best = set(sorted(counts, key=lambda i: (-counts[i], i))[:2])
    shown = through(found(tmp_path, data)[1], "announced_ward.shortages")
    assert len(shown) == 7 and all(items == best for items in shown.values())


def test_nothing_unlisted_or_excluded_is_ever_shown(tmp_path: Path) -> None:
    """d12 is handed out but not on the list; gases are excluded; what has no form isn't known to be a gas."""
    data = b.hospital(2)
    newest = b.newest(data, "ward.drugs", DATE)
    newest[0]["form"] = None
    assert "d12" in {row["drug_code"] for _, row in b.past(data, "ward.dispensings", DATE)}
    limits = Candidates(bought_before=50, popular=50, announced=50, random=100)
    _, rows = found(tmp_path, data, limits, exclude="form = 'gas'")
    expected = {row["drug_code"] for row in newest if row["form"] != "gas"}
    assert {item for _, item in rows} == expected and "d1" in expected and len(expected) < 11
    assert {item for _, item in found(tmp_path, data, limits)[1]} == {row["drug_code"] for row in newest}


def test_random_items_come_from_the_list_and_follow_the_seed_alone(tmp_path: Path) -> None:
    data = b.hospital(1)
    limits = Candidates(bought_before=0, popular=0, announced=0, random=4)
    channels, rows = found(tmp_path, data, limits)
    assert [c.name for c in channels] == ["random"]
    drawn = through(rows, "random")
    assert set(drawn) == {1, 2, 3, 4, 5, 6, 7}
    assert all(1 <= len(items) <= 4 and items <= set(listed(data)) for items in drawn.values())
    assert len({frozenset(items) for items in drawn.values()}) > 1
    assert found(tmp_path, data, limits)[1] == rows
    assert found(tmp_path, data, limits, seed="t")[1] != rows
    # other channels don't move the draw
    assert through(found(tmp_path, data, Candidates(bought_before=9, popular=9, announced=9, random=4))[1], "random") == drawn


def test_without_a_list_items_are_those_ever_handed_out(tmp_path: Path) -> None:
    data = b.hospital(1)
    data["ward.drugs"] = {}
    _, rows = found(tmp_path, data, Candidates(random=200))
    assert {item for _, item in rows} == {row["drug_code"] for _, row in b.past(data, "ward.dispensings", DATE)}


def test_where_the_entity_is_decided_about_every_one_with_an_outcome_is_a_candidate(tmp_path: Path) -> None:
    data = b.hospital(1)
    b.newest(data, "ward.patients", DATE).extend([
        {"patient_no": None, "age": 1, "sex": "f"}, {"patient_no": 2, "age": 2, "sex": "f"}, {"patient_no": 9, "age": 3}])
    with connect() as con:
        known = KnownViews(con, b.HOSPITAL, b.write(tmp_path, data), b.cutoff(DATE))
        entity_table(con, known, "ward.patients", {"customer": "patient_no"}, "sex")
        rows = con.sql("SELECT * FROM candidates").to_arrow_table()
    assert rows.to_pydict() == {"customer": [1, 2, 3, 4, 5, 6]}


def assortment(folder: Path, data: b.Data, least: int) -> dict[tuple[int, str], float]:
    """(clinic, drug) -> price of what is stocked."""
    with connect() as con:
        known = KnownViews(con, b.HOSPITAL, b.write(folder, data), b.cutoff(DATE))
        stocked(con, known, b.HOSPITAL, outcome=b.STOCK.outcome, entity=b.STOCK.entity, least_weeks=least,
                exclude=b.STOCK.exclude)
        rows = con.sql("SELECT * FROM candidates").to_arrow_table().to_pylist()
    assert rows == sorted(rows, key=lambda row: (row["place"], row["item"]))
    return {(row["place"], row["item"]): row[PRICE] for row in rows}


def test_what_sold_in_enough_different_weeks_is_stocked_by_hand(tmp_path: Path) -> None:
    """Returns and rows of nothing are no sales, a week has seven days back from the cut-off, what is unlisted stays out."""
    def row(age: int, drug: str, doses: int, cost: float) -> dict[str, Any]:
        at = b.moment(DATE - dt.timedelta(days=age), 12)
        return {"patient_no": 1, "drug_code": drug, "clinic_id": 1, "doses": doses, "cost": cost, "dispensed_at": at}

    rows = [row(1, "d1", 1, 5.0), row(8, "d1", 2, 4.0), row(8, "d1", 0, 9.0), row(8, "d1", -1, 3.0),
            row(1, "d2", 1, 5.0), row(7, "d2", 1, 5.0),  # one week
            row(1, "d3", 1, 5.0), row(8, "d3", -1, 5.0),  # a return
            row(1, "d4", 1, -2.0), row(8, "d4", 1, 1.0),  # paid back more than was paid
            row(1, "d5", 1, 1.0), row(36, "d5", 1, 1.0),  # longer ago than features look back
            row(1, "d6", 1, 1.0), row(8, "d6", 1, 1.0), row(1, "d7", 1, 1.0), row(8, "d7", 1, 1.0)]
    data = {"ward.dispensings": {}, "ward.drugs": {b.day(0).isoformat(): [
        {"drug_code": f"d{n}", "form": "gas" if n == 6 else "pill"} for n in range(1, 7)]}}
    for one in rows:
        data["ward.dispensings"].setdefault(b.local(one).isoformat(), []).append(one)
    assert assortment(tmp_path, data, 2) == {(1, "d1"): 3.0, (1, "d4"): 0.0}


@pytest.mark.parametrize("seed", SEEDS)
def test_what_is_stocked_in_plain_python(seed: int, tmp_path: Path) -> None:
    data = b.hospital(seed)
    sold: dict[tuple[int, str], list[tuple[int, int, float]]] = defaultdict(list)
    for age, row in b.past(data, "ward.dispensings", DATE):
        if listed(data).get(row["drug_code"], "gas") != "gas":
            sold[row["clinic_id"], row["drug_code"]].append(((age - 1) // 7, row["doses"], row["cost"]))
    expected = {key: max(0.0, sum(cost for *_, cost in rows)) / sum(doses for _, doses, _ in rows)
                for key, rows in sold.items() if len({week for week, *_ in rows}) >= 3}
    found = assortment(tmp_path, data, 3)
    assert found == pytest.approx(expected) and len(found) > 3
