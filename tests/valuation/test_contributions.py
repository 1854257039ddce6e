from __future__ import annotations

from itertools import permutations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.models import builders as b
from tests.valuation import builders as vb

from assay.features.table import FeatureTables
from assay.models.calibration import Calibration
from assay.models.encoding import learn_codes
from assay.models.outcome import ENCODERS, token_visibility
from assay.models.store import OutcomeModel
from assay.models.train import run
from assay.models.vectors import layers_of, token_vectors
from assay.valuation import contributions as module
from assay.valuation.contributions import Contributions, contributions

FEATURES = b.clinic(15, 4, seed=3)[0]
CALIBRATION = Calibration(0.8, -0.3)
BOTH, WEATHER, RAIN = b.BOTH.name, "clinic.weather|item", "clinic.weather|item.rain"


def model_of(codes=None) -> OutcomeModel:
    codes = codes or learn_codes([b.clinic()[0]])
    players = tuple(sorted({asset for code in codes for asset in code.assets}))
    return OutcomeModel(b.network(codes), codes, CALIBRATION, players)


def explained(model: OutcomeModel, features: FeatureTables = FEATURES) -> Contributions:
    encoded = model.encode(features)
    return contributions(model, encoded, np.arange(len(encoded)))


def logits(model: OutcomeModel, features: FeatureTables, coalition) -> np.ndarray:
    """Calibrated, from the network itself."""
    seen = token_visibility(model.codes, np.array([coalition], np.int8), model.players)
    return CALIBRATION.scale * run(model.network, model.encode(features), seen)[:, 0].astype(np.float64) + CALIBRATION.shift


def told_apart(found: Contributions, players: tuple[str, ...]) -> np.ndarray:
    """What the columns of each asset add up to, shape (rows, players)."""
    return np.column_stack([found.columns[:, [asset == player for asset, _ in found.names]].sum(axis=1) for player in players])


def column(found: Contributions, asset: str, name: str) -> np.ndarray:
    return found.columns[:, found.names.index((asset, name))]


@pytest.fixture(scope="module")
def model() -> OutcomeModel:
    return model_of()


def test_an_asset_contributes_the_mean_of_what_it_adds_over_all_orders(model: OutcomeModel) -> None:
    expected = np.zeros((60, 3))
    for order in permutations(range(3)):
        seen = [0, 0, 0]
        for player in order:
            before = logits(model, FEATURES, seen)
            seen[player] = 1
            expected[:, player] += (logits(model, FEATURES, seen) - before) / 6
    assert explained(model).assets == pytest.approx(expected, abs=1e-5)


@pytest.fixture(scope="module")
def stirred() -> OutcomeModel:
    return model_of()


@settings(deadline=None, max_examples=15)
@given(seed=st.integers(0, 2**16))
def test_columns_add_up_to_their_asset_and_assets_to_the_prediction(stirred: OutcomeModel, seed: int) -> None:
    model = stirred
    b.stirred(model.network, seed)
    found = explained(model)
    everything, nothing = (logits(model, FEATURES, [seen] * 3) for seen in (1, 0))
    assert found.none == pytest.approx(nothing, abs=1e-5)
    assert found.none + found.assets.sum(axis=1) == pytest.approx(everything, abs=1e-5)
    assert told_apart(found, model.players) == pytest.approx(found.assets, abs=1e-9)
    assert found.probability == pytest.approx(1 / (1 + np.exp(-everything)), abs=1e-6)
    assert np.isfinite(found.columns).all() and (found.amount > 0).all()


def test_every_asset_has_every_column_of_the_tokens_that_read_it(model: OutcomeModel) -> None:
    both = [BOTH, f"{BOTH}.alike"]
    assert sorted(explained(model).names) == sorted([
        *(("clinic.visits", name) for name in ("clinic.visits|user", "clinic.visits|user.rows", "clinic.visits|user.recency",
                                               *both)),
        *(("clinic.patients", name) for name in ("clinic.patients", "clinic.patients.age", "clinic.patients.ward", *both)),
        ("clinic.weather", WEATHER), ("clinic.weather", RAIN)])


def straightened(model: OutcomeModel) -> np.ndarray:
    """Make the head add tokens up, since no gate and no unit changes sides any more; what its logit's gradient is then."""
    head = model.network.get_layer("fusion")
    mix, absent, bias, gradient = head.mix.numpy(), head.absent.numpy(), head.bias.numpy(), np.zeros(head.bias.shape)
    heads = head.towers * head.members
    for n in range(heads):
        value, gate = (slice(start, start + head.width) for start in (2 * n * head.width, (2 * n + 1) * head.width))
        mix[:, n // head.members, :, 2 * (n % head.members) * head.width + head.width:][..., :head.width] = 0
        absent[..., gate] = bias[gate] = 0
        bias[value] = 50
        gradient[value] = 0.5 * (head.second.numpy()[n] @ head.out.numpy()[n][:, 0]) / heads
    for weight, values in ((head.mix, mix), (head.absent, absent), (head.bias, bias)):
        weight.assign(values)
    head.second_bias.assign(0 * head.second_bias + 400)
    return gradient


def test_where_the_head_adds_tokens_up_columns_are_known_and_halved_between_two_assets() -> None:
    model = model_of()
    gradient, encoded = straightened(model), model.encode(FEATURES).spread()
    found, mix = explained(model), model.network.get_layer("fusion").mixing().transpose(0, 2, 1) @ gradient
    vectors, layers = token_vectors(model.network, encoded).of(slice(None)), layers_of(model.network, ENCODERS)
    added = [layer.split(*arrays).numpy() for layer, *arrays in zip(layers, encoded.numbers, encoded.categories, strict=True)]
    recency, alike = (own - own.mean(axis=0) for own in (added[0][:, 1], added[2][:, 0]))
    exact = {"rel": 1e-3, "abs": 2e-4}
    assert column(found, "clinic.visits", "clinic.visits|user.recency") == pytest.approx(0.8 * recency @ mix[0], **exact)
    for asset in ("clinic.visits", "clinic.patients"):
        assert column(found, asset, f"{BOTH}.alike") == pytest.approx(0.8 / 2 * alike @ mix[3], **exact)
    shown = vectors[:, 2].mean(axis=0) @ mix[2] - model.network.get_layer("fusion").absent.numpy()[2] @ gradient
    assert column(found, "clinic.weather", WEATHER) == pytest.approx(np.full(60, 0.8 * shown), **exact)
    assert min(np.abs(part @ mix[n]).max() for part, n in ((recency, 0), (alike, 3))) > 0.02 < abs(shown)


def test_an_asset_whose_token_the_head_does_not_read_contributes_nothing() -> None:
    model = model_of()
    head, place = model.network.get_layer("fusion"), [code.name for code in model.codes].index(WEATHER)
    for weight in (head.mix, head.absent):
        value = weight.numpy()
        value[place] = 0
        weight.assign(value)
    found = explained(model)
    assert found.assets[:, model.players.index("clinic.weather")] == pytest.approx(np.zeros(60), abs=1e-12)
    for name in (WEATHER, RAIN):
        assert column(found, "clinic.weather", name) == pytest.approx(np.zeros(60), abs=1e-12)
    assert np.abs(found.assets).max() > 0.1


def same_rain(features: FeatureTables) -> FeatureTables:
    items = features.things["item"]
    place = items.column_names.index(RAIN)
    return FeatureTables(features.rows, {**features.things, "item": items.set_column(
        place, RAIN, pa.array([0.7] * items.num_rows, pa.float32()))})


def test_what_never_varies_is_no_player_when_learned_and_contributes_nothing_later(model: OutcomeModel) -> None:
    assert "clinic.weather" not in {asset for asset, _ in explained(model_of(learn_codes([same_rain(b.clinic()[0])]))).names}
    found = explained(model, same_rain(FEATURES))
    assert not column(found, "clinic.weather", RAIN).any()
    assert column(found, "clinic.weather", WEATHER) == pytest.approx(found.assets[:, model.players.index("clinic.weather")])


def without_values(table: pa.Table) -> pa.Table:
    """The table with every feature missing."""
    for n, field in enumerate(table.schema):
        if "." in field.name:
            table = table.set_column(n, field.name, pa.nulls(table.num_rows, field.type))
    return table


@pytest.mark.parametrize("features", [b.rewritten(FEATURES, without_values), FeatureTables(FEATURES.rows, {})],
                         ids=["null", "no table"])
def test_missing_values_give_finite_contributions(model: OutcomeModel, features: FeatureTables) -> None:
    found = explained(model, features)
    assert np.isfinite(found.assets).all() and np.isfinite(found.columns).all()
    assert told_apart(found, model.players) == pytest.approx(found.assets, abs=1e-9)


def test_columns_are_measured_beside_the_usual_rows(model: OutcomeModel) -> None:
    """A row beside itself alone differs in nothing; only whole tokens are left."""
    found = contributions(model, model.encode(FEATURES), np.array([7]))
    own = {name: value for name, value in zip(found.names, found.columns[7], strict=True) if value}
    assert {name for _, name in own} == {code.name for code in model.codes}
    assert np.count_nonzero(found.columns[8]) > len(own)


def test_passes_change_nothing(model: OutcomeModel, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = explained(model)
    monkeypatch.setattr(module, "_CELLS", 60)
    monkeypatch.setattr(module, "_ROWS", 11)
    parts = explained(model)
    assert parts.columns == pytest.approx(whole.columns, abs=1e-5) and parts.names == whole.names
    assert parts.amount == pytest.approx(whole.amount, rel=1e-5)


def test_equal_runs_give_equal_bytes(model: OutcomeModel) -> None:
    one, two = explained(model), explained(model)
    for name in ("assets", "columns", "none", "probability", "amount"):
        assert getattr(one, name).tobytes() == getattr(two, name).tobytes()


def test_a_text_is_one_column_with_the_category_that_it_is(model: OutcomeModel) -> None:
    ward = "clinic.patients.ward"
    meaning = pa.table({"text": ["east", "north", "south"], "vector": pa.array([[1, 0, 0], [0, 1, 0], [0, 0.6, 0.8]],
                                                                            pa.list_(pa.float32()))})
    learned, asked = (FeatureTables(f.rows, f.things, {ward: meaning}) for f in (b.clinic()[0], FEATURES))
    model = model_of(learn_codes([learned]))
    assert model.codes[1].texts and model.codes[1].width == 3
    found = explained(model, asked)
    assert found.names.count(("clinic.patients", ward)) == 1
    assert told_apart(found, model.players) == pytest.approx(found.assets, abs=1e-9)


def test_what_a_behaviour_encoder_foretells_is_one_column_named_by_its_token() -> None:
    model, features = vb.foretelling_clinic()
    found = explained(model, features)
    nexts = [code for code in model.codes if code.head is not None]
    assert [code.name for code in nexts] == [f"{vb.SEQUENCE.name}|next", f"{vb.SEQUENCE.name}.{vb.SKY}|next"]
    for code in nexts:
        for asset in code.assets:
            own = column(found, asset, code.name)
            assert np.ptp(own) > 1e-3 and (asset, code.name) in found.names
    assert told_apart(found, model.players) == pytest.approx(found.assets, abs=1e-9)
    everything, nothing = (logits(model, features, [seen] * len(model.players)) for seen in (1, 0))
    assert found.assets.sum(axis=1) == pytest.approx(everything - nothing, abs=1e-5)


def test_beyond_what_can_be_enumerated_some_ways_are_taken_and_all_adds_up(model: OutcomeModel) -> None:
    many = OutcomeModel(model.network, model.codes, CALIBRATION, (*model.players, *(f"z.{n:02}" for n in range(10))))
    found, exact, n = explained(many), explained(model), len(model.players)
    assert found.assets.sum(axis=1) == pytest.approx(exact.assets.sum(axis=1), abs=1e-5)
    assert found.assets[:, n:] == pytest.approx(np.zeros((len(exact.assets), 10)), abs=1e-9)
    assert told_apart(found, many.players) == pytest.approx(found.assets, abs=1e-9)
    assert np.abs(found.assets[:, :n] - exact.assets).max() < 0.1 * np.abs(exact.assets).max()
    assert (found.none, found.probability) == (pytest.approx(exact.none, abs=1e-6), pytest.approx(exact.probability, abs=1e-6))
