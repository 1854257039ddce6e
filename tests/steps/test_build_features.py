from __future__ import annotations

import datetime as dt
from pathlib import Path

import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq
import pytest
from tests.features import builders as b
from tests.features import journey as j
from tests.steps import valued as v

from assay.config import load_platform
from assay.config.manifest import UseCase
from assay.contracts.refs import ArtifactRef, Night
from assay.contracts.schemas import FEATURES, LABELS
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
    """A table without dated partitions holds at every cut-off, since nobody says since when."""
    night = discover("shop", partition_key=None, requested=None, use_cases=[], retrain=False, note="")
    history, *rows = features_of(night)
    assert [row["window"] for row in (history, *rows)] == ["history", "train", "train", "validate", "outcome", "serve"]
    for row in rows:
        found = v.tables_of(row)
        assert "landing.products" in {asset for token in found.tokens for asset in token.assets}
        assert found.things["item"].column("landing.products.category").null_count == 0


@pytest.mark.slow
def test_exposures_of_the_outcome_window_are_labels_and_no_features(shop, monkeypatch):
    """What was shown in the window changes its labels and none of its tables; what was shown before changes the tables."""
    manifest = shop / "platforms" / "shop" / "platform.yaml"
    replay = "{type: replay, top_k: 3, margin: 0.3, exposures: landing.shown, propensity: chance}"
    manifest.write_text(MANIFEST.replace("{type: captured_sales, top_k: 3, margin: 0.3}", replay))

    def windows(name: str, changed: dt.date | None) -> dict[str, dict]:
        for day in (dt.date(2026, 1, 1) + dt.timedelta(days=n) for n in range(70)):
            path = shop / "landing" / "shown" / f"ds={day}" / "part-0.parquet"
            path.parent.mkdir(parents=True, exist_ok=True)
            chances = [0.5 if n % 2 else 0.25 for n in range(40)] if day != changed else [0.125] * 40
            pq.write_table(pa.table({
                "shown_id": [day.toordinal() * 40 + n for n in range(40)], "customer_id": [n % 37 + 1 for n in range(40)],
                "product_id": [(n + day.day + 5 * (day == changed)) % 23 + 1 for n in range(40)], "chance": chances,
                "shown_at": [dt.datetime.combine(day, dt.time(9))] * 40}), path)
        monkeypatch.setenv("ASSAY_STORAGE", (shop / name).as_uri())
        night = discover("shop", partition_key=None, requested=None, use_cases=[], retrain=False, note="")
        return {row["window"]: row for row in features_of(night) if row["window"] in ("validate", "outcome")}

    before, within, earlier = windows("a", None), windows("b", dt.date(2026, 3, 9)), windows("c", dt.date(2026, 2, 20))
    one, two, three = ((row["outcome"]["fingerprint"], row["outcome"]["things"]) for row in (before, within, earlier))
    assert one == two != three
    assert before["outcome"]["labels_fingerprint"] == earlier["outcome"]["labels_fingerprint"]
    assert before["outcome"]["labels_fingerprint"] != within["outcome"]["labels_fingerprint"]
    assert before["validate"]["labels_fingerprint"] == within["validate"]["labels_fingerprint"]
    row = within["outcome"]
    labels = open_store().read(ArtifactRef("labels", row["labels_uri"], 0, row["labels_fingerprint"])).to_pylist()
    assert {round(one["propensity"], 6) for one in labels if one["propensity"]} >= {0.25, 0.5}
    assert {one["y"] for one in labels} == {0.0, 1.0}


# -- the small platforms --------------------------------------------------------------------------------------------------


@pytest.fixture
def storage(small_environment: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return v.use_storage(small_environment, monkeypatch)


@pytest.mark.slow
def test_windows_of_a_night_and_their_tables(storage):
    (case,) = v.valued(v.JOURNEY, storage).features
    history, *rows = open_store().read(case.ref).to_pylist()
    assert [(row["window"], row["cutoff"]) for row in (history, *rows)] == [
        ("history", "2017-10-23"), ("base_train", "2017-10-23"), ("base_train", "2017-10-30"), ("base_validate", "2017-11-06"),
        ("train", "2017-11-20"), ("train", "2017-11-27"), ("train", "2017-12-04"), ("validate", "2017-12-11"),
        ("outcome", "2017-12-18"), ("serve", "2017-12-25")]
    assert [row["labels_uri"] is None for row in (history, *rows)] == [True] + [False] * 8 + [True]
    for row in rows:
        found = v.tables_of(row)
        assert found.rows.num_rows == row["row_count"] > 5000 and found.entity == ["user", "item"]
        keys = found.rows.select(["user", "item"]).to_pandas()
        assert keys.equals(keys.drop_duplicates().sort_values(["user", "item"]))
        assert sorted(found.things) == ["item", "user"]
        for role, table in found.things.items():
            assert table.column(role).to_pylist() == sorted(set(keys[role]))
            assert {token.keys for token in tokens_of(table)} == {(role,)}
        assert {token.keys for token in tokens_of(found.rows)} == {("user", "item")}
        if row["labels_uri"]:
            labels = open_store().read(ArtifactRef("labels", row["labels_uri"], 0, row["labels_fingerprint"]))
            assert LABELS.conform(labels).num_rows > 300 and set(labels.column("y").to_pylist()) == {1.0}
    assert FEATURES.conform(open_store().read(case.ref)).num_rows == 10


@pytest.mark.slow
def test_the_plan_by_what_classify_found(storage):
    """What the handwritten catalogue of the leakage test says is what `classify` finds."""
    (case,) = v.valued(v.JOURNEY, storage).features
    manifest = load_platform(v.JOURNEY).use_case(case.use_case)
    found = {token.name for token in v.tables_of(open_store().read(case.ref).to_pylist()[-1]).tokens}
    assert found == {block.token.name for block in b.blocks(j.JOURNEY, manifest)}


@pytest.mark.slow
def test_entities_without_time_share_one_table(storage):
    (case,) = v.valued(v.CREDIT, storage).features
    rows = open_store().read(case.ref).to_pylist()
    assert [(row["window"], row["cutoff"], row["row_count"]) for row in rows] == [
        (window, None, 1000) for window in ("train", "validate", "outcome")]
    assert len({row["uri"] for row in rows}) == len({row["labels_uri"] for row in rows}) == 1
    assert [row["things"] for row in rows] == [[]] * 3
    assets = {asset for token in v.tables_of(rows[0]).tokens for asset in token.assets}
    assert assets == {f"landing.applications.{group}" for group in ("account", "history", "loan", "person")}


@pytest.mark.slow
def test_a_second_run_makes_nothing_again(storage):
    night = v.valued(v.JOURNEY, storage)
    before = v.manifests(storage)
    assert build_features(night.begun.night, night.begun.gated, night.begun.classified) == night.features
    assert v.manifests(storage) == before


@pytest.mark.slow
def test_neighbouring_nights_share_the_windows_that_they_train_on(storage):
    """A night of the same week trains on the same weeks, what it asks of them is the same, and so is the history."""
    first = v.valued(v.JOURNEY, storage)
    after = v.begin(v.JOURNEY, "2017-12-26")
    (case,) = build_features(after.night, after.gated, after.classified)
    one, two = (open_store().read(ref).to_pylist() for ref in (first.features[0].ref, case.ref))
    assert [row["cutoff"] for row in two[7:]] == ["2017-12-13", "2017-12-20", "2017-12-27"]
    assert [row["window"] for row in two] == [row["window"] for row in one]
    for name in ("cutoff", "uri", "fingerprint", "things", "labels_fingerprint"):
        assert [row[name] for row in two[:7]] == [row[name] for row in one[:7]]


@pytest.mark.slow
def test_a_partition_with_too_little_history_says_from_when_on(storage):
    early = v.begin(v.JOURNEY, "2017-05-01")
    (case,) = build_features(early.night, early.gated, early.classified)
    assert (case.ref, case.reason) == (None, "use case next_week_purchase: history from 2017-03-27 is too short to train for "
                                             "partition 2017-05-01; run a partition from about 2017-05-15 on")


@pytest.mark.slow
def test_without_a_usable_outcome_the_use_case_stops(storage, tmp_path, monkeypatch):
    monkeypatch.setenv("ASSAY_STORAGE", tmp_path.as_uri())
    begun = v.begin(v.CREDIT, None, without=("landing.applications.outcome",))
    (case,) = build_features(begun.night, begun.gated, begun.classified)
    assert case.ref is None and "landing.applications.outcome has no usable partition" in case.reason


@pytest.mark.slow
def test_a_quarantined_asset_feeds_nothing_and_stops_nothing(storage, tmp_path, monkeypatch):
    monkeypatch.setenv("ASSAY_STORAGE", tmp_path.as_uri())
    begun = v.begin(v.CREDIT, None, without=("landing.applications.person",))
    (case,) = build_features(begun.night, begun.gated, begun.classified)
    row = open_store().read(case.ref).to_pylist()[0]
    assert {asset for token in v.tables_of(row).tokens for asset in token.assets} == {
        f"landing.applications.{group}" for group in ("account", "history", "loan")}


def add_bad_cases(manifest: dict) -> None:
    (good,) = manifest["use_cases"]
    manifest["use_cases"] = [good | {"name": "misspelt", "assets": ["landing.applications.acount"]}, good,
                             good | {"name": "too_many_ideas", "entity": {"customer": "credit_amount"}}]


@pytest.mark.slow
def test_use_cases_that_stop_leave_the_others_alone(storage, tmp_path, monkeypatch):
    v.other_manifest(v.CREDIT, add_bad_cases, tmp_path, monkeypatch)
    begun = v.begin(v.CREDIT, None)
    first, good, last = build_features(begun.night, begun.gated, begun.classified)
    assert (first.use_case, first.ref) == ("misspelt", None)
    assert first.reason == ("use case misspelt: asset 'landing.applications.acount' is not among the assets found; "
                            "did you mean 'landing.applications.account'?")
    assert last.ref is None and "no key column 'credit_amount' for entity 'customer'" in last.reason
    assert open_store().read(good.ref).num_rows == 3


# -- what a table is made from --------------------------------------------------------------------------------------------


def lay_out_parcels(folder: Path) -> None:
    """Sixty days of orders that are sent one to three days later."""
    for day in (dt.date(2026, 1, 1) + dt.timedelta(days=n) for n in range(60)):
        path = folder / "orders" / f"ds={day}" / "part-0.parquet"
        path.parent.mkdir(parents=True)
        numbers = [day.toordinal() * 30 + n for n in range(30)]
        at = dt.datetime.combine(day, dt.time(12))
        pq.write_table(pa.table({
            "order_id": numbers, "customer_id": [n % 37 + 1 for n in numbers], "product_id": [n % 23 + 1 for n in numbers],
            "paid": [1.5 + n % 7 for n in numbers], "ordered_at": [at] * 30,
            "sent_at": [at - dt.timedelta(days=1 + n % 3) for n in numbers]}), path)


@pytest.mark.slow
def test_what_the_manifest_says_of_an_asset_is_part_of_the_recipe(tmp_path, monkeypatch):
    """Another time column ages every event anew, though the blocks stay the same."""
    lay_out_parcels(tmp_path / "landing")
    monkeypatch.setenv("ASSAY_PLATFORMS", str(tmp_path / "platforms"))
    monkeypatch.setenv("ASSAY_STORAGE", (tmp_path / "storage").as_uri())
    monkeypatch.setenv("SHOP_DATA", str(tmp_path / "landing"))
    (tmp_path / "platforms" / "shop").mkdir(parents=True)
    columns = []
    for time in ("ordered_at", "sent_at"):
        assets = f"assets: {{landing.orders: {{kind: event, time: {time}}}}}\n"
        (tmp_path / "platforms" / "shop" / "platform.yaml").write_text(MANIFEST + assets)
        begun = v.begin("shop", None)
        (case,) = build_features(begun.night, begun.gated, begun.classified)
        assert case.reason is None
        newest = v.tables_of(open_store().read(case.ref).to_pylist()[-1])
        columns.append(newest.things["user"].column("landing.orders|user.decayed"))
    assert columns[0] != columns[1]


# -- roles ----------------------------------------------------------------------------------------------------------------


def test_the_order_in_which_a_manifest_lists_roles_says_nothing():
    turned = b.CASE.model_dump(mode="json") | {"entity": {"shift": "hour", "item": "drug_code", "user": "patient_no"}}
    assert list(UseCase.model_validate(turned).entity.items()) == [
        ("user", "patient_no"), ("shift", "hour"), ("item", "drug_code")]
