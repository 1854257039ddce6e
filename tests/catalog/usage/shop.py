"""A catalogue of a shop, and statements written short."""

from __future__ import annotations

from assay.catalog.usage.names import Catalogue, Table
from assay.catalog.usage.normalise import normalise
from assay.catalog.usage.queries import Source
from assay.catalog.usage.statements import Statement, read_statement


def table(name: str, columns: str, groups: dict[str, str] | None = None) -> Table:
    """A table `<source>.<table>` whose files lie at lake/<source>/<table>."""
    assets = {f"{name}.{group}": frozenset(own.split()) for group, own in (groups or {}).items()}
    return Table(name, {column.lower(): column for column in columns.split()}, assets or {name: frozenset(columns.split())},
                 ("lake", *name.lower().split(".")), ("ds",))


CATALOGUE = Catalogue([
    table("ods.orders", "id customer_id amount Day"), table("ods.customers", "id name email"),
    table("ods.items", "order_id sku price"),
    table("dwd.orders", "id total"), table("dwd.daily", "day total"), table("ads.report", "day total share"),
    table("crm.people", "id age city spent", {"who": "id age city", "money": "id spent"}),
])


def told(sources: set[Source]) -> str:
    """Sources as words, sorted: ods.orders ods.orders.id."""
    return " ".join(sorted(match.key + (f".{column}" if column else "") for match, column in sources))


def flows(statement: Statement) -> set[str]:
    """Flows between columns as words: ods.orders.id>dwd.orders.id; tables by themselves with a star."""
    return {f"{a.key}.{ac or '*'}>{b.key}.{bc or '*'}" for (a, ac), (b, bc) in statement.flows}


def read(sql: str, dialect: str = "duckdb", **more: object) -> Statement:
    return read_statement(normalise(sql, dialect), dialect, CATALOGUE, **more)
