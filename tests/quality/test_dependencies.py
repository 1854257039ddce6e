"""Dependencies that are planted are found, and none that chance alone or a key would explain."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assay.quality.dependencies import Dependency, Key, find_dependencies, find_key


def stored(folder: Path, name: str, **columns: object) -> list[str]:
    path = folder / f"{name}.parquet"
    pq.write_table(pa.table(columns), path)
    return [str(path)]


def goods(seed: int, rows: int = 2000) -> dict[str, object]:
    """Types that determine categories, which determine departments; noise that nothing determines; a key."""
    draw = np.random.default_rng(seed)
    kind = draw.integers(0, 60, rows)
    return {"id": np.arange(rows), "type": kind, "category": [f"c{k % 12}" for k in kind], "department": kind % 4,
            "noise": draw.integers(0, 4, rows), "constant": np.zeros(rows, np.int64), "price": draw.normal(size=rows)}


def test_a_chain_is_told_link_by_link(tmp_path: Path):
    found = find_dependencies([stored(tmp_path, "a", **goods(1)), stored(tmp_path, "b", **goods(2))])
    assert [(one.determined_by, one.column) for one in found] == [("type", "category"), ("category", "department")]
    assert found[0] == Dependency("category", "type", 2 * (2000 - 60))


def test_one_row_of_one_partition_contradicts(tmp_path: Path):
    wrong = goods(2)
    wrong["category"] = ["other", *wrong["category"][1:]]
    found = find_dependencies([stored(tmp_path, "a", **goods(1)), stored(tmp_path, "b", **wrong)])
    assert ("type", "category") not in {(one.determined_by, one.column) for one in found}


def test_gaps_contradict_nothing_and_too_few_rows_say_nothing(tmp_path: Path):
    gaps = goods(3)
    gaps["category"] = [None if place % 5 == 0 else value for place, value in enumerate(gaps["category"])]
    assert ("type", "category") in {(one.determined_by, one.column)
                                    for one in find_dependencies([stored(tmp_path, "a", **gaps)])}
    assert find_dependencies([stored(tmp_path, "b", **goods(3, rows=20))]) == []


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_columns_that_have_nothing_to_do_with_each_other_determine_nothing(tmp_path_factory: pytest.TempPathFactory, seed: int):
    draw = np.random.default_rng(seed)
    columns = {f"c{size}": draw.integers(0, size, 300) for size in (2, 5, 40, 250)}
    assert find_dependencies([stored(tmp_path_factory.mktemp("rows"), "a", **columns)]) == []


def test_the_share_of_a_key_is_the_least_of_all_partitions(tmp_path: Path):
    items = stored(tmp_path, "items", key=[1, 2, 3])
    whole, most = stored(tmp_path, "a", item=[1, 1, None, 3]), stored(tmp_path, "b", item=[1, 2, 9, 9])
    def key(*partitions: tuple[list[str], list[str]], to: str = "key") -> Key | None:
        return find_key(["item"], "shop.items", [to], partitions)

    assert key((whole, items)) == Key(("item",), "shop.items", ("key",), 1.0)
    assert key((whole, items), (most, items)) == Key(("item",), "shop.items", ("key",), 0.5)
    empty = stored(tmp_path, "c", item=pa.nulls(2, pa.int64()))
    texts = stored(tmp_path, "d", item=["1"])
    assert key((empty, items)) is None and key((texts, items)) is None and key((whole, items), to="gone") is None


def test_the_columns_of_a_key_are_found_together(tmp_path: Path):
    pairs = stored(tmp_path, "pairs", a=[1, 2], b=["x", "y"])
    rows = stored(tmp_path, "rows", p=[1, 1, 2, None], q=["x", "y", "y", "z"])
    found = find_key(["p", "q"], "shop.pairs", ["a", "b"], [(rows, pairs)])
    assert found == Key(("p", "q"), "shop.pairs", ("a", "b"), pytest.approx(2 / 3))
