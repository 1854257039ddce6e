"""Real database servers, scanned as a person would."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from tests.sources.databases.servers import mariadb, postgres
from tests.sources.databases.shop import CUSTOMERS, ORDERS, fill

from assay.errors import SourceUnavailable
from assay.sources.base import Reference
from assay.sources.databases.sql import SqlSource
from assay.steps.scan import scan

pytestmark = pytest.mark.service


@pytest.fixture(scope="module", params=[postgres, mariadb], ids=["postgresql", "mariadb"])
def server(request: pytest.FixtureRequest) -> Iterator[sa.URL]:
    """A server with the shop, and a table in a schema of its own."""
    started: Callable[[], AbstractContextManager[sa.URL]] = request.param
    with started() as url:
        fill(url, comments=True)
        engine = sa.create_engine(url, poolclass=sa.NullPool)
        with engine.begin() as connection:
            for statement in ("CREATE SCHEMA crm", "CREATE TABLE crm.calls (call_id INT, phone VARCHAR(40))",
                              "INSERT INTO crm.calls VALUES (1, '+49 30 1234567'), (2, '+49 30 1234568'), (3, NULL)"):
                connection.execute(sa.text(statement))
        yield url


def _tables(url: sa.URL) -> dict[str, Any]:
    return {table.name: table for table in SqlSource(url).list_tables()}


def test_every_schema_is_listed_with_comments_and_keys(server: sa.URL) -> None:
    tables = _tables(server)
    assert list(tables) == ["big_orders", "crm.calls", "customers", "odd name", "orders"]
    customers, orders = tables["customers"].declared, tables["orders"].declared
    assert (customers.comment, customers.column_comments["customer_id"]) == ("客户主数据", "who buys")
    assert orders.references == (Reference(("customer_id",), "customers", ("customer_id",)),)
    assert tables["big_orders"].declared.view


def test_estimates_come_from_the_servers_statistics(server: sa.URL) -> None:
    engine = sa.create_engine(server, poolclass=sa.NullPool, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(sa.text("ANALYZE orders" if server.get_backend_name() == "postgresql" else "ANALYZE TABLE orders"))
    assert _tables(server)["orders"].declared.row_estimate == pytest.approx(ORDERS, rel=0.2)


def test_only_named_schemas_are_looked_at(server: sa.URL) -> None:
    assert [table.name for table in SqlSource(server, ["crm"]).list_tables()] == ["crm.calls"]


def test_types_of_the_server_become_arrows(server: sa.URL) -> None:
    if server.get_backend_name() != "postgresql":
        pytest.skip("types of PostgreSQL alone")
    with sa.create_engine(server, poolclass=sa.NullPool).begin() as connection:
        connection.execute(sa.text("CREATE TABLE kinds (at timestamptz, tags text[], who uuid, ip inet, doc jsonb, "
                                   "big numeric)"))
        connection.execute(sa.text("INSERT INTO kinds VALUES ('2024-01-01 02:00+02', '{a,b}', md5('x')::uuid, '10.0.0.1', "
                                   "'{\"b\": 1, \"a\": 2}', 1.5)"))
    source = SqlSource(server)
    (row,) = source.read({table.name: table for table in source.list_tables()}["kinds"].partitions[0]).to_pylist()
    assert row["at"].isoformat() == "2024-01-01T00:00:00+00:00"
    assert (row["tags"], row["ip"], row["doc"], row["big"]) == ('["a", "b"]', "10.0.0.1", '{"a": 2, "b": 1}', 1.5)
    assert len(row["who"]) == 36


def test_a_scan_finds_meaning_and_keeps_the_password(server: sa.URL, tmp_path: Path) -> None:
    kind = server.get_backend_name().replace("postgresql", "postgres")
    uri = server.set(drivername=kind).render_as_string(hide_password=False)
    found = scan(uri, tmp_path)
    assets = {asset["asset_id"].partition(".")[2]: asset for asset in found["assets"]}
    assert (assets["customers"]["newest_row_count"], assets["customers"]["primary_key"]) == (CUSTOMERS, ["customer_id"])
    assert {column["pii_type"] for column in assets["customers"]["columns"]} >= {"email"}
    assert {column["pii_type"] for column in assets["crm.calls"]["columns"]} >= {"phone"}
    references = {(row["from_asset"].partition(".")[2], row["to_asset"].partition(".")[2]) for row in found["relations"]}
    assert ("orders", "customers") in references
    assert "geheim" not in str(found)
    assert not any(b"geheim" in path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())


def test_a_server_that_goes_away_is_an_outage() -> None:
    with postgres() as url:
        fill(url, comments=True)
        source = SqlSource(url)
        partition = {table.name: table for table in source.list_tables()}["orders"].partitions[0]
        assert source.read(partition).num_rows == ORDERS
    for call in (lambda: source.read(partition), source.list_tables):
        with pytest.raises(SourceUnavailable, match="check that the server runs"):
            call()
