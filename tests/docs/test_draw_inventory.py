"""The README's picture is drawn from what was published, and fetches nothing."""

from __future__ import annotations

import importlib.util
import xml.etree.ElementTree as ET

import pyarrow as pa
import pytest

from assay.config.settings import REPOSITORY
from assay.contracts.schemas import INVENTORY
from assay.storage import Recipe, open_store

SPEC = importlib.util.spec_from_file_location("draw_inventory", REPOSITORY / "docs" / "images" / "draw_inventory.py")
script = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(script)

ROW = {"rank": 1, "asset_id": "landing.orders", "value": 1234.0, "ci_low": 1000.0, "ci_high": 1500.0, "unit": "USD/week",
       "forecast": 1234.0, "present_value": 400.0, "cost": 0.1, "net_value": 1233.9, "quality_score": 1.0,
       "usage": "next_week_purchase", "pii_level": "none", "status": "ok", "value_status": "valued", "action": "keep",
       "reason": "It brings <money> & more.", "at_stake": 1234.0, "rule": "sound", "grounds": ""}


@pytest.fixture
def storage(tmp_path, monkeypatch):
    monkeypatch.setenv("ASSAY_STORAGE", tmp_path.as_uri())
    monkeypatch.delenv("ASSAY_PLATFORMS", raising=False)
    return tmp_path


def test_the_newest_inventory_is_drawn(storage):
    for partition, reason in (("2017-12-24", "An older one."), ("2017-12-31", ROW["reason"])):
        table = pa.Table.from_pylist([ROW | {"reason": reason}], schema=INVENTORY.schema)
        open_store().publish(INVENTORY, table, platform="complete_journey", partition=partition, recipe=Recipe((), "", ""))
    target = storage / "inventory.svg"
    assert script.main(["--target", str(target)]) == 0
    text = "".join(ET.parse(target).getroot().itertext()).replace("\xa0", " ")
    assert "landing.orders" in text and "<money> & more" in text and "2017-12-31" in text
    assert "older" not in text
    assert "url(http" not in target.read_text().replace('"', "")


def test_without_an_inventory_it_says_so(storage, capsys):
    assert script.main(["--target", str(storage / "inventory.svg")]) == 1
    assert "no inventory of complete_journey under" in capsys.readouterr().err
    assert not (storage / "inventory.svg").exists()
