from __future__ import annotations

import pytest
from tests.inventory import builders as b
from tests.views.nights import two_nights

from assay.contracts import schemas
from assay.views.models import models
from assay.views.money import money
from assay.views.reading import Reader


def test_the_assets_of_a_use_case_add_up_to_it(tmp_path, monkeypatch):
    shop = two_nights(tmp_path, monkeypatch)
    view = money(Reader(shop.store), b.manifest())
    (case,) = view.use_cases
    assert (case["use_case"], case["payoff"], case["unit"]) == (b.CASE, "captured_sales", "USD/week")
    assert case["total"] == pytest.approx(sum(row["value"] for row in case["assets"]))
    assert [row["asset_id"] for row in case["assets"]][::5] == ["landing.transactions", "landing.campaigns"]
    assert case["unvalued"] == [{"asset_id": "landing.products_copy", "reason": "it is a copy of landing.products"}]
    assert view.assets[0]["net_value"] == pytest.approx(view.assets[0]["value"] - view.assets[0]["cost"])


def test_models_are_told_with_what_they_are_compared_to(tmp_path, monkeypatch):
    shop = two_nights(tmp_path, monkeypatch)
    metrics = [{"use_case": b.CASE, "model": "outcome", "split": "outcome", "metric": name, "value": value}
               for name, value in (("below_p25", 0.3), ("below_p90", 0.88), ("ece_seeing_1_of_2", 0.1), ("pinball", 2.0),
                                    ("observed_bin_1", 0.4), ("predicted_bin_1", 0.5))]
    shop.put(schemas.MODEL_METRICS, b.table(schemas.MODEL_METRICS, metrics), name=b.CASE)
    weights = [{"use_case": b.CASE, "key": key, "asset_id": "landing.products", "column": column, "contribution": weight}
               for key, column, weight in ((None, None, 0.5), (None, "a", 0.1), (None, "b", 0.4), ("{}", None, 9.0))]
    shop.put(schemas.EXPLANATIONS, b.table(schemas.EXPLANATIONS, weights), name=b.CASE)
    (case,) = models(Reader(shop.store), b.manifest()).use_cases
    assert [(row["predicted"], row["observed"]) for row in case["calibration"]] == [(0.25, 0.3), (0.5, 0.4), (0.9, 0.88)]
    assert [row["contribution"] for row in case["assets"]] == [0.5]
    assert [row["column"] for row in case["features"]] == ["b", "a"]
    assert {row["metric"] for row in case["metrics"]} == {"below_p25", "below_p90", "pinball"}
    assert case["champion"] is None
