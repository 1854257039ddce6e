from __future__ import annotations

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.models import builders as b

from assay.features.blocks import tokens_to_json
from assay.features.table import TOKENS, tokens_of
from assay.models import vectors
from assay.models.encoding import Encoded, TokenCode, encode, learn_codes
from assay.models.outcome import ENCODERS, token_visibility
from assay.models.runtime import prepare_tensorflow
from assay.models.train import run
from assay.models.vectors import layers_of, token_vectors


@pytest.fixture(scope="module")
def codes() -> tuple[TokenCode, ...]:
    return learn_codes([b.clinic()[0]])


@pytest.fixture(scope="module")
def network(codes):
    return b.network(codes)


@pytest.fixture(scope="module")
def encoded(codes) -> Encoded:
    return encode(codes, b.clinic(20, seed=4)[0])


def test_the_head_answers_many_coalitions_as_it_answers_each(network, encoded: Encoded) -> None:
    head, seen = network.get_layer("fusion"), token_vectors(network, encoded).of(slice(None))
    visible = token_visibility(learn_codes([b.clinic()[0]]), b.every_coalition(), b.PLAYERS)
    together = head.coalitions(seen, visible).numpy()
    assert together.shape == (8, len(encoded), 2)
    for coalition, found in zip(visible, together, strict=True):
        one_by_one = head(seen, np.repeat(coalition[None], len(encoded), axis=0)).numpy().mean(axis=1)
        assert found == pytest.approx(one_by_one, abs=1e-5)
    assert not np.allclose(together[0], together[-1], atol=1e-3)


@settings(deadline=None, max_examples=25)
@given(st.integers(1, 6), st.integers(1, 5), st.integers(0, 2**31 - 1))
def test_the_same_for_heads_of_any_shape(tokens: int, size: int, seed: int) -> None:
    prepare_tensorflow()
    from assay.models.fusion import FusionHead

    rng = np.random.default_rng(seed)
    head = FusionHead(*rng.integers(1, 9, 2).tolist(), int(rng.integers(1, 4)), towers=int(rng.integers(1, 4)))
    head.build((None, tokens, head.towers * size), (None, tokens))
    b.stirred(head, seed)
    drawn = rng.normal(size=(7, tokens, head.towers * size)).astype(np.float32)
    visible = (rng.random((4, tokens)) < 0.5).astype(np.float32)
    together = head.coalitions(drawn, visible).numpy()
    for coalition, found in zip(visible, together, strict=True):
        each = head(drawn, np.repeat(coalition[None], 7, axis=0)).numpy()
        assert each.shape == (7, head.towers * head.members, 2)
        assert found == pytest.approx(each.mean(axis=1), abs=1e-5)


def test_without_any_token_every_row_gets_the_same_answer(network, encoded: Encoded) -> None:
    found = run(network, encoded, np.zeros((1, 4), np.float32))
    assert np.ptp(found, axis=0).max() == 0


def test_a_token_that_is_not_seen_has_no_influence(network, encoded: Encoded, codes) -> None:
    """Whatever the columns of an unseen token say, the answer is the same to the last bit."""
    for place, columns in enumerate(b.columns_of(codes)):
        visible = np.ones((1, 4), np.float32)
        visible[0, place] = 0
        nonsense = b.overwritten(encoded, *columns)
        assert np.array_equal(run(network, nonsense, visible), run(network, encoded, visible))
        assert not np.array_equal(run(network, nonsense, np.ones((1, 4), np.float32)),
                                  run(network, encoded, np.ones((1, 4), np.float32)))


def test_encoders_read_their_own_columns_alone(network, encoded: Encoded, codes) -> None:
    before = token_vectors(network, encoded).of(slice(None))
    assert before.shape == (len(encoded), 4, b.SIZE.towers * b.SIZE.token)
    for place, columns in enumerate(b.columns_of(codes)):
        after = token_vectors(network, b.overwritten(encoded, *columns)).of(slice(None))
        others = [n for n in range(4) if n != place]
        assert np.array_equal(after[:, others], before[:, others])
        assert not np.array_equal(after[:, place], before[:, place])


def test_batches_change_no_vector(network, encoded: Encoded, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = token_vectors(network, encoded)
    monkeypatch.setattr(vectors, "_BATCH", 7)
    for found, expected in zip(token_vectors(network, encoded).tables, whole.tables, strict=True):
        assert found == pytest.approx(expected, abs=1e-6)


def test_rows_that_name_the_same_thing_have_its_vectors(network, encoded: Encoded, codes) -> None:
    """Whether a thing stands once for all rows that name it, or once per row."""
    numbers, categories = zip(*((table[at], words[at]) for table, words, at in zip(
        encoded.numbers, encoded.categories, encoded.places.T, strict=True)), strict=True)
    own = np.repeat(np.arange(len(encoded), dtype=np.int32)[:, None], len(numbers), axis=1)
    found = token_vectors(network, encoded)
    assert [len(table) for table in found.tables] == [20, 8, 160] and len(found) == 160
    assert found.of(slice(None)) == pytest.approx(
        token_vectors(network, Encoded(numbers, categories, own)).of(slice(None)), abs=1e-6)
    chosen = np.array([150, 3, 3])
    assert np.array_equal(found.of(chosen), found.of(slice(None))[chosen])
    spread = encoded.take(chosen).spread()
    assert [len(table) for table in spread.numbers] == [3, 3, 3]
    assert token_vectors(network, spread).of(slice(None)) == pytest.approx(found.of(chosen), abs=1e-6)


def test_rows_can_each_have_their_own_coalition(network, encoded: Encoded) -> None:
    visible = (np.random.default_rng(2).random((len(encoded), 4)) < 0.5).astype(np.float32)
    found = run(network, encoded, visible, batch=9)
    for row in (0, 8, 9, len(encoded) - 1):
        alone = run(network, encoded.take(np.array([row])), visible[row:row + 1])
        assert found[row] == pytest.approx(alone[0], abs=1e-5)


@pytest.mark.parametrize("kind", ["number", "category"])
def test_tokens_may_have_numbers_or_categories_alone(kind: str) -> None:
    def of_kind(table: pa.Table) -> pa.Table:
        tokens = [replace(t, features=tuple(f for f in t.features if f.kind == kind)) for t in tokens_of(table)]
        return table.replace_schema_metadata(table.schema.metadata | {TOKENS: tokens_to_json(tokens)})

    features = b.rewritten(b.clinic(20)[0], of_kind)
    codes = learn_codes([features])
    assert [bool(code.numbers) for code in codes] == ([True] * 4 if kind == "number" else [False])
    found = run(b.network(codes), encode(codes, features), np.ones((1, len(codes)), np.float32))
    assert found.shape == (160, 2) and np.isfinite(found).all()


def test_forgetting_categories_changes_nothing_else(codes) -> None:
    network = b.network(codes)
    before = {weight.path: weight.numpy() for weight in network.weights}
    for encoders in layers_of(network, ENCODERS):
        encoders.forget_categories(np.random.default_rng(0))
    changed = [weight.path for weight in network.weights if not np.array_equal(weight.numpy(), before[weight.path])]
    assert [path.rsplit("/", 1)[-1] for path in changed] == ["table"]


def test_what_columns_add_is_what_a_tokens_vector_has_beside_all_of_them_hidden(network, encoded: Encoded, codes) -> None:
    whole, hidden = (token_vectors(network, rows).tables for rows in (
        encoded, Encoded(tuple(map(np.zeros_like, encoded.numbers)), tuple(map(np.zeros_like, encoded.categories)),
                         encoded.places)))
    places = [0] * len(whole)
    for n, numbers, categories in b.columns_of(codes):
        added = layers_of(network, ENCODERS)[n].split(encoded.numbers[n], encoded.categories[n]).numpy()
        own = added[:, [*numbers, *(encoded.numbers[n].shape[1] + column for column in categories)]].sum(axis=1)
        place, places[n] = places[n], places[n] + 1
        assert own == pytest.approx((whole[n] - hidden[n])[:, place], abs=1e-5) and np.abs(own).max() > 0.1


def test_a_column_that_is_hidden_adds_nothing(network, encoded: Encoded, codes) -> None:
    for n, numbers, categories in b.columns_of(codes):
        table = Encoded(tuple(map(np.copy, encoded.numbers)), tuple(map(np.copy, encoded.categories)), encoded.places)
        table.numbers[n][:, numbers[:1]], table.categories[n][:, categories[:1]] = 0, 0
        added = layers_of(network, ENCODERS)[n].split(table.numbers[n], table.categories[n]).numpy()
        silent = [*numbers[:1], *(table.numbers[n].shape[1] + column for column in categories[:1])]
        assert not added[:, silent].any()


def test_columns_are_told_apart_by_the_integral_of_the_gradient() -> None:
    """Integrated by steps, with nothing but what TensorFlow says of the whole layer."""
    prepare_tensorflow()
    import tensorflow as tf

    from assay.models.layers import TokenEncoders

    layer = TokenEncoders([0, 0, 0, 1], [], [], 2, 8, 3, 4, towers=2)
    rng = np.random.default_rng(3)
    numbers, categories = rng.uniform(-1, 1, (5, 4)).astype(np.float32), np.zeros((5, 0), np.int32)
    layer(numbers, categories)
    b.stirred(layer)
    steps = 2000
    along = tf.constant(np.concatenate([numbers * ((step + 0.5) / steps) for step in range(steps)]).astype(np.float32))
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(along)
        vectors = layer(along, np.zeros((len(along), 0), np.int32))
        entries = {(token, entry): vectors[:, token, entry] for token in range(2) for entry in range(6)}
    gradient = {place: tape.gradient(entry, along).numpy().reshape(steps, 5, 4).mean(axis=0)
                for place, entry in entries.items()}
    found = layer.split(numbers, categories).numpy()
    for column, token in enumerate(layer.number_tokens):
        for entry in range(6):
            expected = gradient[token, entry][:, column] * numbers[:, column]
            assert found[:, column, entry] == pytest.approx(expected, abs=2e-3)
    assert np.abs(found).max() > 0.1


def test_slopes_are_weighted_gradients_of_what_coalitions_say(network, encoded: Encoded) -> None:
    import tensorflow as tf

    head, seen = network.get_layer("fusion"), token_vectors(network, encoded).of(slice(None))
    visible = token_visibility(learn_codes([b.clinic()[0]]), b.every_coalition(), b.PLAYERS)
    weights = np.random.default_rng(0).normal(size=(3, 8)).astype(np.float32)
    out, slopes = head.slopes(seen, visible, weights)
    assert out.numpy() == pytest.approx(head.coalitions(seen, visible).numpy(), abs=1e-6)
    assert slopes.shape == (3, len(encoded), 2 * b.SIZE.fusion * b.SIZE.towers * b.SIZE.members)
    tokens = tf.constant(seen)
    with tf.GradientTape() as tape:
        tape.watch(tokens)
        logits = tf.tensordot(weights[1] * visible[:, 2], head.coalitions(tokens, visible)[..., 0], axes=1)
    expected = head.slopes(seen, visible, (weights * visible[:, 2])[1:2])[1][0] @ head.mixing()[2]
    assert tape.gradient(logits, tokens).numpy()[:, 2] == pytest.approx(expected.numpy(), abs=1e-5)


@settings(deadline=None, max_examples=60)
@given(st.lists(st.integers(0, 40), min_size=1, max_size=12))
def test_every_column_lies_in_its_token_once_and_buckets_fill_up_the_least(widths: list[int]) -> None:
    prepare_tensorflow()
    from assay.models.layers import _buckets

    number_tokens = [token for token, width in enumerate(widths) for _ in range(width)]
    found = _buckets(number_tokens, len(widths))
    assert sorted(t for members, _ in found for t in members) == list(range(len(widths)))
    for members, layout in found:
        for token, columns in zip(members, layout, strict=True):
            own = [c for c in columns if c < len(number_tokens)]
            assert own == [c for c, t in enumerate(number_tokens) if t == token]
    cells = sum(layout.size for _, layout in found)
    filled = [max(1, width) for width in widths]
    assert cells <= max(filled) * len(filled)
    assert cells == min(sum(len(part) * max(part, default=0) for part in (
        [w for w in filled if w <= few], [w for w in filled if w > few])) for few in filled)


def test_towers_know_nothing_of_each_other(network, encoded: Encoded) -> None:
    """Members of the second tower say the same whatever the first tower's vectors are."""
    head, seen = network.get_layer("fusion"), token_vectors(network, encoded).of(slice(None))
    visible = np.ones((len(encoded), 4), np.float32)
    other = seen.copy()
    other[..., :b.SIZE.token] = 3.0
    before, after = (head(vectors, visible).numpy() for vectors in (seen, other))
    assert before.shape[1] == b.SIZE.towers * b.SIZE.members
    assert np.array_equal(before[:, b.SIZE.members:], after[:, b.SIZE.members:])
    assert not np.allclose(before[:, :b.SIZE.members], after[:, :b.SIZE.members], atol=1e-3)
