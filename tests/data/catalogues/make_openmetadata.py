"""Write `openmetadata/` with OpenMetadata's own models.

`pip install --no-deps openmetadata-ingestion==2.0.7.0` and `pip install pydantic email-validator`, then run this in that
environment.
"""

from __future__ import annotations

import importlib.util
import json
import sys
import types
import uuid
from pathlib import Path
from typing import Any

# the package's own __init__ imports the whole of its ingestion, of which the models need nothing
spec = importlib.util.find_spec("metadata")
package = types.ModuleType("metadata")
package.__path__ = list(spec.submodule_search_locations)
sys.modules["metadata"] = package

from metadata.generated.schema.entity.data.table import Table  # noqa: E402
from metadata.generated.schema.type.entityLineage import EntityLineage  # noqa: E402

HERE = Path(__file__).parent / "openmetadata"
SERVICE = "shop_postgres.shop"


def ident(name: str) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_URL, name))


def tag(name: str) -> dict[str, Any]:
    return {"tagFQN": name, "source": "Classification", "labelType": "Manual", "state": "Confirmed"}


def column(table: str, name: str, kind: str, said: str | None = None, **more: Any) -> dict[str, Any]:
    return {"name": name, "dataType": kind, "description": said, "fullyQualifiedName": f"{table}.{name}"} | more


def table(fqn: str, columns: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    name = fqn.rpartition(".")[2].strip('"')
    said = {"id": ident(fqn), "name": name, "fullyQualifiedName": fqn, "columns": columns, "tableType": "Regular",
            "deleted": False} | more
    return json.loads(Table.model_validate(said).model_dump_json(exclude_none=True))


def owner(name: str, kind: str, shown: str) -> dict[str, Any]:
    return {"id": ident(name), "type": kind, "name": name, "displayName": shown}


TRANSACTIONS, PRODUCTS = f"{SERVICE}.public.transactions", f"{SERVICE}.public.products"
WEEKLY, CAMPAIGNS, RETURNS = f"{SERVICE}.marts.weekly_sales", f"{SERVICE}.public.campaigns", f'{SERVICE}.public."returns.2017"'
COUPONS = 'lake.landing.files."landing/coupons/part-0.parquet"'


def tables() -> list[dict[str, Any]]:
    return [
        table(TRANSACTIONS, [
            column(TRANSACTIONS, "household_id", "BIGINT", "Household that holds the loyalty card"),
            column(TRANSACTIONS, "product_id", "BIGINT", "Product that was sold"),
            column(TRANSACTIONS, "sales_value", "DOUBLE", "Amount paid by the household, after discounts"),
            column(TRANSACTIONS, "ghost", "VARCHAR", "A column that is gone", dataLength=10)],
            description="Every line of every receipt.", tags=[tag("PII.None"), tag("Tier.Tier1")],
            owners=[owner("ann", "user", "Ann Lee"), owner("sales", "team", "Sales Ops")],
            tableConstraints=[{"constraintType": "FOREIGN_KEY", "columns": ["product_id"],
                               "referredColumns": [f"{PRODUCTS}.product_id"]}]),
        table(PRODUCTS, [
            column(PRODUCTS, "product_id", "BIGINT", "Number of the product", constraint="PRIMARY_KEY"),
            column(PRODUCTS, "brand", "VARCHAR", "Private or national", dataLength=20),
            column(PRODUCTS, "package", "STRUCT", children=[
                column(f"{PRODUCTS}.package", "size", "VARCHAR", "Inside a record", dataLength=20)])],
            description="Every product that was ever sold.", tags=[tag("Tier.Tier2")]),
        table(COUPONS, [column(COUPONS, "coupon_upc", "VARCHAR", dataLength=20)], description="Coupons as files.",
              tableConstraints=[{"constraintType": "PRIMARY_KEY", "columns": ["coupon_upc"]}]),
        table(RETURNS, [column(RETURNS, "basket_id", "BIGINT")], description="What came back."),
        table(CAMPAIGNS, [column(CAMPAIGNS, "campaign_id", "BIGINT")], description="A table that is gone.", deleted=True),
        table(WEEKLY, [column(WEEKLY, "sales", "DOUBLE"), column(WEEKLY, "product", "BIGINT")], tableType="View"),
    ]


def node(fqn: str, kind: str = "table") -> dict[str, Any]:
    return {"id": ident(fqn), "type": kind, "name": fqn.rpartition(".")[2], "fullyQualifiedName": fqn, "deleted": False}


def lineage() -> dict[str, Any]:
    said = {
        "entity": node(WEEKLY),
        "nodes": [node(TRANSACTIONS), node("airflow.weekly", "pipeline"), node("report.sales", "dashboard")],
        "upstreamEdges": [
            {"fromEntity": ident(TRANSACTIONS), "toEntity": ident(WEEKLY), "lineageDetails": {
                "sqlQuery": "select sum(sales_value) from transactions group by product_id", "source": "QueryLineage",
                "columnsLineage": [
                    {"fromColumns": [f"{TRANSACTIONS}.sales_value"], "toColumn": f"{WEEKLY}.sales"},
                    {"fromColumns": [f"{TRANSACTIONS}.product_id", f"{PRODUCTS}.product_id"],
                     "toColumn": f"{WEEKLY}.product"}]}},
            {"fromEntity": ident("airflow.weekly"), "toEntity": ident(WEEKLY)}],
        "downstreamEdges": [{"fromEntity": ident(WEEKLY), "toEntity": ident("report.sales")}]}
    return json.loads(EntityLineage.model_validate(said).model_dump_json(exclude_none=True))


def main() -> None:
    found = tables()
    (HERE / "tables.json").write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    (HERE / "lineage.json").write_text(json.dumps(lineage(), indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
