"""The synthetic shop: its logs agree with the model that its truth is computed from."""

from __future__ import annotations

import datetime as dt
import hashlib
from itertools import product
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pytest

from assay.config import load_platform
from assay.valuation.payoffs import Prediction, Replay
from platforms.synthetic_shop import landing, truth
from platforms.synthetic_shop.logs import ITEMS

LAST = dt.date(2025, 6, 23)  # Monday of the last week
LOGS = {"queries": "searched_at", "impressions": "shown_at", "clicks": "clicked_at", "carts": "added_at",
        "orders": "ordered_at"}


@pytest.fixture(scope="module")
def zone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return landing.build(tmp_path_factory.mktemp("zones"), 10_000)


def rows(zone: Path, table: str) -> str:
    return f"read_parquet('{zone}/{table}/*/*.parquet', hive_partitioning = true)"


def content(zone: Path) -> dict[str, str]:
    return {str(path.relative_to(zone)): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in sorted(zone.rglob("*")) if path.is_file()}


def everything(users: int) -> pa.Table:
    """All pairs of users and items."""
    numbers = list(product(range(1, users + 1), range(10001, 10001 + ITEMS)))
    return pa.table({"user": [user for user, _ in numbers], "item": [item for _, item in numbers]})


def some(users: int, seed: int) -> pa.Table:
    """Random candidates of each user, as retrieval draws them."""
    rng = np.random.default_rng(seed)
    found = [(user, int(item)) for user in range(1, users + 1) for item in np.unique(rng.integers(10001, 10001 + ITEMS, ITEMS))]
    return pa.table({"user": [user for user, _ in found], "item": [item for _, item in found]})


@pytest.mark.slow
def test_two_builds_are_equal_to_the_byte_however_many_threads(zone: Path, tmp_path: Path, monkeypatch) -> None:
    connect = landing.connect
    monkeypatch.setattr(landing, "connect", lambda: connect(threads=1))
    assert content(landing.build(tmp_path, 10_000)) == content(zone)


@pytest.mark.parametrize("events", [9_999, 100_000_001])
def test_other_sizes_are_refused(events: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert landing.main(["--target", str(tmp_path), "--events", str(events)]) == 1
    assert capsys.readouterr().err == f"{events:,} events in --events: ask for 10,000 to 100,000,000\n"
    assert list(tmp_path.iterdir()) == []


def test_logs_are_about_as_long_as_asked_and_lie_in_their_local_day(zone: Path) -> None:
    counts = []
    for table, happened in LOGS.items():
        day = f"(({happened} AT TIME ZONE 'UTC') AT TIME ZONE 'Asia/Shanghai')::DATE"
        scan = rows(zone, f"ods/{table}")
        ((count, outside),) = duckdb.sql(f"SELECT count(*), count(*) FILTER ({day} <> ds) FROM {scan}").fetchall()
        assert outside == 0
        counts.append(count)
    assert sum(counts) == pytest.approx(10_000, rel=0.15)


def test_every_seven_days_hold_one_request_of_each_user_for_each_category(zone: Path) -> None:
    for first in (LAST - dt.timedelta(days=back) for back in (0, 3, 11)):
        window = f"ds BETWEEN DATE '{first}' AND DATE '{first + dt.timedelta(days=6)}'"
        asked = duckdb.sql(f"SELECT user_id, count(*) FROM {rows(zone, 'ods/queries')} WHERE {window} GROUP BY 1").fetchall()
        assert len(asked) == 15 and {count for _, count in asked} == {4}
        shown = duckdb.sql(f"SELECT user_id, count(*), count(DISTINCT item_id) FROM {rows(zone, 'ods/impressions')} "
                           f"WHERE {window} GROUP BY 1").fetchall()
        assert {(count, items) for _, count, items in shown} == {(20, 20)}


def test_derived_tables_add_up_to_the_logs(zone: Path) -> None:
    sold = duckdb.sql(f"SELECT sum(sales), sum(quantity) FROM {rows(zone, 'ods/orders')}").fetchall()
    for table in ("dws/user_days", "dws/item_days", "ads/category_days"):
        assert duckdb.sql(f"SELECT sum(sales), sum(bought) FROM {rows(zone, table)}").fetchall() == sold
    shown = duckdb.sql(f"SELECT count(*) FROM {rows(zone, 'ods/impressions')}").fetchall()
    assert duckdb.sql(f"SELECT sum(shown) FROM {rows(zone, 'dws/item_days')}").fetchall() == shown


def test_people_can_be_nobody(zone: Path) -> None:
    people = duckdb.sql(f"SELECT DISTINCT email, mobile FROM {rows(zone, 'ods/users')}").fetchall()
    assert all(email.endswith("@example.com") and mobile.startswith("+44 7700 900") for email, mobile in people)


def test_every_product_of_factors_has_mean_one() -> None:
    """What a table tells has mean 1, and still has where another is known: expectations are products."""
    of = truth.pairs(everything(1000), LAST)
    for name, factor in of.factors.items():
        assert factor.mean() == pytest.approx(1, abs=1e-9), name
    for one in of.factors:
        for level in np.unique(of.factors[one]):
            for other in set(of.factors) - {one}:
                # whom users are drawn to is random, all else is balanced
                close = 0.05 if {"clicks", "carts"} & {one, other} else 1e-9
                assert of.factors[other][of.factors[one] == level].mean() == pytest.approx(1, abs=close), (one, level, other)


@pytest.mark.slow
def test_orders_come_as_often_as_the_model_says(tmp_path: Path) -> None:
    zone = landing.build(tmp_path, 50_000)
    users = landing.users_of(50_000)
    bought, expected = 0.0, 0.0
    by_rate = np.zeros((2, 4))
    for week in range(20):
        monday = LAST - dt.timedelta(days=7 * week)
        candidates = everything(users)
        of = truth.pairs(candidates, monday)
        span = f"ds BETWEEN DATE '{monday}' AND DATE '{monday + dt.timedelta(days=6)}'"
        pair = f"(user_id - 1) * {ITEMS} + item_id - 10001 AS pair"
        ordered, impressed = (duckdb.sql(
            f"SELECT {pair}, {what} AS n FROM {rows(zone, f'ods/{table}')} WHERE {span} ORDER BY pair").fetchnumpy()
            for table, what in (("orders", "quantity"), ("impressions", "propensity")))
        found, shown = np.zeros(candidates.num_rows), np.zeros(candidates.num_rows, bool)
        found[ordered["pair"]], shown[impressed["pair"]] = ordered["n"], True
        assert of.propensity[shown] == pytest.approx(impressed["n"])
        rate = of.rate * np.where(shown, of.times, 1)
        group = np.digitize(of.rate, [0.01, 0.05, 0.2])
        by_rate += [np.bincount(group, found, 4), np.bincount(group, rate, 4)]
        bought, expected = bought + found.sum(), expected + rate.sum()
    assert bought == pytest.approx(expected, rel=0.03)
    assert by_rate[0] == pytest.approx(by_rate[1], rel=0.1)


def test_true_values_share_what_the_best_ranking_earns_over_none() -> None:
    candidates = some(60, 1)
    of = truth.pairs(candidates, LAST)
    values = truth.true_values(candidates, LAST, top_k=5, margin=0.2)
    best, none = (truth.money(of, known, top_k=5, margin=0.2) for known in (truth.PLAYERS, ()))
    assert sum(values.values()) == pytest.approx(best - none)
    assert none == pytest.approx(0.2 * 5 * sum(of.sales[of.user == user].mean() for user in range(60)))
    nothing = {"ods.users", "ods.queries", "ods.impressions", "ods.weather_tags"}
    assert [values[table] for table in nothing] == pytest.approx([0] * 4, abs=1e-6)
    assert min(value for table, value in values.items() if table not in nothing) > 0.03 * best


def test_players_are_those_of_the_manifest(small_environment: Path) -> None:
    platform = load_platform("synthetic_shop")
    assert sorted(platform.use_case("recommend").assets or ()) == list(truth.PLAYERS)
    assert "ynthetic" in platform.title and "ynthetic" in platform.note


def test_replay_of_fresh_weeks_is_what_the_ranking_earns() -> None:
    candidates = some(200, 2)
    of = truth.pairs(candidates, LAST)
    score = np.prod(list(of.factors.values()), axis=0)
    told = Prediction((score / score.max())[None].astype(np.float32), np.ones((1, len(score)), np.float32))
    found = []
    for seed in range(100):
        sales, propensity = truth.draw(of, seed)
        replay = Replay(candidates.column("user").to_numpy(), sales, propensity, top_k=5, margin=0.2)
        found.append(replay.money(told, np.arange(len(score))).sum())
    error = np.std(found) / np.sqrt(len(found))
    assert abs(np.mean(found) - truth.money(of, truth.PLAYERS, top_k=5, margin=0.2)) < 3 * error
    assert np.array_equal(truth.draw(of, 5)[0], truth.draw(of, 5)[0])


def test_what_the_truth_can_not_tell_is_refused() -> None:
    with pytest.raises(ValueError, match="the week from 2025-06-24 on is none of the shop's: its weeks start on Mondays"):
        truth.pairs(some(2, 1), dt.date(2025, 6, 24))
    with pytest.raises(ValueError, match="rows of a user are scattered"):
        truth.pairs(pa.table({"user": [1, 2, 1], "item": [10001, 10001, 10002]}), LAST)
