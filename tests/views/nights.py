"""Two nights of the corner shop, published by the steps themselves, for whoever reads them."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.inventory import builders as b
from tests.inventory.builders import Shop

from assay.contracts import schemas
from assay.steps.publish import publish

EARLIER = "2017-12-16"


def open_shop(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Shop:
    """The shop before its first night."""
    shop = Shop(folder)
    monkeypatch.setenv("ASSAY_PLATFORMS", str(shop.platforms))
    monkeypatch.setenv("ASSAY_STORAGE", shop.store.root)
    return shop


def run(shop: Shop, partition: str = b.PARTITION, factor: float = 1.0) -> None:
    """One night."""
    night, values = shop.night(partition), [shop.value(b.values(factor), partition)]
    shop.put(schemas.MODEL_METRICS, b.metrics(), partition, b.CASE)
    shop.put(schemas.COLUMN_VALUES, b.column_values(), partition, b.CASE)
    forecast = shop.forecast(night, values)
    publish(night, shop.classified(partition), shop.gated(partition), values, forecast, shop.used(partition))


def two_nights(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Shop:
    """The shop after two nights, a week apart."""
    shop = open_shop(folder, monkeypatch)
    run(shop, EARLIER, 0.9)
    run(shop)
    return shop
