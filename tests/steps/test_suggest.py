"""A suite from what nights have published, and anomalies beside the profiles it comes from."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest
from tests.steps.test_profile import PLATFORM, history, night

from assay.contracts.schemas import ANOMALIES, ASSET_STATES, DISCOVERED, HISTORY, RELATIONS, SNAPSHOT, SUSPECTS
from assay.errors import ArtifactMissing, AssetUnknown
from assay.quality.links import Determined, ForeignKey
from assay.quality.suite import parse_suite
from assay.quality.validate import validate
from assay.steps.classify import classify
from assay.steps.cli.main import main
from assay.steps.profile import profile
from assay.steps.suggest import suggest_suite
from assay.storage import ArtifactStore, Recipe, open_store

PARTITION, ASSET = "2017-12-30", "landing.transactions"


@pytest.fixture
def store(small_environment: Path, small_landing: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ArtifactStore:
    """Where one night has profiled and classified the transactions."""
    monkeypatch.setenv("ASSAY_STORAGE", (tmp_path / "storage").as_uri())
    store = open_store()
    found = store.publish(DISCOVERED, DISCOVERED.schema.empty_table(), platform=PLATFORM, partition=PARTITION,
                          recipe=Recipe((), "", ""))
    run = night(PARTITION)
    states = profile(run, [history(store, small_landing, "transactions", PARTITION)])
    classify(type(run)(PLATFORM, PARTITION, (), False, "", found, ()), states)
    return store


def test_what_is_probably_wrong_is_printed_with_its_rows(store: ArtifactStore, capsys: pytest.CaptureFixture[str]):
    told = store.read(store.get(SUSPECTS, PLATFORM, PARTITION, ASSET)).to_pylist()
    store.publish(ASSET_STATES, pa.Table.from_pylist([{"asset_id": ASSET, "status": "ok"}], schema=ASSET_STATES.schema),
                  platform=PLATFORM, partition=PARTITION, recipe=Recipe((), "", ""))
    assert main(["quality", "suspects", PLATFORM, ASSET]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == max(len(told), 1) and (told or lines == [f"nothing looks wrong in {ASSET}"])
    row = {"asset_id": ASSET, "source_partition": PARTITION, "kind": "typo", "columns": ["note"], "dimension": "accuracy",
           "rows": 1, "share": 0.1, "example": "'chese'", "instead": "'cheese'", "reason": "'chese' is a slip",
           "found_in": ["row 7"]}
    store.publish(SUSPECTS, pa.Table.from_pylist([row], schema=SUSPECTS.schema), platform=PLATFORM, partition=PARTITION,
                  name=ASSET, recipe=Recipe((), "", "other"))
    assert main(["quality", "suspects", PLATFORM, ASSET, PARTITION]) == 0
    assert capsys.readouterr().out == "note: typo: 'chese' is a slip (1 rows; row 7)\n"
    assert main(["quality", "suspects", PLATFORM, "landing.nothing"]) == 1
    assert "landing.nothing" in capsys.readouterr().err


def test_a_suite_holds_for_what_the_night_knows(store: ArtifactStore, capsys: pytest.CaptureFixture[str]):
    text = suggest_suite(PLATFORM, ASSET, PARTITION, store)
    assert text.startswith(f"# Suggested for {ASSET} from ") and "column: sales_value" in text
    suite = parse_suite(Path("suggested.yaml"), text)
    for label in store.partitions(SNAPSHOT, PLATFORM, ASSET)[-5:]:
        rows = store.read(store.get(SNAPSHOT, PLATFORM, label, ASSET))
        assert all(row["success"] for row in validate(rows, suite, ASSET, label).to_pylist())
    assert main(["quality", "suggest", PLATFORM, ASSET]) == 0
    assert capsys.readouterr().out == text


def test_dependencies_and_keys_of_the_rows_are_suggested(store: ArtifactStore, small_landing: Path):
    text = suggest_suite(PLATFORM, ASSET, PARTITION, store)
    pairs = {(entry.determined_by[0], entry.column) for entry in parse_suite(Path("s.yaml"), text).expectations
             if isinstance(entry, Determined)}
    assert ("basket_id", "household_id") in pairs and ("basket_id", "quantity") not in pairs
    history(store, small_landing, "products", PARTITION)
    relation = {"kind": "foreign_key", "from_asset": ASSET, "from_columns": ["product_id"], "to_asset": "landing.products",
                "to_columns": ["product_id"], "coverage": 1.0, "confidence": 1.0}
    several = relation | {"from_columns": ["product_id", "store_id"], "to_columns": ["product_id", "manufacturer_id"]}
    store.publish(RELATIONS, pa.Table.from_pylist([relation, several], schema=RELATIONS.schema), platform=PLATFORM,
                  partition=PARTITION, recipe=Recipe(("z",), "", ""))
    linked = suggest_suite(PLATFORM, ASSET, PARTITION, store)
    (key,) = [entry for entry in parse_suite(Path("s.yaml"), linked).expectations if isinstance(entry, ForeignKey)]
    assert (key.column, key.asset, key.to_column) == ("product_id", "landing.products", "product_id")
    assert "expect_compound_columns_to_exist_in_asset" in linked


def test_what_was_never_profiled_is_one_sentence(store: ArtifactStore, capsys: pytest.CaptureFixture[str]):
    with pytest.raises(AssetUnknown, match="transactions"):
        suggest_suite(PLATFORM, "landing.transaction", PARTITION, store)
    with pytest.raises(ArtifactMissing):
        suggest_suite(PLATFORM, ASSET, "2017-12-29", store)
    assert main(["quality", "suggest", PLATFORM, ASSET, "2017-12-29"]) == 1
    assert capsys.readouterr().err.count("\n") == 1


def test_the_newest_partition_is_watched(store: ArtifactStore, small_landing: Path):
    assert store.find(ANOMALIES, PLATFORM, PARTITION, ASSET) is not None
    label = max(label for label in store.partitions(SNAPSHOT, PLATFORM, ASSET) if label <= PARTITION)
    whole = store.read(store.get(SNAPSHOT, PLATFORM, label, ASSET))
    place = whole.schema.get_field_index("sales_value")
    broken = whole.set_column(place, "sales_value", pa.nulls(len(whole), pa.float64()))
    listed = history(store, small_landing, "transactions", PARTITION)
    store.publish(SNAPSHOT, broken, platform=PLATFORM, partition=label, name=ASSET, recipe=Recipe(("x",), "", ""))
    ref = store.get(SNAPSHOT, PLATFORM, label, ASSET)
    rows = [row | ({"uri": ref.uri, "fingerprint": ref.fingerprint} if row["source_partition"] == label else {})
            for row in store.read(listed).to_pylist()]
    again = store.publish(HISTORY,
                          pa.Table.from_pylist(rows, schema=HISTORY.schema), platform=PLATFORM,
                          partition=PARTITION, name=ASSET, recipe=Recipe(("y",), "", ""))
    profile(night(PARTITION), [again])
    told = store.read(store.get(ANOMALIES, PLATFORM, PARTITION, ASSET)).to_pylist()
    assert ("sales_value", "null_share") in {(row["column"], row["kind"]) for row in told}
    assert {row["source_partition"] for row in told} == {label}
