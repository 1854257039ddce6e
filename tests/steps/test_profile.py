from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from assay.contracts.refs import ArtifactRef, Night
from assay.contracts.schemas import ASSOCIATIONS, HISTORY, PROFILE_STATES, PROFILES, SNAPSHOT
from assay.profiling.statistics import profile as summarise
from assay.steps.profile import profile
from assay.storage import ArtifactStore, Recipe, open_store

PLATFORM = "small_journey"
RECIPE = Recipe((), "", "")


@pytest.fixture
def store(small_environment: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ArtifactStore:
    monkeypatch.setenv("ASSAY_STORAGE", (tmp_path / "storage").as_uri())
    return open_store()


def night(partition: str) -> Night:
    return Night(PLATFORM, partition, (), False, "", ArtifactRef("discovered", "", 0, ""), ())


def history(
    store: ArtifactStore, small_landing: Path, table: str, partition: str, labels: list[str] | None = None
) -> ArtifactRef:
    """Snapshots of a landing table and the history that lists them, as ingest leaves them."""
    asset, rows = f"landing.{table}", []
    for folder in sorted((small_landing / PLATFORM / table).iterdir()):
        label = folder.name.removeprefix("ds=")
        if labels is not None and label not in labels:
            continue
        data = pq.ParquetFile(folder / "part-0.parquet").read()
        snapshot = store.publish(SNAPSHOT, data, platform=PLATFORM, partition=label, name=asset, recipe=RECIPE)
        rows.append(
            {
                "asset_id": asset,
                "source_partition": label,
                "uri": snapshot.uri,
                "fingerprint": snapshot.fingerprint,
                "row_count": data.num_rows,
                "bytes": data.nbytes,
                "reason": None,
            }
        )
    table_ = pa.Table.from_pylist(rows, schema=HISTORY.schema)
    return store.publish(HISTORY, table_, platform=PLATFORM, partition=partition, name=asset, recipe=RECIPE)


def _labels(states: list[ArtifactRef]) -> list[str]:
    return [state.uri.split("/ds=")[1].split("/")[0] for state in states]


def test_the_last_four_weeks_are_counted_and_the_newest_summarised(store, small_landing):
    states = profile(night("2017-12-30"), [history(store, small_landing, "promotions", "2017-12-30")])
    assert _labels(states) == ["2017-12-04", "2017-12-11", "2017-12-18", "2017-12-25"]
    assert {state.contract for state in states} == {"profile_states"}
    found = store.read(store.get(PROFILES, PLATFORM, "2017-12-30", "landing.promotions"))
    assert found.equals(summarise(store.read(states[-1]))) and found.column("row_count")[0].as_py() > 0


def test_a_state_is_read_once_whatever_is_made_of_it(store, small_landing, monkeypatch):
    reads, read = [], ArtifactStore.read
    monkeypatch.setattr(ArtifactStore, "read", lambda self, ref, columns=None: reads.append(ref) or read(self, ref, columns))
    listed = history(store, small_landing, "promotions", "2017-12-30")
    states = profile(night("2017-12-30"), [listed])
    of_states = [ref.fingerprint for ref in reads if ref.contract == PROFILE_STATES.name]
    assert sorted(of_states) == sorted(set(of_states)) and {state.fingerprint for state in states} <= set(of_states)


def test_what_is_known_ahead_belongs_to_the_night(store, small_landing):
    states = profile(night("2017-12-20"), [history(store, small_landing, "promotions", "2017-12-20")])
    assert _labels(states)[-1] == "2017-12-25"
    assert _labels(profile(night("2017-12-17"), [history(store, small_landing, "products", "2017-12-17")]))[-1] == "2017-12-11"


def test_of_a_slow_rhythm_the_newest_partition_is_enough(store, small_landing):
    old = history(store, small_landing, "demographics", "2017-12-30", ["2017-04-03", "2017-04-10"])
    assert _labels(profile(night("2017-12-30"), [old])) == ["2017-04-10"]


def test_a_second_run_counts_nothing_again(store, small_landing, monkeypatch):
    listed = history(store, small_landing, "campaigns", "2017-12-30")
    first = profile(night("2017-12-30"), [listed])
    monkeypatch.setattr("assay.profiling.states.count_values", lambda *_, **__: pytest.fail("counted again"))
    assert profile(night("2017-12-30"), [listed]) == first


def test_equal_snapshots_are_counted_once(store, small_landing, monkeypatch):
    from assay.profiling import states

    calls, count = [], states.count_values
    monkeypatch.setattr("assay.profiling.states.count_values", lambda *given, **said:
                        calls.append(given) or count(*given, **said))
    assert len(profile(night("2017-12-30"), [history(store, small_landing, "demographics", "2017-12-30")])) == 4
    assert len(calls) == 1


def test_a_correction_makes_the_states_anew_and_unmasks_or_masks(store, tmp_path, monkeypatch):
    table = pa.table({"contact": [f"u{n}@example.com" for n in range(9)], "shelf": [f"A-{n}" for n in range(9)]})
    snapshot = store.publish(SNAPSHOT, table, platform="shop", partition="2017-12-30", name="landing.things", recipe=RECIPE)
    row = {"asset_id": "landing.things", "source_partition": "2017-12-30", "uri": snapshot.uri, "row_count": 9,
           "fingerprint": snapshot.fingerprint, "bytes": 1, "reason": None}
    listed = store.publish(HISTORY, pa.Table.from_pylist([row], schema=HISTORY.schema), platform="shop", partition="2017-12-30",
                           name="landing.things", recipe=RECIPE)
    monkeypatch.setenv("ASSAY_PLATFORMS", str(tmp_path / "platforms"))
    manifest = tmp_path / "platforms" / "shop" / "platform.yaml"
    manifest.parent.mkdir(parents=True)
    start = "platform: shop\ncurrency: EUR\nsources: [{name: landing, type: files, path: /lake}]\n"
    run = Night("shop", "2017-12-30", (), False, "", ArtifactRef("discovered", "", 0, ""), ())

    def masked(said: str) -> dict[str, bool]:
        manifest.write_text(start + said, encoding="utf-8")
        [state] = profile(run, [listed])
        rows = store.read(state).to_pylist()
        return {name: any(r["masked"] for r in rows if r["column"] == name) for name in ("contact", "shelf")}

    assert masked("") == {"contact": True, "shelf": False}
    assert masked("assets: {landing.things: {personal: {contact: none, shelf: passport}}}") == {"contact": False, "shelf": True}
    assert masked("") == {"contact": True, "shelf": False}


def test_a_torn_snapshot_costs_its_own_partition_alone(store, small_landing, caplog):
    torn = history(store, small_landing, "coupons", "2017-12-30", ["2017-12-11", "2017-12-18", "2017-12-25"])
    rows = store.read(torn).to_pylist()
    bad = ArtifactRef("snapshot", rows[-1]["uri"], 0, "")
    Path(store.files(bad)[0]).write_bytes(b"PAR1 torn")
    whole = history(store, small_landing, "campaigns", "2017-12-30")
    states = profile(night("2017-12-30"), [torn, whole])
    assert _labels(states)[:2] == ["2017-12-11", "2017-12-18"] and len(states) == 6
    assert "2017-12-25 of landing.coupons" in caplog.text
    assert store.find(PROFILES, PLATFORM, "2017-12-30", "landing.coupons") is not None


def test_an_asset_without_partitions_has_no_state(store, small_landing):
    assert profile(night("2017-12-30"), [history(store, small_landing, "coupons", "2017-12-30", [])]) == []
    assert profile(night("2017-12-30"), []) == []
    assert store.find(PROFILES, PLATFORM, "2017-12-30", "landing.coupons") is None


def test_states_do_not_depend_on_the_night_that_made_them(store, small_landing, tmp_path, monkeypatch):
    listed = history(store, small_landing, "coupon_redemptions", "2017-12-30")
    early = {s.uri: s for s in profile(night("2017-12-20"), [listed])}
    late = {s.uri: s for s in profile(night("2017-12-25"), [listed])}
    shared = early.keys() & late.keys()
    assert shared and all(early[uri] == late[uri] for uri in shared)
    assert all(store.manifest(uri)["contract"] == PROFILE_STATES.name for uri in shared)


def test_columns_of_the_newest_partition_are_compared(store, small_landing):
    listed = history(store, small_landing, "transactions", "2017-12-30")
    profile(night("2017-12-30"), [listed])
    ref = store.get(ASSOCIATIONS, PLATFORM, "2017-12-30", "landing.transactions")
    found = {(row["column"], row["other"]): row for row in store.read(ref).to_pylist()}
    assert found["quantity", "sales_value"]["measure"] == "spearman"
    assert not any("product_id" in pair and row["measure"] == "spearman" for pair, row in found.items())
    profile(night("2017-12-30"), [listed])
    assert store.get(ASSOCIATIONS, PLATFORM, "2017-12-30", "landing.transactions") == ref


def test_a_snapshot_that_was_lost_after_it_was_counted_costs_the_comparison_alone(store, small_landing, caplog):
    listed = history(store, small_landing, "campaigns", "2017-12-30", ["2017-12-25"])
    counted = profile(night("2017-12-30"), [listed])
    rows = store.read(listed)
    Path(store.files(ArtifactRef("snapshot", rows.column("uri")[0].as_py(), 0, ""))[0]).write_bytes(b"PAR1 torn")
    again = store.publish(HISTORY, rows, platform=PLATFORM, partition="2017-12-31", name="landing.campaigns", recipe=RECIPE)
    assert profile(night("2017-12-31"), [again]) == counted
    assert store.find(PROFILES, PLATFORM, "2017-12-31", "landing.campaigns") is not None
    assert store.find(ASSOCIATIONS, PLATFORM, "2017-12-31", "landing.campaigns") is None
    assert "no columns of landing.campaigns are compared: " in caplog.text
