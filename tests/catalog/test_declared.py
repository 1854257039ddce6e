"""Whose word counts; keys and references that are declared: believed where they hold, certain where they are told."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest
from tests.catalog.builders import facts_of, state_of

from assay.catalog.classify import Classification, classify
from assay.catalog.declared import Declaration, DeclaredReference, Words, believed_key, read_declarations, table_words
from assay.contracts.schemas import DECLARED


def declared(*rows: dict[str, Any]) -> pa.Table:
    plain = dict.fromkeys(DECLARED.schema.names) | {"asset_id": "crm.orders", "view": False}
    return DECLARED.conform(pa.Table.from_pylist([plain | row for row in rows], schema=DECLARED.schema))


def row(asset: str, column: str | None, **said: Any) -> dict[str, Any]:
    return {"asset_id": asset, "column": column, "origin": "shop"} | said


def test_columns_that_refer_to_a_whole_key_belong_together():
    said = read_declarations(declared(
        row("s.lines", "o", key_position=0), row("s.lines", "n", key_position=1),
        row("s.returns", "b", refers_to_asset="s.lines", refers_to_column="n"),
        row("s.returns", "a", refers_to_asset="s.lines", refers_to_column="o"),
        row("s.returns", "from", refers_to_asset="s.users", refers_to_column="id"),
        row("s.returns", "to", refers_to_asset="s.users", refers_to_column="id"),
    ), [])
    assert said["s.lines"].primary_key == ("o", "n")
    assert set(said["s.returns"].references) == {
        DeclaredReference(("a", "b"), "s.lines", ("o", "n")), DeclaredReference(("from",), "s.users", ("id",)),
        DeclaredReference(("to",), "s.users", ("id",))}


def test_the_first_catalogues_key_counts():
    said = read_declarations(declared(row("s.t", "a", comment="second"), row("s.t", "b", key_position=0),
                                      row("s.t", "a", origin="catalogue", comment="first", key_position=0)), ["catalogue"])
    assert said["s.t"] == Declaration({"a": "first"}, ("a",))


@pytest.mark.parametrize(("values", "believed"), [(range(100), ("a",)), ([*range(99), 0], ("a",)), ([1, 2] * 50, ())])
def test_a_key_whose_values_repeat_is_not_believed(values, believed):
    table = facts_of("s.t", {"a": list(values)})
    assert believed_key(table, Declaration(primary_key=("a",)), None) == believed
    assert believed_key(table, Declaration(primary_key=("a", "gone")), None) == ()


def _classified(declarations: dict[str, Declaration]) -> Classification:
    """Two tables whose names and values say nothing of each other."""
    tables = {"s.alpha": {"c1": [7, 1, 5, 3], "c2": [1.5, 2.5, 1.5, 3.5]},
              "s.beta": {"d1": [1, 1, 3, 9], "d2": [0.5, 0.5, 2.5, 2.5]}}
    return classify({asset: state_of(asset, columns) for asset, columns in tables.items()}, declarations=declarations)


def test_declared_keys_and_references_are_told_without_any_hint():
    silent = _classified({})
    assert not silent.relations.num_rows
    told = _classified({"s.alpha": Declaration(primary_key=("c1",)),
                        "s.beta": Declaration(references=(DeclaredReference(("d1",), "s.alpha", ("c1",)),))})
    (relation,) = told.relations.to_pylist()
    assert relation == {"kind": "foreign_key", "from_asset": "s.beta", "from_columns": ["d1"], "to_asset": "s.alpha",
                        "to_columns": ["c1"], "coverage": pytest.approx(2 / 3, abs=1e-6), "confidence": 1.0}
    assert {r["asset_id"]: r["primary_key"] for r in told.table_kinds.to_pylist()} == {"s.alpha": ["c1"], "s.beta": []}
    roles = {(r["asset_id"], r["column"]): r["role"] for r in told.columns.to_pylist()}
    assert roles["s.alpha", "c1"] == roles["s.beta", "d1"] == "key"


def test_a_reference_to_what_is_not_there_is_left_out():
    told = _classified({"s.beta": Declaration(references=(DeclaredReference(("d1",), "s.gone", ("id",)),))})
    assert not told.relations.num_rows


SOURCE = {"origin": "crm", "comment": "The source's"}
HUB = {"origin": "hub", "comment": "The hub's", "tier": "gold"}
OTHER = {"origin": "other", "comment": "The other's", "owner": "ann", "tier": "2"}


def test_a_table_has_the_first_catalogues_words_and_what_it_lacks_from_the_next() -> None:
    table = declared(SOURCE, OTHER, HUB)
    assert table_words(table, ["hub", "other"]) == {"crm.orders": Words("The hub's", "ann", "gold")}
    assert table_words(table, ["other", "hub"]) == {"crm.orders": Words("The other's", "ann", "2")}


def test_the_sources_word_counts_where_no_catalogue_has_one() -> None:
    table = declared(SOURCE, HUB | {"comment": None})
    assert table_words(table, ["hub"]) == {"crm.orders": Words("The source's", None, "gold")}
    assert table_words(declared(SOURCE), []) == {"crm.orders": Words("The source's")}
    assert table_words(None, ["hub"]) == {}


def test_columns_likewise() -> None:
    table = declared({"column": "a"} | SOURCE, {"column": "a", "origin": "hub", "comment": "Hub's a"}, {"column": "b"} | SOURCE,
                     {"column": "b", "origin": "hub"}, HUB)
    assert read_declarations(table, ["hub"])["crm.orders"].comments == {"a": "Hub's a", "b": "The source's"}
    assert read_declarations(None, []) == {}
