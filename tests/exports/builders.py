"""The corner shop's inventory as exports see it, with columns, profiles and flows that put every format to the test."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from tests.inventory import builders as b

from assay.contracts import schemas
from assay.contracts.refs import ArtifactRef, Night
from assay.steps.forecast import forecast
from assay.steps.publish import publish

SALES = "landing.transactions"
SUITE = """
- {expectation: expect_table_row_count_to_be_between, min_value: 1, severity: critical, dimension: completeness}
- {expectation: expect_column_values_to_not_be_null, column: sales_value, severity: critical, dimension: completeness}
- {expectation: expect_column_values_to_not_be_null, column: basket_id, severity: warning, dimension: completeness}
- {expectation: expect_column_values_to_be_between, column: sales_value, min_value: 0, mostly: 0.99, severity: warning,
   dimension: accessibility}
- {expectation: expect_column_values_to_not_be_null, column: product_id, severity: critical, dimension: completeness,
   where: [{column: paid, equals: true}]}
- {expectation: expect_column_to_exist, column: gone, severity: critical, dimension: conformity}
"""


def columns() -> pa.Table:
    """Every type that a schema may have to tell, and names that need quotes."""
    types = {"basket_id": "BIGINT", "product_id": "BIGINT", "sold": "TIMESTAMP WITH TIME ZONE", "day": "DATE",
             "sales_value": "DOUBLE", "discount": "DECIMAL(18,2)", "paid": "BOOLEAN", "tags": "VARCHAR[]",
             "buyer": "STRUCT(a INTEGER)", 'a "b" é': "VARCHAR"}
    rows = [{"asset_id": SALES, "column": name, "dtype": kind, "semantic_type": "other", "semantic_confidence": 0.9,
             "pii_type": "person_name" if name == "buyer" else None, "pii_confidence": 0.9, "role": "key" if "_id" in name else
             "attribute", "distinct_count": 7, "description": f"What {name} says."} for name, kind in types.items()]
    return b.table(schemas.COLUMNS, [*rows, *b.columns().to_pylist()])


def profile() -> pa.Table:
    def row(column: str, **known: Any) -> dict[str, Any]:
        return {"asset_id": SALES, "column": column, "row_count": 100, "null_count": 4, "distinct_count": 7, "engine": "duckdb",
                "estimated": [], **known}

    return b.table(schemas.PROFILES, [
        row("sales_value", min="0.5", max="9.5", mean=3.25, p05=0.75, p25=1.5, p50=3.0, p75=4.5, p95=8.0),
        row("basket_id", null_count=0, distinct_count=100), row("buyer", min="name-1a2b", max="name-9f8e")])


def lineage() -> pa.Table:
    def row(from_asset: str, from_column: str | None, to_column: str | None) -> dict[str, Any]:
        return {"from_asset": from_asset, "from_column": from_column, "to_asset": "landing.promotions", "to_column": to_column,
                "origin": "query log", "statements": 3, "users": 1, "last_seen": "2017-12-20", "confidence": 0.9}

    return b.table(schemas.LINEAGE, [row(SALES, None, None), row(SALES, "sales_value", "price"),
                                     row("scratch.mine", None, None)])


def relations() -> pa.Table:
    """The shop's, and a key of two columns, which is told by no single column."""
    pair = {"kind": "foreign_key", "from_asset": SALES, "from_columns": ["basket_id", "product_id"], "coverage": 1.0,
            "to_asset": "landing.promotions", "to_columns": ["basket_id", "product_id"], "confidence": 0.9}
    return b.table(schemas.RELATIONS, [*b.relations().to_pylist(), pair])


def published(folder: Path, monkeypatch: pytest.MonkeyPatch, partition: str = b.PARTITION, **manifest: Any) -> Night:
    """Everything that `export` reads, in a storage of its own."""
    shop = b.Shop(folder)
    shop.write_manifest(b.MANIFEST | manifest)
    suite = shop.platforms / b.PLATFORM / "expectations" / f"{SALES}.yaml"
    suite.parent.mkdir()
    suite.write_text(SUITE, encoding="utf-8")
    monkeypatch.setenv("ASSAY_PLATFORMS", str(shop.platforms))
    monkeypatch.setenv("ASSAY_STORAGE", shop.store.root)
    night, values = shop.night(partition), [shop.value(b.values(), partition)]
    shop.put(schemas.PROFILES, profile(), partition, SALES)
    classified: list[ArtifactRef] = [shop.put(schemas.COLUMNS, columns(), partition),
                                     shop.put(schemas.TABLE_KINDS, b.kinds(), partition),
                                     shop.put(schemas.RELATIONS, relations(), partition)]
    used = [shop.put(schemas.USAGE, b.usage(), partition), shop.put(schemas.LINEAGE, lineage(), partition),
            shop.put(schemas.LOG_COVERAGE, b.coverage(), partition)]
    gated = shop.gated(partition)
    publish(night, classified, gated, values, forecast(night, values, classified, gated, used), used)
    return night
