"""Suspects of a whole partition: dependencies, repeats, where they stand, and nothing that is personal."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.catalog.builders import facts_of

from assay.contracts.enums import Dimension, SuspectKind
from assay.errors import UnreadableData
from assay.quality.suspects import find_suspects

ROWS = 1200
AREAS = ["north", "south", "east", "west"]


def shops() -> dict[str, list]:
    """Sales whose city tells the area, and whose row the sale_id tells."""
    rng = np.random.default_rng(1)
    city = rng.integers(0, 30, ROWS)
    return {"sale_id": list(range(5000, 5000 + ROWS)), "city": [f"city of {chr(97 + c)}{chr(97 + 5 * c % 26)}" for c in city],
            "area": [AREAS[c % 4] for c in city], "price": rng.gamma(3, 5, ROWS).round(2).tolist(),
            "phone": [f"+49 151 {n:08d}" for n in rng.integers(0, 10**8, ROWS)]}


@pytest.fixture
def find(tmp_path):
    def find(columns: dict[str, list] | pa.Table, parts: int = 1):
        table = columns if isinstance(columns, pa.Table) else pa.table(columns)
        files, size = [], -(-len(table) // parts)
        for part in range(parts):
            files.append(str(tmp_path / f"part-{part}.parquet"))
            pq.write_table(table.slice(part * size, size), files[-1])
        facts = facts_of("shop.sales", table)
        return find_suspects(facts, facts, files)
    return find


def test_nothing_is_suspect_where_nothing_is_wrong(find):
    assert find(shops()) == []


def test_a_row_that_breaks_a_dependency(find):
    sales = shops()
    sales["area"][17] = next(area for area in AREAS if area != sales["area"][17])
    [one] = find(sales, parts=3)
    assert (one.kind, one.columns, one.rows) == (SuspectKind.DEPENDENCY, ("city", "area"), 1)
    assert one.dimension is Dimension.CONSISTENCY
    assert one.where == ("row 18, sale_id 5017",)
    assert one.instead == repr(AREAS[(AREAS.index(shops()["area"][17]))]) and one.example == repr(sales["area"][17])


def test_two_columns_without_a_dependency_are_left_alone(find):
    sales = shops()
    sales["area"] = np.random.default_rng(3).permutation(sales["area"]).tolist()
    assert find(sales) == []
    sales["area"] = ["north"] * (ROWS - 3) + ["south"] * 3  # nearly constant: everything seems to tell it
    assert find(sales) == []


def test_rows_of_one_thing_that_contradict_each_other_and_rows_that_come_twice(find):
    sales = shops()
    for name, values in sales.items():
        values += [values[3], values[10], values[11]]
        if name == "price":
            values[-3] += 1
    found = {one.kind: one for one in find(sales)}
    assert set(found) == {SuspectKind.CONTRADICTION, SuspectKind.REPEATED}
    other, same = found[SuspectKind.CONTRADICTION], found[SuspectKind.REPEATED]
    assert (other.rows, other.columns) == (2, ("sale_id", "price"))
    assert other.where == ("row 4, sale_id 5003", "row 1201, sale_id 5003")
    assert (same.rows, same.columns) == (4, ("sale_id",))


def test_a_value_that_is_absent_in_one_of_two_rows_contradicts_nothing_but_a_null(find):
    sales = shops()
    for name, values in sales.items():
        values.append(None if name == "price" else values[3])
    [one] = find(sales)
    assert one.kind is SuspectKind.CONTRADICTION and one.columns == ("sale_id", "price")


def test_outliers_and_typos_are_found_in_their_rows(find):
    sales = shops()
    sales["price"][40] = 250_000.0
    sales["area"][50] = sales["area"][50] + " "
    found = {one.kind: one for one in find(sales)}
    assert found[SuspectKind.OUTLIER].where == ("row 41, sale_id 5040",)
    assert found[SuspectKind.VARIANT].where == ("row 51, sale_id 5050",)


def test_personal_values_are_never_shown(find):
    sales = shops()
    person = [f"+49 151 {n:08d}" for n in range(30)]
    sales |= {"phone": [person[n % 30] for n in range(ROWS)], "owner_city": [f"place {n % 30}" for n in range(ROWS)]}
    sales["phone"][61] = person[7]
    found = [one for one in find(sales) if "phone" in one.columns]
    assert found
    for one in found:
        assert "+49" not in f"{one.example} {one.instead} {one.reason} {one.where}" and "phone:" in one.reason


def test_values_from_strange_columns_are_quoted(find):
    sales = shops()
    sales = {"row": sales["sale_id"], 'a"b': sales["city"], "it's": sales["area"], "n": sales["price"]}
    sales["it's"][5] = "o'hare"
    assert find(sales) == find(sales)  # no error, and the same again


def test_no_rows_and_no_files(find):
    assert find(pa.table({"a": pa.array([], pa.int64())})) == []
    facts = facts_of("shop.sales", shops())
    assert find_suspects(facts, facts, []) == []


def test_a_torn_file_is_one_sentence(tmp_path):
    path = tmp_path / "part.parquet"
    path.write_bytes(b"PAR1 and nothing more")
    facts = facts_of("shop.sales", shops())
    with pytest.raises(UnreadableData, match="part.parquet"):
        find_suspects(facts, facts, [str(path)])
