from __future__ import annotations

import pyarrow as pa
from tests.models import builders as b

from assay.features.blocks import Token
from assay.features.texts import texts_of

GOODS = Token("shop.goods", ("shop.goods",), ("item",), (b.category("kind"), b.category("size"), b.category("brand"),
                                                        b.number("weight")))
KINDS = [f"牛奶 {'abcdefghijklmnopqrstuvwxyz'[n]}" for n in range(26)]


def goods(kinds: list[str | None]) -> pa.Table:
    return b.table_of((GOODS,), {
        "item": list(range(len(kinds))), "shop.goods.kind": pa.array(kinds, pa.string()),
        "shop.goods.size": [f"{n} OZ" for n in range(len(kinds))], "shop.goods.brand": ["own", "national"] * (len(kinds) // 2),
        "shop.goods.weight": pa.array([1.0] * len(kinds), pa.float32())})


def test_categories_in_words_with_many_values_are_texts_whatever_the_language() -> None:
    assert texts_of([goods(KINDS)]) == {"shop.goods.kind": sorted(KINDS)}


def test_windows_are_taken_together_and_missing_values_left_aside() -> None:
    first, second = [*KINDS[:14], None, None], [*KINDS[12:], None, None]
    assert texts_of([goods(first)]) == {}
    assert texts_of([goods(first), goods(second)]) == {"shop.goods.kind": sorted(KINDS)}
    assert texts_of([]) == {}
