"""What came or changed after nights had read what was there before."""

from __future__ import annotations

from assay.catalog.late import Late, find_late
from assay.contracts.enums import LateKind

SALES = "shop.sales"


def rows(asset: str = SALES, **prints: str) -> list[dict]:
    """Rows of `discovered`: day of March -> fingerprint, empty where it can't be read."""
    return [{"asset_id": asset, "source_partition": f"2024-03-{day[1:]}", "status": "ok" if found else "unreadable",
             "fingerprint": found} for day, found in prints.items()]


def late(now: list[dict], **before: list[dict]) -> list[tuple]:
    found = find_late(now, {f"2024-03-{day[1:]}": known for day, known in before.items()})
    return [(one.asset_id, one.source_partition[-2:], one.kind, [p[-2:] for p in one.affected]) for one in found]


def test_a_partition_that_changed_affects_the_nights_that_read_it():
    assert late(rows(d01="a", d02="B", d03="c"), d01=rows(d01="a"), d02=rows(d01="a", d02="b"),
                d03=rows(d01="a", d02="b", d03="c")) == [(SALES, "02", LateKind.CHANGED, ["02", "03"])]


def test_one_that_came_late_affects_nights_from_its_date_on():
    now = rows(d01="a", d02="b", d03="c")
    assert late(now, d01=rows(d01="a"), d02=rows(d01="a"), d03=rows(d01="a", d03="c")) == [
        (SALES, "02", LateKind.ARRIVED, ["02", "03"])]
    assert late(now, d03=rows(d01="a", d02="", d03="c")) == [(SALES, "02", LateKind.ARRIVED, ["03"])]  # it was torn


def test_one_that_is_gone_within_reach():
    assert late(rows(d01="a", d03="c"), d02=rows(d01="a", d02="b")) == [(SALES, "02", LateKind.GONE, ["02"])]
    assert late(rows(d02="b", d03="c"), d02=rows(d01="a", d02="b")) == []  # out of reach by now


def test_a_night_that_was_run_again_is_no_longer_affected():
    now = rows(d01="A", d02="b")
    assert late(now, d01=rows(d01="A"), d02=rows(d01="a", d02="b")) == [(SALES, "01", LateKind.CHANGED, ["02"])]


def test_outages_tables_without_partitions_and_new_assets_are_no_news():
    out = [row | {"status": "outage"} for row in rows(d01="a")]
    assert late(out, d02=rows(d01="b")) == [] == late(rows(d01="b"), d02=out)
    whole = {"asset_id": SALES, "source_partition": "", "status": "ok"}
    assert find_late([whole | {"fingerprint": "x"}], {"2024-03-01": [whole | {"fingerprint": "y"}]}) == []
    assert late([*rows(d01="a"), *rows("shop.new", d01="n")], d02=rows(d01="a")) == []


def test_what_is_known_ahead_counts_as_read():
    plan = rows("shop.plan", d01="p", d09="q")
    assert find_late(rows("shop.plan", d01="p", d09="Q"), {"2024-03-02": plan}) == [
        Late("shop.plan", "2024-03-09", LateKind.CHANGED, ("2024-03-02",))]
