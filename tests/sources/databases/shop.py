"""A small shop as tables of a database: keys, a view, comments, and names and types that need care."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa

CUSTOMERS, ORDERS = 60, 500


def fill(url: sa.URL, *, comments: bool) -> None:
    """Make the tables.

    Args:
        url: Of an empty database.
        comments: Whether it knows comments.
    """
    engine, meta = sa.create_engine(url), sa.MetaData()
    customers = sa.Table(
        "customers", meta, sa.Column("customer_id", sa.Integer, primary_key=True, comment="who buys"),
        sa.Column("email", sa.String(80)), sa.Column("born", sa.Date), sa.Column("active", sa.Boolean),
        sa.Column("prefs", sa.JSON), comment="客户主数据")
    orders = sa.Table(
        "orders", meta, sa.Column("order_id", sa.BigInteger, primary_key=True),
        sa.Column("customer_id", sa.ForeignKey("customers.customer_id")), sa.Column("total", sa.Numeric(10, 2)),
        sa.Column("placed_at", sa.DateTime), sa.Column("note", sa.Text))
    odd = sa.Table("odd name", meta, sa.Column('a "b"', sa.Integer), sa.Column("x/y", sa.Float))
    if not comments:
        customers.comment = customers.c.customer_id.comment = None
    meta.create_all(engine)
    first = dt.datetime(2024, 1, 1)
    with engine.begin() as connection:
        connection.execute(customers.insert(), [
            {"customer_id": n, "email": f"u{n}@example.org", "born": dt.date(1980, 1, 1) + dt.timedelta(days=n),
             "active": n % 2 == 0, "prefs": {"b": n, "a": [1]}} for n in range(CUSTOMERS, 0, -1)])
        connection.execute(orders.insert(), [
            {"order_id": 1000 + n, "customer_id": n % CUSTOMERS + 1, "total": n * 1.25,
             "placed_at": first + dt.timedelta(hours=n), "note": None if n % 3 else f"note {n}"} for n in range(ORDERS)])
        connection.execute(odd.insert(), [{'a "b"': 1, "x/y": 2.5}])
        connection.execute(sa.text("CREATE VIEW big_orders AS SELECT * FROM orders WHERE total > 100"))
    engine.dispose()
