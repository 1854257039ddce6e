"""A table without dated partitions holds at every cut-off, since nobody says since when."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq
import pytest

from assay.contracts.refs import ArtifactRef, Night
from assay.features.table import tokens_of
from assay.steps.build_features import build_features
from assay.steps.check import check
from assay.steps.classify import classify
from assay.steps.discover import discover
from assay.steps.gate import gate
from assay.steps.ingest import ingest
from assay.steps.profile import profile
from assay.storage import open_store

MANIFEST = """
platform: shop
currency: EUR
sources: [{name: landing, type: files, path: "${SHOP_DATA}"}]
use_cases:
  - name: next_week
    entity: {user: customer_id, item: product_id}
    outcome: {asset: landing.orders, time: ordered_at, amount: paid, window_days: 7}
    payoff: {type: captured_sales, top_k: 3, margin: 0.3}
    train_windows: 2
"""


def lay_out(folder: Path) -> None:
    """Seventy days of orders, and a list of products without a date."""
    for day in (dt.date(2026, 1, 1) + dt.timedelta(days=n) for n in range(70)):
        path = folder / "orders" / f"ds={day}" / "part-0.parquet"
        path.parent.mkdir(parents=True)
        numbers = [day.toordinal() * 30 + n for n in range(30)]
        at = dt.datetime.combine(day, dt.time(12))
        pq.write_table(pa.table({
            "order_id": numbers, "customer_id": [n % 37 + 1 for n in numbers], "product_id": [n % 23 + 1 for n in numbers],
            "paid": [1.5 + n % 7 for n in numbers], "ordered_at": [at] * 30}), path)
    pa_csv.write_csv(pa.table({"product_id": list(range(1, 24)), "category": [f"kind {n % 5}" for n in range(23)]}),
                     folder / "products.csv")


@pytest.fixture
def shop(tmp_path, monkeypatch) -> Path:
    (tmp_path / "platforms" / "shop").mkdir(parents=True)
    (tmp_path / "platforms" / "shop" / "platform.yaml").write_text(MANIFEST)
    lay_out(tmp_path / "landing")
    monkeypatch.setenv("ASSAY_PLATFORMS", str(tmp_path / "platforms"))
    monkeypatch.setenv("ASSAY_STORAGE", (tmp_path / "storage").as_uri())
    monkeypatch.setenv("SHOP_DATA", str(tmp_path / "landing"))
    return tmp_path


def features_of(night: Night) -> list[dict]:
    """Rows of the index of the use case's windows."""
    histories = [ref for batch in night.batches for ref in ingest(night, batch)]
    classified = classify(night, profile(night, histories))
    (case,) = build_features(night, gate(night, histories, check(night, histories)), classified)
    assert case.reason is None
    return open_store().read(case.ref).to_pylist()


@pytest.mark.slow
def test_an_undated_table_feeds_every_window(shop):
    night = discover("shop", partition_key=None, requested=None, use_cases=[], retrain=False, note="")
    rows = features_of(night)
    assert [row["window"] for row in rows] == ["train", "train", "validate", "outcome", "serve"]
    for row in rows:
        table = open_store().read(ArtifactRef("window_features", row["uri"], row["row_count"], row["fingerprint"]))
        assert "landing.products" in {asset for token in tokens_of(table) for asset in token.assets}
        assert table.column("landing.products.category").null_count == 0
