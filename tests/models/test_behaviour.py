from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assay.features.blocks import Feature, Token, tokens_to_json
from assay.features.table import TOKENS
from assay.models.behaviour import (
    ENCODER,
    FIRST,
    PAD,
    UNSEEN,
    Behaviour,
    Kinds,
    SequenceCode,
    build_encoder,
    head_vectors,
    item_codes,
    learn_sequence_code,
    read_events,
    states,
)
from assay.models.runtime import prepare_tensorflow

TOKEN = "shop.sales|user|sequence"
CODE = SequenceCode(TOKEN, ("shop.sales",), ("user", "item"), ("milk", "bread", "tea"), ((f"{TOKEN}.price", 2.0),), 6,
                    (Kinds("shop.goods.kind", "shop.goods", ("drink", "food")),))


def users(*histories: list[tuple[str, int, bool, float]] | None) -> pa.Table:
    """A row per user: (item, age, whether a session begins, price) of every event, oldest first."""
    columns = {name: [None if events is None else [event[n] for event in events] for events in histories]
               for n, name in enumerate(("items", "ages", "begins", "price"))}
    kinds = {"items": pa.string(), "ages": pa.int16(), "begins": pa.bool_(), "price": pa.float32()}
    return pa.table({"user": list(range(len(histories)))} | {
        f"{TOKEN}.{name}": pa.array(values, pa.list_(kinds[name])) for name, values in columns.items()})


def alternating(count: int, first: int) -> list[tuple[str, int, bool, float]]:
    """Milk and bread in turn, a week apart."""
    return [(("milk", "bread")[(n + first) % 2], 7 * (count - n) - 3, True, 1.0) for n in range(count)]


def alternating_users(count: int) -> pa.Table:
    """Their histories, as a window's history holds them."""
    table = users(*(alternating(20 + n % 7, n % 2) for n in range(count)))
    kinds = tuple(Feature(name, "sequence", ()) for name in ("items", "ages", "begins", "price"))
    return table.replace_schema_metadata({TOKENS: tokens_to_json([Token(TOKEN, CODE.assets, ("user",), kinds)])})


def shopping(seed: int, events: int) -> list[tuple[str, int, bool, float]]:
    rng = np.random.default_rng(seed)
    ages = np.sort(rng.integers(1, 60, events))[::-1]
    return [(str(rng.choice(["milk", "bread", "tea", "rare"])), int(age), bool(n == 0 or age != ages[n - 1]),
             float(rng.integers(0, 9))) for n, age in enumerate(ages)]


@pytest.fixture(scope="module")
def behaviour() -> Behaviour:
    prepare_tensorflow()
    network = build_encoder(CODE, 8, 2, 0.0)
    rng = np.random.default_rng(1)
    network.set_weights([(0.5 * rng.normal(size=weight.shape)).astype(np.float32) for weight in network.get_weights()])
    return Behaviour(network, CODE)


def test_the_vocabulary_holds_items_with_enough_events_by_frequency_then_name() -> None:
    bought = ["tea"] * 7 + ["milk"] * 5 + ["bread"] * 5 + ["rare"] * 4
    table = users([(item, 9, True, 1.0) for item in bought[:10]], None, [(item, 9, True, 1.0) for item in bought[10:]])
    code = learn_sequence_code(table, TOKEN, CODE.assets, CODE.keys, 6, 10, CODE.kinds)
    assert code is not None and code.items == ("tea", "bread", "milk")
    assert code.measures == ((f"{TOKEN}.price", pytest.approx(np.log(2))),)
    assert item_codes(code, pa.chunked_array([["milk", "rare", None]])).tolist() == [FIRST + 2, UNSEEN, UNSEEN]
    assert learn_sequence_code(users(None), TOKEN, CODE.assets, CODE.keys, 6, 10, ()) is None


def test_codes_survive_json() -> None:
    assert SequenceCode.from_json(json.loads(json.dumps(CODE.to_json()))) == CODE


def test_events_lie_behind_one_another_and_a_user_may_have_none() -> None:
    events = read_events(CODE, users([("milk", 9, True, 0.0), ("rare", 9, False, -3.0)], None, [("tea", 1, True, 8.0)]))
    assert events.starts.tolist() == [0, 2, 2, 3] and len(events) == 3
    assert events.items.tolist() == [FIRST, UNSEEN, FIRST + 2] and events.ages.tolist() == [9, 9, 1]
    assert events.begins.tolist() == [1, 0, 1]
    assert events.measures[:, 0].tolist() == pytest.approx([0, -np.log(4) / 2, np.log(9) / 2])
    assert len(read_events(CODE, pa.table({"user": [1, 2]}))) == 2


@settings(deadline=None, max_examples=50)
@given(st.lists(st.integers(0, 12), min_size=1, max_size=5), st.integers(1, 8))
def test_the_last_events_stand_at_the_right_end(lengths: list[int], length: int) -> None:
    table = users(*([("milk" if n % 2 else "tea", 30 - n, True, float(n)) for n in range(count)] for count in lengths))
    events = read_events(CODE, table)
    found = events.padded(events.starts[:-1], events.starts[1:], length)
    for row, count in enumerate(lengths):
        kept = min(count, length)
        assert found["items"][row].tolist() == [PAD] * (length - kept) + [
            FIRST if n % 2 else FIRST + 2 for n in range(count - kept, count)]
        assert found["ages"][row].tolist() == [0] * (length - kept) + [30 - n for n in range(count - kept, count)]
        assert (found["measures"][row, :length - kept] == 0).all() and (found["begins"][row, :length - kept] == 0).all()


@settings(deadline=None, max_examples=15)
@given(st.integers(0, 10**6), st.integers(0, 5))
def test_nothing_later_enters_a_state(behaviour: Behaviour, seed: int, place: int) -> None:
    encoder, events = behaviour.network.get_layer(ENCODER), read_events(CODE, users(shopping(seed, 6)))
    sequences = events.padded(events.starts[:-1], events.starts[1:], 6)
    before = encoder.read(sequences).numpy()
    changed = {name: array.copy() for name, array in sequences.items()}
    changed["items"][0, place + 1:] = FIRST + 1
    changed["measures"][0, place + 1:] += 3
    changed["begins"][0, place + 1:] = 1 - changed["begins"][0, place + 1:]
    after = encoder.read(changed).numpy()
    assert np.array_equal(after[0, :place + 1], before[0, :place + 1])
    if place < 5:
        assert not np.allclose(after[0, 5], before[0, 5])


def test_a_state_is_that_of_the_users_own_last_events(behaviour: Behaviour) -> None:
    long, short = shopping(3, 11), shopping(4, 2)
    found = states(behaviour, users(long, None, short))
    assert found.shape == (3, 8) and np.isfinite(found).all()
    assert states(behaviour, users(long[-6:]))[0] == pytest.approx(found[0], abs=1e-5)
    assert states(behaviour, users(short))[0] == pytest.approx(found[2], abs=1e-5)
    assert states(behaviour, pa.table({"user": [1]}))[0] == pytest.approx(found[1], abs=1e-5)


def test_what_heads_know_of_things(behaviour: Behaviour) -> None:
    items = pa.table({"item": ["tea", "rare", "milk"], "shop.goods.kind": pa.array(["drink", "food", None])})
    own, kinds = head_vectors(behaviour, items)
    encoder = behaviour.network.get_layer(ENCODER)
    assert own.shape == kinds.shape == (3, 9)
    assert own[0, :8].tolist() == encoder.vectors.numpy()[FIRST + 2].tolist() and own[0, 8] == encoder.bias.numpy()[FIRST + 2]
    assert not own[1].any() and not kinds[2].any()
    assert kinds[1, :8].tolist() == encoder.kind_vectors[0].numpy()[2].tolist()
    assert not head_vectors(behaviour, items.select(["item"]))[1].any()


def test_users_are_taken_in_batches_without_a_trace(behaviour: Behaviour, monkeypatch: pytest.MonkeyPatch) -> None:
    table = users(*(shopping(seed, seed) for seed in range(9)))
    whole = states(behaviour, table)
    monkeypatch.setattr("assay.models.behaviour._USERS", 4)
    assert states(behaviour, table) == pytest.approx(whole, abs=1e-5)
    assert states(replace(behaviour), table.slice(0, 0)).shape == (0, 8)
