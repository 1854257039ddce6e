"""A night over damaged sources: one sentence each, the other assets unharmed, the inventory published."""

from __future__ import annotations

import shutil
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from tests.nights import Published, run_night

from assay.contracts.schemas import ASSETS, INVENTORY
from assay.storage import open_store

PARTITION = "2017-12-24"


@pytest.fixture
def lake(small_landing: Path, small_environment: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A landing zone of its own to damage, and a storage of its own."""
    shutil.copytree(small_landing / "small_journey", tmp_path / "landing" / "small_journey")
    monkeypatch.setenv("ASSAY_LANDING", str(tmp_path / "landing"))
    monkeypatch.setenv("ASSAY_STORAGE", (tmp_path / "storage").as_uri())
    return tmp_path / "landing" / "small_journey"


def _status(published: Published) -> dict[str, tuple[str, str | None]]:
    store = open_store()
    (states,) = [ref for ref in published.gated if ref.contract == "asset_states"]
    assets = store.read(store.get(ASSETS, "small_journey", PARTITION))
    assert len(assets) == len(store.read(store.get(INVENTORY, "small_journey", PARTITION))) == 8
    return {row["asset_id"]: (row["status"], row["reason"]) for row in store.read(states).to_pylist()}


@pytest.mark.slow
def test_torn_missing_and_failing_partitions_harm_their_own_assets_alone(lake: Path) -> None:
    torn = lake / "coupon_redemptions"
    newest = max(path for path in torn.iterdir() if path.name <= f"ds={PARTITION}") / "part-0.parquet"
    newest.write_bytes(newest.read_bytes()[:100])
    shutil.rmtree(lake / "transactions" / f"ds={PARTITION}")
    weekly = max(path for path in (lake / "products").iterdir() if path.name <= f"ds={PARTITION}") / "part-0.parquet"
    table = pq.read_table(weekly, partitioning=None)
    nulls = pc.if_else(pa.array([n % 2 == 0 for n in range(table.num_rows)]), table.column("product_id"), None)
    pq.write_table(table.set_column(table.column_names.index("product_id"), "product_id", nulls), weekly)

    published = run_night("small_journey", PARTITION)

    status = _status(published)
    assert status["landing.transactions"][0] == "degraded"
    assert PARTITION in str(status["landing.transactions"][1])
    assert status["landing.coupon_redemptions"][0] == "degraded"
    assert "part-0.parquet" in str(status["landing.coupon_redemptions"][1])
    assert status["landing.products"][0] == "quarantined"
    assert "product_id" in str(status["landing.products"][1])
    for asset in ("promotions", "demographics", "coupons", "campaigns", "campaign_descriptions"):
        assert status[f"landing.{asset}"][0] in ("ok", "unchanged"), status[f"landing.{asset}"]
