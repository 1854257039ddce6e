from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from assay.views.selection import SORTS, Selection, fold, select

NAMES = ("rank", "asset_id", "value", "action", "status", "kind", "pii_level")
ROWS = [dict(zip(NAMES, row)) for row in (
    (1, "market.bars", 5.0, "invest", "ok", "event", "none"),
    (2, "market.fees", None, "keep", "ok", "event", "none"),
    (3, "shop.users", 9.0, "keep", "degraded", "entity", "direct"))]
TEXTS = [fold("market.bars 证券代码 日期"), fold("market.fees Gebühren ＡＢＣ"), fold("shop.users Email")]


def names(**wanted):
    return [row["asset_id"] for row in select(ROWS, TEXTS, Selection(**wanted))]


def test_part_of_a_chinese_word_finds_it():
    assert names(search="代码") == ["market.bars"]
    assert names(search="代码 日期") == ["market.bars"]
    assert names(search="代码 email") == []


def test_case_accents_and_width_do_not_matter():
    assert names(search="gebuhren abc") == ["market.fees"]
    assert names(search="E-Mail") == []
    assert names(search="EMAIL") == ["shop.users"]


def test_filters_go_together():
    assert names(action=("keep",)) == ["market.fees", "shop.users"]
    assert names(action=("keep", "invest"), status=("ok",)) == ["market.bars", "market.fees"]
    assert names(kind=("entity",), pii_level=("none",)) == []


def test_the_unknown_comes_last_in_either_direction():
    assert names(sort="value") == ["market.bars", "shop.users", "market.fees"]
    assert names(sort="value", descending=True) == ["shop.users", "market.bars", "market.fees"]
    assert names() == ["market.bars", "market.fees", "shop.users"]
    assert names(descending=True) == ["shop.users", "market.fees", "market.bars"]


@given(st.lists(st.one_of(st.none(), st.floats(-1e6, 1e6)), max_size=20), st.booleans())
def test_sorting_loses_no_row_and_sorts(values, descending):
    rows = [{"rank": place, "value": value} for place, value in enumerate(values)]
    found = select(rows, [""] * len(rows), Selection(sort="value", descending=descending))
    assert sorted(row["rank"] for row in found) == list(range(len(rows)))
    known = [row["value"] for row in found if row["value"] is not None]
    assert known == sorted(known, reverse=descending)
    assert "value" in SORTS
