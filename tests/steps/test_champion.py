from __future__ import annotations

import json
import logging
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from tests.models import builders as b
from tests.nights import pure_fingerprints
from tests.steps import valued as v
from tests.steps import weekly as w

from assay.contracts.schemas import MODEL, MODEL_METRICS, SERVING
from assay.models import search
from assay.models.outcome import SIZES
from assay.models.search import changed
from assay.steps.extract import load_model
from assay.steps.train import SEED
from assay.storage import open_store

pytestmark = pytest.mark.slow


@pytest.fixture
def storage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A clinic whose models are small, and learn so little at their rate that others are better."""
    monkeypatch.setitem(SIZES, "tiny", replace(b.SIZE, rate=1e-4, steps=30))
    monkeypatch.setattr(search, "CANDIDATES", 5)
    monkeypatch.setattr(search, "BUDGETS", (1.0,))
    return w.use_clinic(tmp_path, monkeypatch)


def model_uri(week: int, tail: str = "") -> str:
    return open_store().uri(MODEL, w.PLATFORM, w.partition(week), f"{w.CASE}{tail}")


def test_the_first_model_serves_and_a_later_one_if_it_is_better_on_the_same_rows(storage: Path) -> None:
    w.run(5)
    first = w.row(5)
    assert (first["champion"], first["challenger"]) == (model_uri(5), model_uri(5))
    assert first["champion_loss"] is None and first["promoted"] and first["below"] == 0
    assert first["retune"] is first["parameters"] is None

    w.run(6)
    second, known = w.row(6), w.scores(6)
    assert second["challenger"] == model_uri(6)
    assert second["champion_loss"] == known["champion", "validate", "log_loss"]
    assert second["challenger_loss"] == known["night", "validate", "log_loss"]
    assert second["base_rate_loss"] == known["base_rate", "validate", "log_loss"]
    assert {rows for (_, _, metric), rows in known.items() if metric == "rows"} == {480}
    assert second["promoted"] == (second["challenger_loss"] < second["champion_loss"])
    assert second["champion"] == (model_uri(6) if second["promoted"] else model_uri(5))
    assert second["champion_fingerprint"] == open_store().manifest(second["champion"])["fingerprint"]
    gain = second["base_rate_loss"] - second["champion_loss"]
    assert second["recent"] == [{"window": "2020-02-03", "gain": None, "below": 0, "retuned": False},
                                {"window": "2020-02-10", "gain": gain, "below": 0, "retuned": False}]


def test_a_champion_is_scored_as_the_night_that_made_it_scored_it(storage: Path) -> None:
    """The same model on the same window: the night's own score, read from what it published, and the champion's agree."""
    w.run(5)
    night = w.scores(5, w.CASE)
    w.rewrite(5, champion=model_uri(5))
    shutil.copytree(storage / w.PLATFORM / f"ds={w.partition(5)}", storage / w.PLATFORM / f"ds={w.partition(4)}",
                    dirs_exist_ok=True)
    w.run(5)
    assert w.row(5)["champion_loss"] == night["outcome", "validate", "log_loss"]
    assert not w.row(5)["promoted"]  # as good is not better


def test_base_models_are_compared_with_the_textbook_network_once(storage: Path) -> None:
    w.run(5)
    (base,) = (path for path in (storage / w.PLATFORM).glob(f"ds=*/model_metrics/{w.CASE}/base/*"))
    known = w.scores(5, f"{w.CASE}/base/{base.name}", base.parts[-5].removeprefix("ds="))
    assert {(model, split) for model, split, _ in known} == {(m, "base_validate") for m in ("base", "base_rate", "textbook")}
    assert {rows for (_, _, metric), rows in known.items() if metric == "rows"} == {480}
    before = v.manifests(storage)
    w.run(6)
    assert not [path for path, when in v.manifests(storage).items() if "/base/" in path and before.get(path) != when]


def test_champions_are_the_same_whatever_ran_first_and_pure_artifacts_know_none(storage: Path, tmp_path: Path,
                                                                               monkeypatch: pytest.MonkeyPatch) -> None:
    forwards = [w.run(week) for week in (5, 6, 7)]
    other = w.use_storage(tmp_path / "backwards", monkeypatch)
    w.run(7)
    assert w.row(7)["champion_loss"] is None
    w.run(6), w.run(5)
    assert [w.run(week) for week in (6, 7)] == forwards[1:]
    assert pure_fingerprints(other, w.PLATFORM) == pure_fingerprints(storage, w.PLATFORM)
    before = v.manifests(other)
    assert w.run(7) == forwards[2]
    assert v.manifests(other) == before


@pytest.mark.parametrize("loss", ["files", "features", "weights"])
def test_a_champion_that_can_not_serve_any_more_is_replaced(loss: str, storage: Path, caplog: pytest.LogCaptureFixture) -> None:
    w.run(5)
    if loss == "files":
        shutil.rmtree(next((storage / model_uri(5)).glob("files-*")))
    if loss == "weights":
        w.rewrite(5, champion_fingerprint="0" * 64)
    with caplog.at_level(logging.WARNING):
        w.run(6, **({"base": False, "without": "item"} if loss == "features" else {}))
    found = w.row(6)
    assert found["champion"] == model_uri(6) and found["promoted"] and found["champion_loss"] is None
    (said,) = (record.getMessage() for record in caplog.records if record.name == "assay.steps.champion")
    assert model_uri(5) in said and "is replaced" in said


def test_a_search_that_is_asked_for_serves_from_then_on_and_changes_nothing_pure(storage: Path, tmp_path: Path,
                                                                                monkeypatch: pytest.MonkeyPatch) -> None:
    w.run(5)
    asked = w.run(6, retune=True)
    found, known = w.row(6), w.scores(6)
    assert found["retune"] == "asked" and found["recent"][-1]["retuned"]
    parameters = json.loads(found["parameters"])
    assert parameters and changed(SIZES["tiny"], parameters) in search.variations(SIZES["tiny"], SEED)
    searched = {model: value for (model, split, metric), value in known.items()
                if model.startswith("searched") and (split, metric) == ("base_validate", "budget")}
    assert len(searched) == 5 and {"searched {}", f"searched {found['parameters']}"} <= searched.keys()

    losses = {known[name, "validate", "log_loss"]: uri for name, uri in (
        ("champion", model_uri(5)), ("night", model_uri(6)), ("tuned", model_uri(6, f"/{SERVING}")))}
    assert found["champion"] == losses[min(losses)]
    assert found["challenger_loss"] == min(known[name, "validate", "log_loss"] for name in ("night", "tuned"))
    tuned = load_model(open_store(), open_store().get(MODEL, w.PLATFORM, w.partition(6), f"{w.CASE}/{SERVING}"))
    assert tuned.network.get_layer("fusion").get_config()["members"] == changed(SIZES["tiny"], parameters).members

    before = v.manifests(storage)
    assert w.run(6) == asked  # run again without the switch: what was asked for stays
    assert v.manifests(storage) == before
    w.run(7)
    after = w.row(7)
    assert after["retune"] is None and after["parameters"] == found["parameters"]
    assert ("tuned", "validate", "log_loss") in w.scores(7)
    assert w.scores(7)["champion", "validate", "log_loss"] == after["champion_loss"]
    assert len(list((storage / w.PLATFORM).glob(f"ds=*/model/{w.CASE}/{SERVING}/base/*"))) == 1

    untouched = w.use_storage(tmp_path / "never", monkeypatch)
    for week in (5, 6, 7):
        w.run(week)
    assert pure_fingerprints(untouched, w.PLATFORM) == pure_fingerprints(storage, w.PLATFORM)


def test_two_windows_in_a_row_below_what_is_usual_start_a_search(storage: Path) -> None:
    w.run(5)
    usual = [{"window": f"2019-12-{day:02}", "gain": 0.5, "below": 0, "retuned": False} for day in (2, 9, 16, 23, 30)]
    w.rewrite(5, recent=[*usual, {"window": "2020-02-03", "gain": 0.1, "below": 1, "retuned": False}], below=1)
    w.run(6)
    found = w.row(6)
    assert (found["below"], found["retune"]) == (2, "below") and found["parameters"] is not None
    w.run(7)
    assert w.row(7)["retune"] is None and w.row(7)["below"] < 2  # counted anew


def test_without_a_base_model_the_nights_own_windows_are_searched(storage: Path) -> None:
    w.run(5, base=False, retune=True)
    known = w.scores(5)
    assert {split for model, split, _ in known if model.startswith("searched")} == {"validate"}
    assert w.row(5)["champion"] == model_uri(5, f"/{SERVING}")
    assert open_store().partitions(MODEL_METRICS, w.PLATFORM, f"{w.CASE}/{SERVING}") == [w.partition(5)]


def test_another_size_in_the_manifest_forgets_what_was_searched(storage: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    w.run(5)
    w.rewrite(5, parameters=json.dumps({"rate": 0.01}), model_size="base")
    w.run(6)
    assert w.row(6)["parameters"] is None and w.row(6)["model_size"] == "tiny"
