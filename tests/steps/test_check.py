from __future__ import annotations

import re
import shutil
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from assay.contracts.refs import ArtifactRef, Night
from assay.contracts.schemas import ASSET_STATES, CHECK_INDEX, CHECKS, DATA_DOCS, GATE, PARTITION_CHECKS
from assay.quality.suite import parse_suite
from assay.steps.check import check
from assay.steps.discover import discover
from assay.steps.gate import gate
from assay.steps.ingest import ingest
from assay.storage import open_store

pytestmark = pytest.mark.slow  # imports Great Expectations

TABLES = ("transactions", "products")


@pytest.fixture
def landing(small_environment: Path, small_landing: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A private landing zone of two tables with their last few partitions, and private storage."""
    zone = tmp_path / "landing" / "small_journey"
    for table in TABLES:
        for folder in sorted((small_landing / "small_journey" / table).glob("ds=*"))[-6:]:
            shutil.copytree(folder, zone / table / folder.name)
    monkeypatch.setenv("ASSAY_LANDING", str(tmp_path / "landing"))
    monkeypatch.setenv("ASSAY_STORAGE", (tmp_path / "storage").as_uri())
    return zone


def newest(zone: Path, table: str) -> Path:
    return sorted((zone / table).glob("ds=*"))[-1] / "part-0.parquet"


def run(partition: str | None = None) -> tuple[Night, dict[str, pa.Table], dict[str, pa.Table]]:
    """Index by asset, and the gate's three artifacts by contract."""
    night = discover("small_journey", partition_key=partition, requested=None, use_cases=[], retrain=False, note="")
    histories = [ref for batch in night.batches for ref in ingest(night, list(batch))]
    indexes = check(night, histories)
    store = open_store()
    gated = gate(night, histories, indexes)
    assert [ref.contract for ref in gated] == ["gate", "asset_states", "checks"]
    by_asset = {ref.uri.rsplit("/", 1)[-1]: CHECK_INDEX.conform(store.read(ref)) for ref in indexes}
    contracts = {c.name: c for c in (GATE, ASSET_STATES, CHECKS)}
    return night, by_asset, {ref.contract: contracts[ref.contract].conform(store.read(ref)) for ref in gated}


def states(gated: dict[str, pa.Table]) -> dict[str, dict[str, object]]:
    return {row["asset_id"]: row for row in gated["asset_states"].to_pylist()}


def usable(gated: dict[str, pa.Table], asset: str) -> dict[str, bool]:
    return {r["source_partition"]: r["usable"] for r in gated["gate"].to_pylist() if r["asset_id"] == asset}


def test_real_partitions_hold_and_docs_open_for_every_asset(landing: Path) -> None:
    night, index, gated = run()
    store = open_store()
    for table in TABLES:
        asset = f"landing.{table}"
        assert index[asset].num_rows == 6 and all(index[asset].column("passed").to_pylist())
        site = store.get(DATA_DOCS, "small_journey", night.partition, asset)
        links = re.findall(r'href="([^"]+)"', store.read_file(site, "index.html").decode())
        assert links and all(store.read_file(site, link) for link in links)
    assert states(gated)["landing.transactions"]["status"] == "ok"
    assert states(gated)["landing.promotions"]["status"] == "missing"
    shown = gated["checks"].to_pylist()
    assert {row["asset_id"] for row in shown} == {f"landing.{table}" for table in TABLES}
    assert {row["source_partition"] for row in shown if row["asset_id"] == "landing.transactions"} == {night.partition}


def test_a_planted_critical_failure_quarantines_its_own_partition_alone(landing: Path) -> None:
    path = newest(landing, "transactions")
    table = pq.read_table(path, partitioning=None)
    place = table.schema.get_field_index("sales_value")
    pq.write_table(table.set_column(place, "sales_value", pc.negate(table.column(place))), path)
    night, index, gated = run()
    rows = index["landing.transactions"].to_pylist()
    assert [row["passed"] for row in rows] == [True] * 5 + [False]
    assert "expect_column_values_to_be_between on sales_value failed" in rows[-1]["reason"]
    state = states(gated)["landing.transactions"]
    assert state["status"] == "quarantined" and state["last_good_partition"] == rows[-2]["source_partition"]
    assert "sales_value" in str(state["reason"])
    assert usable(gated, "landing.transactions")[night.partition] is False
    assert states(gated)["landing.products"]["status"] in ("ok", "unchanged")
    # The failing check is shown, and counted exactly.
    bad = [r for r in gated["checks"].to_pylist()
           if r["column"] == "sales_value" and r["severity"] == "critical" and not r["success"]]
    assert [r["unexpected_count"] for r in bad] == [pc.sum(pc.greater(table.column("sales_value"), 0)).as_py()]


def test_a_later_good_day_does_not_need_the_quarantined_one(landing: Path) -> None:
    days = sorted((landing / "transactions").glob("ds=*"))
    table = pq.read_table(days[-2] / "part-0.parquet", partitioning=None)
    pq.write_table(table.slice(0, 0), days[-2] / "part-0.parquet")
    _, index, gated = run()
    assert index["landing.transactions"].column("passed").to_pylist() == [True] * 4 + [False, True]
    assert states(gated)["landing.transactions"]["status"] == "ok"
    assert list(usable(gated, "landing.transactions").values()) == [True] * 4 + [False, True]


def test_an_absent_column_and_a_torn_file_harm_their_partition_alone(landing: Path) -> None:
    path = newest(landing, "products")
    pq.write_table(pq.read_table(path, partitioning=None).drop_columns("brand"), path)
    newest(landing, "transactions").write_bytes(b"PAR1 torn")
    _, index, gated = run(partition=newest(landing, "transactions").parent.name.removeprefix("ds="))
    assert "brand" in index["landing.products"].to_pylist()[-1]["reason"]
    assert states(gated)["landing.products"]["status"] == "quarantined"
    assert states(gated)["landing.transactions"]["status"] == "degraded"
    assert "part-0.parquet" in str(states(gated)["landing.transactions"]["reason"])


def test_a_second_run_reuses_every_check_and_gives_the_same(landing: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = run()

    def refuse(*_: object) -> None:
        raise AssertionError("computed again")

    monkeypatch.setattr("assay.steps.check.validate", refuse)
    monkeypatch.setattr("assay.quality.docs.build_docs", refuse)
    second = run()
    assert first[1] == second[1] and first[2] == second[2]


def test_equal_snapshots_are_validated_once(landing: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import assay.steps.check as step

    seen: list[tuple[str, str]] = []

    def counted(files: list[str], suite: object, asset: str, label: str, **others: object) -> pa.Table:
        seen.append((asset, label))
        return validate(files, suite, asset, label, **others)

    validate = step.validate
    monkeypatch.setattr(step, "validate", counted)
    _, index, _ = run()
    products = index["landing.products"].to_pylist()
    assert len([asset for asset, _ in seen if asset == "landing.products"]) == 1 and len(products) == 6
    store = open_store()
    for row in products:
        checks = store.read(store.get(PARTITION_CHECKS, "small_journey", row["source_partition"], "landing.products"))
        assert set(checks.column("source_partition").to_pylist()) == {row["source_partition"]}


def test_keys_are_looked_up_in_the_newest_partition_of_the_other_asset(landing: Path) -> None:
    """What a label is compared with depends on labels alone: an older catalogue is used, a newer one never."""
    catalogue = pq.read_table(newest(landing, "products"), partitioning=None)
    shutil.rmtree(landing / "products")
    days = [folder.name.removeprefix("ds=") for folder in sorted((landing / "transactions").glob("ds=*"))]
    for day, table in ((days[1], catalogue), (days[4], catalogue.slice(0, 1))):
        (landing / "products" / f"ds={day}").mkdir(parents=True)
        pq.write_table(table, landing / "products" / f"ds={day}" / "part-0.parquet")
    _, index, _ = run()
    store, found = open_store(), {}
    for row in index["landing.transactions"].to_pylist():
        checks = store.read(ArtifactRef(PARTITION_CHECKS.name, row["uri"], row["row_count"], row["fingerprint"]))
        keys = checks.filter(pc.equal(checks.column("expectation"), "expect_column_values_to_exist_in_asset")).to_pylist()
        found[row["source_partition"]] = [key["success"] for key in keys]
    # Nothing to compare the first day with: the expectation waits, and its place is in the artifact's name.
    assert list(found.values()) == [[], [True], [True], [True], [False], [False]]
    assert "/without/" in index["landing.transactions"].to_pylist()[0]["uri"]


def test_checks_of_a_label_do_not_depend_on_which_nights_ran(landing: Path) -> None:
    days = [folder.name.removeprefix("ds=") for folder in sorted((landing / "transactions").glob("ds=*"))]
    later = run(days[-1])[1]["landing.transactions"].to_pylist()
    earlier = run(days[-3])[1]["landing.transactions"].to_pylist()
    again = run(days[-1])[1]["landing.transactions"].to_pylist()
    assert again == later and earlier == later[:len(earlier)]


def test_an_asset_that_the_platform_does_not_have_fails_with_a_sentence(landing: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import assay.steps.check as step

    monkeypatch.setattr(step, "find_suite", lambda *_: parse_suite(Path("suite.yaml"), """
- {expectation: expect_table_row_count_to_be_between, min_value: 1, severity: critical, dimension: completeness}
- {expectation: expect_column_values_to_exist_in_asset, column: product_id, asset: landing.product, to_column: product_id,
   severity: critical, dimension: consistency}
"""))
    _, index, _ = run()
    row = index["landing.transactions"].to_pylist()[-1]
    assert row["reason"].endswith("there is no partition of landing.product to compare with")
