"""A folder that nobody has seen before: everything in it gets its row, and what is bad harms nothing else."""

from __future__ import annotations

import gzip
import re
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml

from assay.config.manifest import Platform
from assay.errors import ConfigError, SourceUnavailable
from assay.sources import FilesSource
from assay.steps.proposal import write_manifest
from assay.steps.scan import platform_name, scan, source_entry


def _put(root: Path, **files: bytes | str) -> None:
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())


@pytest.fixture
def lake(tmp_path: Path) -> Path:
    """Good files of several kinds beside every kind of bad one."""
    root = tmp_path / "lake"
    people = "用户编号,姓名,手机号,金额\n" + "".join(f"{n},张伟,1381234{n:04d},{n * 1.5}\n" for n in range(100))
    _put(root, **{
        "people.csv": people.encode("gb18030"), "crm/good.jsonl": '{"order_id": 1, "user_id": 5, "price": 3.5}\n' * 30,
        "orders_2024-01-01.csv": "order_id,user_id,amount\n1,2,3.5\n",
        "orders_2024-01-02.csv.gz": gzip.compress(b"order_id,user_id,amount\n2,2,4.5\n"),
        "nested.jsonl": '{"a": {"b": [1, 2]}, "m": [{"x": 1}]}\n{"a": {"b": []}, "m": []}\n',
        "long.csv": "id,text\n" + "".join(f"{n},{'z' * 10_000}{n}\n" for n in range(5)),
        "odd.csv": '"a/b","<b>x</b>","q""t","new\nline","it\'s; drop"\n1,2,3,4,5\n2,3,4,5,6\n',
        "header.csv": "id,name\n", "empty.csv": "", "nul.parquet": "", "torn.parquet": "PAR1 torn",
        "headers.csv": "id,name\n1,x\nid,name\n2,y\n", "ragged.csv": "a,b\n1,2\n3\n", "twice.csv": "a,a\n1,2\n",
        "mixed/ds=2024-01-01/a.csv": "id,price\n1,2\n", "mixed/ds=2024-01-01/b.csv": "who,city\nx,y\n",
        "encodings.csv": "id,name\n1,张伟先生\n".encode() + "2,王芳小姐\n".encode("gb18030")})
    pq.write_table(pa.table({"n": pa.nulls(3), "x": [float("inf"), float("nan"), 1.0]}), root / "nulls.parquet")
    (tmp_path / "secret.csv").write_text("id\n1\n")
    (root / "link.csv").symlink_to(tmp_path / "secret.csv")
    return root


def _by_name(found: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {asset["asset_id"].partition(".")[2]: asset for asset in found["assets"]}


def test_every_file_gets_its_row_and_bad_ones_one_sentence(lake: Path, tmp_path: Path) -> None:
    found = _by_name(scan(str(lake), tmp_path / "work"))
    good = {name for name, asset in found.items() if asset["status"] == "ok"}
    assert good == {"people", "crm", "orders", "nested", "long", "odd", "nulls", "header"}
    said = {name: asset["reason"] for name, asset in found.items() if asset["status"] != "ok"}
    assert set(said) == {"empty", "nul", "torn", "headers", "ragged", "twice", "mixed", "encodings", "link"}
    for name, part in {"empty": "it is empty", "headers": "row 2 repeats its header", "ragged": "Row #3",
                       "twice": "names it twice", "mixed": "others than those of a.csv", "encodings": "line 3",
                       "link": "leads out of the source"}.items():
        assert part in said[name]
    assert "no row" in found["header"]["reason"]


def test_meaning_keys_and_personal_data_are_found(lake: Path, tmp_path: Path) -> None:
    found = scan(str(lake), tmp_path / "work")
    assets = _by_name(found)
    people = {column["column"]: column for column in assets["people"]["columns"]}
    assert people["手机号"]["pii_type"] == "phone"
    assert people["姓名"]["pii_type"] == "person_name"
    assert (assets["people"]["primary_key"], assets["people"]["pii_level"]) == (["用户编号"], "direct")
    orders = assets["orders"]
    assert (orders["partitions"], orders["first_partition"], orders["row_count"]) == (2, "2024-01-01", 2)
    assert [column["column"] for column in assets["odd"]["columns"]] == ["a/b", "<b>x</b>", 'q"t', "new\nline", "it's; drop"]
    assert not re.search("13812340|张伟", str(found))


def test_a_second_scan_reads_nothing_and_says_the_same(lake: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (lake / "people.csv").unlink()
    for path in lake.glob("*"):
        if path.is_file() and path.name not in ("nulls.parquet", "odd.csv"):
            path.unlink()
    first = scan(str(lake), tmp_path / "work")

    def refuse(*_: object) -> None:
        raise AssertionError("a file is read again")

    monkeypatch.setattr(FilesSource, "read", refuse)
    assert scan(str(lake), tmp_path / "work") == first


def test_a_source_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(SourceUnavailable, match="no such folder"):
        scan(str(tmp_path / "nothing"), tmp_path / "work")


def test_names_of_platforms_differ_by_uri() -> None:
    assert platform_name("/data/Lake 7/") != platform_name("/other/Lake 7/")
    assert re.fullmatch(r"lake_7_[0-9a-f]{8}", platform_name("/data/Lake 7/"))
    assert re.fullmatch(r"source_[0-9a-f]{8}", platform_name("/data/电商/"))


def test_a_token_of_spark_is_no_part_of_a_manifest() -> None:
    uri = "sc://spark.example:15002/;user_id=ada;token=geheim"
    assert platform_name(uri) == platform_name("sc://spark.example:15002")
    entry, secret = source_entry("crm", uri)
    assert (entry, secret) == ({"name": "crm", "type": "sql", "connection": "crm"}, {"AIRFLOW_CONN_CRM": uri})


def test_a_manifest_is_written_that_can_be_loaded_with_and_without_its_proposals(small_landing: Path, tmp_path: Path) -> None:
    text = write_manifest(scan(str(small_landing / "small_journey"), tmp_path / "work"), "mine", "EUR")
    plain = Platform.model_validate(yaml.safe_load(text))
    assert (plain.platform, plain.currency, plain.use_cases) == ("mine", "EUR", [])
    proposed, _, rest = text.partition("# use_cases:")[2].partition("\n\n")
    said = yaml.safe_load("use_cases:" + proposed.replace("\n# ", "\n"))
    whole = Platform.model_validate(yaml.safe_load(text) | said)
    by_name = {case.name: case for case in whole.use_cases}
    assert by_name["next_week_items"].entity == {"user": "household_id", "item": "product_id"}
    assert by_name["next_week_items"].outcome.asset == "mine.transactions"
    assert by_name["weekly_stock"].outcome.paid == "sales_value"
    assert "mine.transactions(product_id) -> mine.products(product_id)" in rest


def test_names_from_data_cannot_break_the_manifest(lake: Path, tmp_path: Path) -> None:
    text = write_manifest(scan(str(lake), tmp_path / "work"), "mine", "USD")
    assert set(yaml.safe_load(text)) == {"platform", "currency", "timezone", "sources"}


def test_a_name_that_no_platform_can_have_is_refused(small_landing: Path, tmp_path: Path) -> None:
    found = scan(str(small_landing / "small_journey"), tmp_path / "work")
    for name, currency in (("My Shop", "USD"), ("shop", "dollars")):
        with pytest.raises(ConfigError, match="name it otherwise"):
            write_manifest(found, name, currency)
