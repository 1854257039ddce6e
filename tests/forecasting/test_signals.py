from __future__ import annotations

from tests.inventory import builders as b

from assay.contracts.schemas import ASSET_SIGNALS, USAGE
from assay.forecasting.signals import asset_signals


def test_an_assets_state_in_five_numbers() -> None:
    found = ASSET_SIGNALS.conform(asset_signals("2017-12-24", b.gate(), b.states(), b.checks(), [], USAGE.schema.empty_table()))
    rows = {row["asset_id"]: row for row in found.to_pylist()}
    assert list(rows) == sorted(b.ASSETS)
    assert (rows["landing.campaigns"]["age"], rows["landing.products"]["age"]) == (8, 2)
    asked = {row["asset_id"]: row["success"] for row in b.checks().to_pylist()}
    for asset, row in rows.items():
        assert (row["failed"] is None) == (asset not in asked)
        assert (row["unusual"], row["reads"]) == (0, None)


def test_an_asset_without_dates_has_no_age() -> None:
    states = b.states().to_pylist()
    states[0]["last_good_partition"] = None
    found = asset_signals("2017-12-24", b.gate(), b.table(b.schemas.ASSET_STATES, states), b.checks(), [],
                          USAGE.schema.empty_table())
    assert found.to_pylist()[0]["age"] is None
