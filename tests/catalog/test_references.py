from __future__ import annotations

import numpy as np
import pytest
from tests.catalog.builders import facts_of

from assay.catalog.references import ReferenceSearch
from assay.catalog.roles import find_roles
from assay.catalog.sketches import sketch


def _search(columns, keys):
    tables = {asset: facts_of(asset, given) for asset, given in columns.items()}
    roles = {asset: {n: r for n, (r, _) in find_roles(table).items()} for asset, table in tables.items()}
    sketches = {(asset, n): sketch(c) for asset, table in tables.items() for n, c in table.columns.items()}
    return ReferenceSearch(tables, roles, [sketches[place] for place in keys]), sketches


def _found(columns, keys, place):
    search, sketches = _search(columns, keys)
    return [(r.target.place, r.coverage) for r in search.of(sketches[place])]


def test_small_numbers_are_no_references_to_running_numbers():
    rng = np.random.default_rng(0)
    columns = {
        "a.lines": {"c0": rng.integers(1, 51, 3000).tolist(), "c1": rng.integers(1, 2001, 3000).tolist()},
        "a.things": {"c0": list(range(1, 2001)), "c1": ["x"] * 2000},
    }
    assert _found(columns, [("a.things", "c0")], ("a.lines", "c0")) == []
    assert _found(columns, [("a.things", "c0")], ("a.lines", "c1"))[0][0] == ("a.things", "c0")


def test_codes_without_a_telling_name_refer_by_their_values():
    codes = [f"Q{n * 7919 % 100_003:06d}" for n in range(300)]
    columns = {"a.x": {"c0": codes[:40] * 5}, "a.y": {"c0": codes}}
    assert _found(columns, [("a.y", "c0")], ("a.x", "c0")) == [(("a.y", "c0"), 1.0)]
    half = {"a.x": {"c0": [*codes[:20], *(f"R{n}" for n in range(20))]}, "a.y": {"c0": codes}}
    assert _found(half, [("a.y", "c0")], ("a.x", "c0")) == []


def test_a_manager_is_an_employee_and_amounts_are_none():
    rng = np.random.default_rng(0)
    staff = {"id": list(range(1, 301)), "manager_id": rng.integers(1, 301, 300).tolist()}
    shops = {"shop_no": list(range(40)), "quantity": rng.integers(1, 301, 40).tolist()}
    columns = {"a.employees": staff, "a.shops": shops}
    assert _found(columns, [("a.employees", "id")], ("a.employees", "manager_id")) == [(("a.employees", "id"), 1.0)]
    assert _found(columns, [("a.employees", "id")], ("a.shops", "quantity")) == []


def _compared(n_tables: int) -> tuple[int, int]:
    """Comparisons and columns on so many tables, of which each has running numbers and refers to another."""
    rng = np.random.default_rng(0)
    sizes = rng.integers(20, 200, n_tables)
    called = ["".join("bdfgklmnprtv"[n // 12**k % 12] + "aeiou"[(n + k) % 5] for k in range(3)) for n in range(n_tables)]
    columns = {}
    for n, size in enumerate(sizes.tolist()):
        other = (n * 7 + 1) % n_tables
        columns[f"a.{called[n]}"] = {
            "id": list(range(1, size + 1)), f"{called[other]}_id": rng.integers(1, sizes[other] + 1, size).tolist(),
            "code": [f"T{n}-{i * 37:05d}" for i in range(size)], "amount": rng.integers(1, 99, size).tolist(),
        }
    search, sketches = _search(columns, [(asset, "id") for asset in columns])
    found = {(place, r.target.place) for place, s in sketches.items() for r in search.of(s)}
    for n in range(n_tables):
        other = (n * 7 + 1) % n_tables
        if other != n:
            assert ((f"a.{called[n]}", f"{called[other]}_id"), (f"a.{called[other]}", "id")) in found
    return search.compared, len(sketches)


@pytest.mark.slow  # counts the values of 600 tables
def test_comparisons_grow_with_the_columns_and_not_with_their_square():
    few, few_columns = _compared(100)
    many, many_columns = _compared(500)
    assert many_columns == 5 * few_columns
    assert many <= 6 * few and many <= 20 * many_columns
