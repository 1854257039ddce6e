"""Connections as Airflow writes them, as databases and filesystems want them."""

from __future__ import annotations

import json

import pytest

from assay.errors import ConfigError
from assay.steps.connections import (
    Connection,
    database_url,
    filesystem_options,
    find_connection,
    hive_place,
    spark_place,
    web_address,
)


def _put(monkeypatch: pytest.MonkeyPatch, text: str, name: str = "crm") -> None:
    monkeypatch.setenv(f"AIRFLOW_CONN_{name.upper()}", text)


PLAIN = {"conn_type": "postgres", "host": "db.example", "login": "ada", "password": "s@fe", "schema": "shop", "port": 5433}


@pytest.mark.parametrize("text", [
    "postgres://ada:s%40fe@db.example:5433/shop?sslmode=require", json.dumps(PLAIN | {"extra": {"sslmode": "require"}}),
    json.dumps(PLAIN | {"extra": "{\"sslmode\": \"require\"}"})])
def test_uri_and_json_say_the_same(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    _put(monkeypatch, text)
    assert find_connection("crm") == Connection("postgres", "db.example", "ada", "s@fe", "shop", 5433, {"sslmode": "require"})
    assert database_url("crm").render_as_string(hide_password=False) == (
        "postgresql+psycopg://ada:s%40fe@db.example:5433/shop?sslmode=require")


@pytest.mark.parametrize("text", ["sqlite:///tmp/shop.db", json.dumps({"conn_type": "sqlite", "host": "/tmp/shop.db"})])
def test_a_database_may_be_a_file(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    _put(monkeypatch, text)
    assert database_url("crm").database == "/tmp/shop.db"


def test_mariadb_and_postgresql_are_known_by_their_other_names(monkeypatch: pytest.MonkeyPatch) -> None:
    _put(monkeypatch, "mariadb://h/d")
    assert database_url("crm").drivername == "mysql+pymysql"
    _put(monkeypatch, "postgresql://h/d")
    assert database_url("crm").drivername == "postgresql+psycopg"


@pytest.mark.parametrize(("text", "said"), [
    ("http://example.org", "which is no database that is known"), ('{"host": "x"}', "text that is no connection"),
    ("postgres://h:port/d", "text that is no connection")])
def test_what_is_no_database_connection_is_one_sentence(monkeypatch: pytest.MonkeyPatch, text: str, said: str) -> None:
    _put(monkeypatch, text)
    with pytest.raises(ConfigError, match=said):
        database_url("crm")


def test_buckets_get_their_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    _put(monkeypatch, json.dumps({"conn_type": "aws", "login": "id", "password": "secret", "extra": {
        "endpoint_url": "http://127.0.0.1:9000", "region_name": "eu-central-1"}}))
    assert filesystem_options("crm") == {"key": "id", "secret": "secret", "client_kwargs": {
        "endpoint_url": "http://127.0.0.1:9000", "region_name": "eu-central-1"}}
    _put(monkeypatch, json.dumps({"conn_type": "wasb", "login": "account", "password": "key"}))
    assert filesystem_options("crm") == {"account_name": "account", "account_key": "key"}
    _put(monkeypatch, json.dumps({"conn_type": "generic", "extra": {"storage_options": {"anon": True}}}))
    assert filesystem_options("crm") == {"anon": True}
    key = {"type": "service_account"}
    _put(monkeypatch, json.dumps({"conn_type": "google_cloud_platform", "extra": {"keyfile_dict": key}}))
    assert filesystem_options("crm") == {"token": key}
    _put(monkeypatch, "sftp://ada:geheim@host:2222")
    assert filesystem_options("crm") == {"username": "ada", "password": "geheim", "host": "host", "port": 2222}


@pytest.mark.parametrize(("said", "address"), [
    ("http://:geheim@gms:8080", "http://gms:8080"), ("http://:geheim@om.example:8585/https", "https://om.example:8585"),
    ("https://:geheim@om.example", "https://om.example"),
    (json.dumps({"conn_type": "http", "host": "https://acme.example/gms/", "password": "geheim"}), "https://acme.example/gms"),
    (json.dumps({"conn_type": "generic", "host": "om.example/catalogue", "port": 8585, "schema": "https",
                 "password": "geheim"}), "https://om.example:8585/catalogue"),
    (json.dumps({"conn_type": "http", "host": "http://ann:offen@gms:80", "port": 81, "password": "geheim"}), "http://gms:80"),
])
def test_a_web_server_has_an_address_and_a_token(monkeypatch: pytest.MonkeyPatch, said: str, address: str) -> None:
    _put(monkeypatch, said)
    assert web_address("crm") == (address, "geheim")
    assert "geheim" not in repr(find_connection("crm"))


@pytest.mark.parametrize("said", [{}, {"host": "ftp://x"}, {"host": "http://"}, {"host": "http://[x"}, {"host": "http://x:port"}])
def test_what_names_no_web_server_is_one_sentence(monkeypatch: pytest.MonkeyPatch, said: dict[str, str]) -> None:
    _put(monkeypatch, json.dumps({"conn_type": "http", "password": "geheim"} | said))
    with pytest.raises(ConfigError, match="no host of a web server") as raised:
        web_address("crm")
    assert "geheim" not in str(raised.value)


@pytest.mark.parametrize(("text", "place"), [
    ("sc://spark.example:15003", "sc://spark.example:15003"), ("spark://spark.example", "sc://spark.example:15002"),
    ("sc://spark.example/;token=s%40fe;use_ssl=true", "sc://spark.example:15002/;token=s@fe;use_ssl=true"),
    ("spark-connect://ada:s%3Bafe@h:1?use_ssl=true", "sc://h:1/;user_id=ada;token=s%3Bafe;use_ssl=true"),
    (json.dumps({"conn_type": "spark", "host": "sc://spark.example:15003"}), "sc://spark.example:15003"),
    (json.dumps({"conn_type": "spark", "host": "local[*]", "extra": {"metastore": "/hive/db"}}), "/hive/db"),
    ("hive:///hive/metastore_db", "/hive/metastore_db"), ("hive://meta.example", "thrift://meta.example:9083"),
    ("hive-metastore://meta.example:9084", "thrift://meta.example:9084"), ("postgres://h/d", None)])
def test_hives_catalogue_has_a_place(monkeypatch: pytest.MonkeyPatch, text: str, place: str | None) -> None:
    _put(monkeypatch, text)
    assert hive_place("crm", find_connection("crm")) == place


@pytest.mark.parametrize(("text", "place"), [
    ("sc://ada:geheim@spark.example:15003", "sc://spark.example:15003/;user_id=ada;token=geheim"),
    (json.dumps({"conn_type": "spark", "host": "local[2]"}), "local[2]"),
    (json.dumps({"conn_type": "spark", "host": "local"}), "local[*]")])
def test_spark_has_a_place(monkeypatch: pytest.MonkeyPatch, text: str, place: str) -> None:
    _put(monkeypatch, text)
    assert spark_place("crm") == place


def test_without_a_connection_spark_is_in_this_process() -> None:
    assert spark_place(None) == "local[*]"


@pytest.mark.parametrize("text", ["spark://", "postgres://h/d"])
def test_a_connection_of_no_spark_is_one_sentence(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    _put(monkeypatch, text)
    with pytest.raises(ConfigError, match="no Spark that could count in connection crm: name the host"):
        spark_place("crm")


@pytest.mark.parametrize("text", ["spark://", json.dumps({"conn_type": "spark", "host": "local[*]"}), "hive://"])
def test_a_connection_without_a_place_of_hive_is_one_sentence(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    _put(monkeypatch, text)
    with pytest.raises(ConfigError, match="no place of Hive's catalogue in connection crm: name the host"):
        hive_place("crm", find_connection("crm"))
