"""Whose word counts."""

from __future__ import annotations

from typing import Any

import pyarrow as pa

from assay.catalog.declared import Words, column_comments, table_words
from assay.contracts.schemas import DECLARED


def declared(*rows: dict[str, Any]) -> pa.Table:
    plain = dict.fromkeys(DECLARED.schema.names) | {"asset_id": "crm.orders", "view": False}
    return DECLARED.conform(pa.Table.from_pylist([plain | row for row in rows], schema=DECLARED.schema))


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
    assert column_comments(table, ["hub"]) == {"crm.orders": {"a": "Hub's a", "b": "The source's"}}
    assert column_comments(None, []) == {}
