from __future__ import annotations

import pytest
from tests.inventory import builders as b

from assay.contracts.enums import Dimension
from assay.contracts.schemas import FORECASTS, RECORDS, USAGE
from assay.inventory.assets import catalogue
from assay.inventory.ranking import Evidence, rank
from assay.inventory.records import ELEMENTS, records


@pytest.fixture(scope="module")
def found() -> dict[tuple[str, str, str], dict]:
    """Rows by asset, block and element."""
    assets = catalogue(b.discovered(), b.states(), b.kinds(), b.manifest(), b.PARTITION)
    evidence = Evidence(assets, b.gate(), b.states(), b.scores(), b.relations(), {b.CASE: b.values()}, {},
                        FORECASTS.schema.empty_table(), USAGE.schema.empty_table())
    made = RECORDS.conform(records(assets, rank(evidence, b.manifest(), b.RULES), b.relations(), b.scores()))
    return {(row["asset_id"], row["block"], row["element"]): row for row in made.to_pylist()}


def test_every_asset_has_every_element_once(found):
    assets = {asset for asset, _, _ in found}
    assert len(found) == len(assets) * sum(map(len, ELEMENTS.values()))
    assert set(ELEMENTS["quality"]) == {"score", *Dimension}
    assert all(row["element_zh"] for row in found.values())


def test_elements_hold_what_the_artifacts_say(found):
    asset = next(row["asset_id"] for row in b.values().to_pylist() if row["value"])
    assert found[asset, "basic", "identifier"]["value"] == asset
    assert found[asset, "value", "value"]["unit"] == b.values().to_pylist()[0]["unit"]
    low, _, high = found[asset, "value", "interval"]["value"].partition(" to ")
    assert float(low) <= float(found[asset, "value", "value"]["value"]) <= float(high)
    assert found[asset, "management", "owner"]["value"] is None


def test_dimensions_without_a_check_are_not_known(found):
    checked = {(row["asset_id"], row["dimension"]) for row in b.scores().to_pylist()}
    for (asset, block, element), row in found.items():
        if block == "quality" and element != "score":
            assert (row["value"] is not None) == ((asset, element) in checked)


def test_relations_are_told_in_words(found):
    said = [row["value"] for (_, _, element), row in found.items() if element == "related_assets" and row["value"]]
    assert said
    assert all(text.startswith(("copy of ", "foreign key ", "derived ")) for text in said)
