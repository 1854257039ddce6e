from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from tests.models import builders as b
from tests.valuation.builders import SEQUENCE, SKY, foretelling_clinic

from assay.features.blocks import Feature, Token
from assay.models.calibration import Calibration
from assay.models.encoding import learn_codes
from assay.models.store import OutcomeModel
from assay.valuation import columns
from assay.valuation.coalitions import all_coalitions
from assay.valuation.columns import ROWS, ColumnGame, appraise_columns, column_reads, narrowed, sample_clusters
from assay.valuation.game import Game
from assay.valuation.masked import masked_model
from assay.valuation.payoffs import CapturedSales
from assay.valuation.shapley import shapley_values
from assay.valuation.table import Played

FEATURES, HAPPENED = b.clinic(20, 6, seed=3)
PATIENTS, VISITS, WEATHER = b.PLAYERS


def reading(token: Token, sources: dict[str, tuple[tuple[str, str], ...]]) -> Token:
    """The token with the columns that its features read."""
    return dataclasses.replace(token, features=tuple(
        Feature(f.name, f.kind, sources.get(f.name, ())) for f in token.features))


TOKENS = (
    b.VISITS,
    reading(b.PATIENTS, {"age": ((PATIENTS, "born"),), "ward": ((PATIENTS, "ward"),)}),
    reading(b.WEATHER, {"rain": ((WEATHER, "rain"),)}),
    reading(b.BOTH, {"alike": ((PATIENTS, "ward"), (VISITS, "doses"))}))


@pytest.fixture(scope="module")
def model() -> OutcomeModel:
    codes = learn_codes([b.clinic()[0]])
    return OutcomeModel(b.network(codes), codes, Calibration(0.8, -0.3), b.PLAYERS)


def game_of(model: OutcomeModel, channels=None, found_by=None) -> Game:
    masked = masked_model(model, model.encode(FEATURES))
    payoff = CapturedSales(FEATURES.rows.column("user").to_numpy(), 5 * HAPPENED, top_k=2, margin=0.5)
    return Game(masked, payoff, model.players, channels or {}, found_by or {}, FEATURES.rows.num_rows)


def said(model, coalition) -> np.ndarray:
    found = model.predict(np.array([coalition], np.int8), np.arange(FEATURES.rows.num_rows))
    return np.stack([found.probability[0], found.amount[0]])


def test_features_need_the_columns_that_they_read_of_each_asset(model) -> None:
    assert column_reads(model, TOKENS).columns == {
        PATIENTS: ("born", "ward"), VISITS: (ROWS, "doses"), WEATHER: ("rain",)}


def test_all_columns_are_the_asset_and_none_is_its_absence(model) -> None:
    masked, reads = masked_model(model, model.encode(FEATURES)), column_reads(model, TOKENS)
    for n, asset in enumerate(b.PLAYERS):
        everything, without = np.ones(3, np.int8), np.ones(3, np.int8)
        without[n] = 0
        whole = narrowed(masked, reads, asset, frozenset(reads.columns[asset]))
        assert np.array_equal(said(whole, everything), said(masked, everything))
        assert np.array_equal(said(narrowed(masked, reads, asset, frozenset()), everything), said(masked, without))


def test_a_hidden_column_may_say_what_it_likes(model) -> None:
    """A feature of two assets is hidden, too, once a column of either is."""
    reads, encoded = column_reads(model, TOKENS), model.encode(FEATURES)
    places = dict(zip((code.name for code in model.codes), b.columns_of(model.codes), strict=True))
    table, numbers, categories = places[b.PATIENTS.name]
    hidden_by = {
        "born": (PATIENTS, [(table, numbers[:1], [])]),
        "ward": (PATIENTS, [(table, [], categories), places[b.BOTH.name]]),
        "doses": (VISITS, [places[b.BOTH.name]]),
        ROWS: (VISITS, [places[b.VISITS.name]])}
    for column, (asset, parts) in hidden_by.items():
        changed = encoded
        for part in parts:
            changed = b.overwritten(changed, *part)
        left = frozenset(reads.columns[asset]) - {column}
        before, after = (narrowed(masked_model(model, rows), reads, asset, left) for rows in (encoded, changed))
        assert np.array_equal(said(before, [1, 1, 1]), said(after, [1, 1, 1])), column
        seen = [said(masked_model(model, rows), [1, 1, 1]) for rows in (encoded, changed)]
        assert not np.array_equal(*seen), column


def test_a_token_of_the_behaviour_encoder_needs_all_that_its_sequence_reads() -> None:
    foretelling, features = foretelling_clinic()
    sources = {"doses": ((VISITS, "doses"),)}
    tokens = (*TOKENS, reading(SEQUENCE, sources),
              Token("clinic.weather|item", (WEATHER,), ("item",), (Feature("sky", "category", ((WEATHER, "sky"),)),)))
    reads = column_reads(foretelling, tokens)
    assert reads.columns[VISITS] == (ROWS, "doses") and "sky" in reads.columns[WEATHER]
    heads = [whole for code, whole in zip(foretelling.codes, reads.wholes, strict=True) if code.head is not None]
    assert heads == [{VISITS: {ROWS, "doses"}}, {VISITS: {ROWS, "doses"}, WEATHER: {"sky"}}]
    assert SKY == "clinic.weather|item.sky"
    masked = masked_model(foretelling, foretelling.encode(features))
    shown = narrowed(masked, reads, VISITS, frozenset({ROWS})).shown
    assert [bool(seen) for code, seen in zip(foretelling.codes, shown, strict=True) if code.head is not None] == [False, False]


def test_retrieval_through_an_asset_needs_its_rows(model) -> None:
    reads, rows = column_reads(model, TOKENS), FEATURES.rows.num_rows
    found_by = {"seen_before": np.arange(rows) % 2 == 0, "random": np.arange(rows) % 3 == 0}
    game = game_of(model, {"seen_before": (VISITS,), "random": ()}, found_by)
    columns_ = ColumnGame(game, reads, VISITS, {})
    closed = columns_.play(np.array([False, True]), np.ones((1, 2), np.int8))
    only_random = dataclasses.replace(game, channels={"random": ()}).model
    model_left = narrowed(only_random, reads, VISITS, frozenset({"doses"}))
    expected = dataclasses.replace(game, model=model_left, channels={"random": ()}).play(np.ones((1, 3), np.int8))
    assert np.array_equal(closed, expected)
    assert not np.array_equal(columns_.play(np.array([True, False]), np.ones((1, 2), np.int8)), closed)


def played(game: Game) -> Played:
    coalitions = all_coalitions(len(game.players))
    return Played(list(game.players), game.payoff.clusters, coalitions, game.play(coalitions))


def test_columns_add_up_to_their_assets_and_whole_coalitions_are_not_played_again(model, monkeypatch) -> None:
    game, reads = game_of(model), column_reads(model, TOKENS)
    whole = played(game)
    values = dict(zip(b.PLAYERS, shapley_values(whole.payoffs.sum(axis=1)), strict=True))
    asked = []
    monkeypatch.setattr(Game, "play", lambda self, wanted, play=Game.play: asked.append(self) or play(self, wanted))
    rows = appraise_columns(game, reads, values, whole, times=1.0, unit="USD/week", seed=2)
    assert all(of is not game for of in asked)
    for asset, value in values.items():
        own = [row for row in rows if row["asset_id"] == asset]
        assert [row["column"] for row in own] == list(reads.columns[asset])
        assert sum(row["value"] for row in own) == pytest.approx(value, rel=1e-9, abs=1e-9)
    assert all(row["ci_low"] <= row["value"] + 1e-9 and row["value"] <= row["ci_high"] + 1e-9 for row in rows)
    assert sum(row["share"] for row in rows) == pytest.approx(1.0 if sum(values.values()) > 0 else 0.0)


def test_columns_of_half_of_the_clusters_stand_for_all(model) -> None:
    game, reads = game_of(model), column_reads(model, TOKENS)
    whole, values = played(game), {PATIENTS: 8.0, VISITS: -2.0, WEATHER: 0.0}
    once, twice = (appraise_columns(game, reads, values, whole, times=times, unit="USD/week", seed=2)
                   for times in (1.0, 2.0))
    for one, two in zip(once, twice, strict=True):
        assert two["ci_high"] - two["ci_low"] == pytest.approx(2 * (one["ci_high"] - one["ci_low"]))
    assert sum(row["value"] for row in twice if row["asset_id"] == PATIENTS) == pytest.approx(8.0)


def test_clusters_are_drawn_whole(monkeypatch) -> None:
    monkeypatch.setattr(columns, "_SAMPLED_ROWS", 10)
    keys = np.repeat([3, 1, 7, 5], [4, 4, 4, 4])
    rows, some = sample_clusters(keys, ["3", "1", "7", "5"], seed=1)
    assert len(some) == 2 and sorted(set(keys[rows])) == sorted(int(["3", "1", "7", "5"][n]) for n in some)
    assert len(rows) == 8
    monkeypatch.setattr(columns, "_SAMPLED_ROWS", 3)
    assert len(sample_clusters(keys, ["3", "1", "7", "5"], seed=1)[1]) == 1
    monkeypatch.setattr(columns, "_SAMPLED_ROWS", 99)
    assert sample_clusters(keys, ["3", "1", "7", "5"], seed=1)[1].tolist() == [0, 1, 2, 3]


def test_a_token_that_the_window_has_not_got_is_read_by_its_rows_alone(model) -> None:
    reads = column_reads(model, TOKENS[:1])
    assert reads.columns[WEATHER] == (ROWS,)
