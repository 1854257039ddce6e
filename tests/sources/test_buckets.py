"""Buckets of an S3 server on loopback, with credentials from a connection."""

from __future__ import annotations

import json
from collections.abc import Iterator

import deltalake
import pyarrow as pa
import pytest
import s3fs
from moto.server import ThreadedMotoServer

from assay.config.manifest import Files
from assay.errors import SourceUnavailable
from assay.steps.sources import open_source

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    """A server with a bucket of dated files and a Delta table."""
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    url = f"http://{host}:{port}"
    fs = s3fs.S3FileSystem(key="id", secret="geheim", client_kwargs={"endpoint_url": url, "region_name": "eu-central-1"})
    fs.mkdir("lake")
    for day in ("2024-01-01", "2024-01-02"):
        fs.pipe_file(f"lake/raw/orders/ds={day}/part-0.csv", f"id,price\n{day[-1]},2.5\n".encode())
    deltalake.write_deltalake("s3://lake/raw/items", pa.table({"item": [1, 2]}), storage_options={
        "AWS_ACCESS_KEY_ID": "id", "AWS_SECRET_ACCESS_KEY": "geheim", "AWS_ENDPOINT_URL": url, "AWS_REGION": "eu-central-1",
        "AWS_ALLOW_HTTP": "true", "AWS_S3_ALLOW_UNSAFE_RENAME": "true"})
    yield url
    server.stop()


def _connect(monkeypatch: pytest.MonkeyPatch, endpoint: str) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_LAKE", json.dumps({
        "conn_type": "aws", "login": "id", "password": "geheim",
        "extra": {"endpoint_url": endpoint, "region_name": "eu-central-1"}}))


def test_a_bucket_is_listed_and_read(endpoint: str, monkeypatch: pytest.MonkeyPatch) -> None:
    _connect(monkeypatch, endpoint)
    source = open_source(Files(name="lake", type="files", path="s3://lake/raw", connection="lake"))
    items, orders = source.list_tables()
    assert [(p.label, p.format, bool(p.version)) for p in orders.partitions] == [
        ("2024-01-01", "csv", True), ("2024-01-02", "csv", True)]
    assert source.read(orders.partitions[1]).to_pydict() == {"id": [2], "price": [2.5]}
    assert [p.format for p in items.partitions] == ["delta"]
    assert source.read(items.partitions[0]).to_pydict() == {"item": [1, 2]}


def test_a_version_is_the_entity_tag(endpoint: str, monkeypatch: pytest.MonkeyPatch) -> None:
    _connect(monkeypatch, endpoint)
    source = open_source(Files(name="lake", type="files", path="s3://lake/raw/orders", connection="lake"))
    fs = s3fs.S3FileSystem(key="id", secret="geheim", client_kwargs={"endpoint_url": endpoint, "region_name": "eu-central-1"})
    before = [p.version for p in source.list_tables()[0].partitions]
    fs.pipe_file("lake/raw/orders/ds=2024-01-02/part-0.csv", b"id,price\n2,9.5\n")
    after = [p.version for p in source.list_tables()[0].partitions]
    assert (before[0] == after[0], before[1] == after[1]) == (True, False)


def test_a_bucket_that_is_not_there_is_an_outage(endpoint: str, monkeypatch: pytest.MonkeyPatch) -> None:
    _connect(monkeypatch, endpoint)
    with pytest.raises(SourceUnavailable) as raised:
        open_source(Files(name="lake", type="files", path="s3://nowhere/raw", connection="lake")).list_tables()
    assert "geheim" not in str(raised.value)
