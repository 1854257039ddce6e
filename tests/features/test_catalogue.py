from __future__ import annotations

from typing import Any

import pyarrow as pa

from assay.contracts.enums import Role
from assay.contracts.schemas import COLUMNS, RELATIONS, TABLE_KINDS
from assay.features.catalogue import Catalogue, build_catalogue


def columns(*rows: tuple[str, str, str, str]) -> pa.Table:
    """(asset, column, role, meaning)."""
    filler = {"dtype": "BIGINT", "semantic_confidence": 1.0, "pii_type": None, "pii_confidence": 0.0, "distinct_count": 9,
              "description": ""}
    return pa.Table.from_pylist([{"asset_id": a, "column": c, "role": r, "semantic_type": m, **filler} for a, c, r, m in rows],
                                schema=COLUMNS.schema)


def kinds(**of: tuple[str, str | None, list[str]]) -> pa.Table:
    """table=(kind, time column, primary key), in source `x`."""
    return pa.Table.from_pylist([
        {"asset_id": f"x.{name}", "kind": kind, "time_column": time, "primary_key": key, "description": "",
         "potential_uses": [],
         "use_reasons": [], "domain": "unknown", "domain_confidence": 0.0, "pii_level": "none"}
        for name, (kind, time, key) in of.items()], schema=TABLE_KINDS.schema)


def relations(*rows: dict[str, Any]) -> pa.Table:
    filler = {"kind": "foreign_key", "coverage": 1.0, "confidence": 0.99}
    return pa.Table.from_pylist([filler | row for row in rows], schema=RELATIONS.schema)


def refers(from_asset: str, from_column: str, to_asset: str, to_column: str, **changes: Any) -> dict[str, Any]:
    return {"from_asset": from_asset, "from_columns": [from_column], "to_asset": to_asset, "to_columns": [to_column]} | changes


def built(columns_: pa.Table, kinds_: pa.Table, relations_: pa.Table) -> Catalogue:
    return build_catalogue(columns_, kinds_, relations_, ahead_days={"x.plans": 7}, period_days={"x.plans": 14})


def domain_sets(catalogue: Catalogue) -> set[frozenset[tuple[str, str]]]:
    groups: dict[str, set[tuple[str, str]]] = {}
    for place, name in catalogue.domains.items():
        groups.setdefault(name, set()).add(place)
    return {frozenset(group) for group in groups.values()}


SHOP = columns(("x.deals", "buyer", "key", "other_id"), ("x.deals", "price", "measure", "money"),
               ("x.people", "id", "key", "user_id"), ("x.people", "born", "attribute", "number"),
               ("x.things", "id", "key", "item_id"))
SHOP_KINDS = kinds(deals=("event", "at", []), people=("entity", None, ["id"]), things=("entity", None, ["id"]))


def test_facts_of_the_assets() -> None:
    of = kinds(deals=("event", "at", []), plans=("event", "on", []), people=("entity", None, ["id"]))
    found = built(SHOP, of, relations())
    assert list(found.assets) == ["x.deals", "x.people", "x.plans"]
    plans, people = found.assets["x.plans"], found.assets["x.people"]
    assert (plans.ahead_days, plans.period_days, plans.columns) == (7, 14, {})
    assert (people.ahead_days, people.period_days, people.primary_key) == (0, 1, ("id",))
    assert [c.name for c in people.having(Role.ATTRIBUTE, Role.KEY)] == ["id", "born"]


def test_a_relation_joins_columns_of_different_names() -> None:
    found = built(SHOP, SHOP_KINDS, relations(refers("x.deals", "buyer", "x.people", "id")))
    assert domain_sets(found) == {frozenset({("x.deals", "buyer"), ("x.people", "id")}), frozenset({("x.things", "id")})}
    domain = found.domains["x.deals", "buyer"]
    assert found.owner(domain).asset_id == "x.people"
    assert found.columns_of("x.deals", domain) == ["buyer"] and found.keys_of("x.deals") == {domain: "buyer"}


def test_equal_names_join_only_where_they_mean_the_same() -> None:
    """Both are called id; one identifies people, the other things."""
    found = built(SHOP, SHOP_KINDS, relations())
    assert found.domains["x.people", "id"] != found.domains["x.things", "id"]
    shops = columns(("x.deals", "shop", "key", "store_id"), ("x.plans", "shop", "key", "store_id"),
                    ("x.people", "shop", "attribute", "store_id"))
    of = kinds(deals=("event", "at", []), plans=("event", "on", []), people=("entity", None, []))
    unowned = built(shops, of, relations())
    assert domain_sets(unowned) == {frozenset({("x.deals", "shop"), ("x.plans", "shop")})}
    assert unowned.owner(unowned.domains["x.deals", "shop"]) is None


def test_a_doubtful_relation_joins_nothing() -> None:
    for row in (refers("x.deals", "buyer", "x.people", "id", confidence=0.2),
                refers("x.deals", "buyer", "x.people", "id", kind="duplicate"),
                refers("x.deals", "buyer", "x.people", "unknown"),
                refers("x.deals", "price", "x.people", "id")):
        found = built(SHOP, SHOP_KINDS, relations(row))
        assert len(domain_sets(found)) == 3, row


def test_relations_chain() -> None:
    """a → b and c → b make one domain of three, whatever their order; only key columns are in it."""
    keys = columns(("x.a", "k", "key", "m1"), ("x.b", "l", "key", "m2"), ("x.c", "n", "key", "m3"),
                   ("x.c", "v", "measure", "m"))
    of = kinds(a=("association", None, []), b=("entity", None, ["l"]), c=("association", None, []))
    rows = [refers("x.a", "k", "x.b", "l"), refers("x.c", "n", "x.b", "l")]
    found = built(keys, of, relations(*rows))
    assert domain_sets(found) == {frozenset({("x.a", "k"), ("x.b", "l"), ("x.c", "n")})}
    assert built(keys, of, relations(*rows[::-1])).domains == found.domains


def test_the_widest_of_several_owners_owns() -> None:
    keys = columns(("x.a", "id", "key", "m"), ("x.b", "id", "key", "m"), ("x.b", "age", "attribute", "number"))
    found = built(keys, kinds(a=("entity", None, ["id"]), b=("reference", None, ["id"])), relations())
    assert found.owner(found.domains["x.a", "id"]).asset_id == "x.b"
