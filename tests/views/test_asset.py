from __future__ import annotations

import json

import pytest
from tests.inventory import builders as b
from tests.views.nights import EARLIER, two_nights

from assay.contracts import schemas
from assay.errors import ArtifactMissing, AssetUnknown
from assay.storage import Recipe
from assay.views.asset import asset_view, data_docs
from assay.views.reading import Reader

PROFILE = {name: None for name in schemas.PROFILES.schema.names} | {
    "asset_id": "landing.demographics", "column": "age", "row_count": 10, "null_count": 2, "distinct_count": 3,
    "top_values": json.dumps([["19-24", 5], ["<i>", 3]]), "histogram": None, "engine": "duckdb", "estimated": []}


def test_all_of_one_asset_and_nothing_of_others(tmp_path, monkeypatch):
    shop = two_nights(tmp_path, monkeypatch)
    view = asset_view(Reader(shop.store), b.manifest(), "landing.transactions")
    assert view.asset["value"] == 8421.5
    assert [(row["use_case"], row["removal_loss"]) for row in view.values] == [(b.CASE, 6010.0)]
    assert [row["partition"] for row in view.history] == [EARLIER, b.PARTITION]
    assert view.history[0]["value"] == pytest.approx(0.9 * 8421.5)
    assert {row["target_partition"] for row in view.forecasts} >= {"2017-12-30"}
    (score,) = view.forecast_scores
    assert (score["made_on"], score["target_partition"], score["days"]) == (EARLIER, b.PARTITION, 7)
    assert score["realised"] == 8421.5
    assert [row["expectation"] for row in view.checks] == ["expect_column_values_to_be_between"]
    assert [(row["from_asset"], row["to_asset"]) for row in view.relations] == [("landing.transactions", "landing.products")]
    assert [row["asset_id"] for row in view.incidents] == ["landing.transactions"]
    assert view.usage[0]["reads"] == 1312
    assert {row["column"] for row in view.columns} == {"(rows and keys)", "sales_value", "basket_id"}
    assert not view.has_docs


def test_columns_have_their_profile(tmp_path, monkeypatch):
    shop = two_nights(tmp_path, monkeypatch)
    shop.put(schemas.PROFILES, b.table(schemas.PROFILES, [PROFILE]), name="landing.demographics")
    view = asset_view(Reader(shop.store), b.manifest(), "landing.demographics")
    columns = {row["column"]: row for row in view.columns}
    assert columns["email"]["profile"] is None and columns["email"]["pii_type"] == "email"
    assert columns["age"]["profile"]["top_values"] == [["19-24", 5], ["<i>", 3]]
    assert columns["age"]["profile"]["histogram"] == []


def test_a_stranger_is_refused_before_anything_is_read(tmp_path, monkeypatch):
    shop = two_nights(tmp_path, monkeypatch)
    reader = Reader(shop.store)
    for name in ("../../etc/passwd", "<img src=x onerror=alert(1)>", ""):
        with pytest.raises(AssetUnknown):
            asset_view(reader, b.manifest(), name)
        with pytest.raises(AssetUnknown):
            data_docs(reader, b.manifest(), name, None, "index.html")


def test_data_docs_are_files_of_their_artifact_alone(tmp_path, monkeypatch):
    shop = two_nights(tmp_path, monkeypatch)
    shop.store.publish_files(schemas.DATA_DOCS, {"index.html": b"<p>docs"}, platform=b.PLATFORM, partition=b.PARTITION,
                             name="landing.coupons", recipe=Recipe((), "", ""))
    reader = Reader(shop.store)
    assert asset_view(reader, b.manifest(), "landing.coupons").has_docs
    assert data_docs(reader, b.manifest(), "landing.coupons", None, "index.html") == b"<p>docs"
    for file in ("other.html", "../inventory/_manifest.json", "_manifest.json"):
        with pytest.raises(ArtifactMissing):
            data_docs(reader, b.manifest(), "landing.coupons", None, file)
