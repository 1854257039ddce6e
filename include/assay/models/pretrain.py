"""Train the behaviour encoder without labels: what comes within a window from any day on, and events that were hidden."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from assay.models.behaviour import ENCODER, FIRST, LONGEST_WAIT, UNSEEN, Behaviour, Events, SequenceCode, build_encoder
from assay.models.optimise import Batch, Plan, optimise
from assay.models.outcome import Size

if TYPE_CHECKING:
    import tensorflow as tf

logger = logging.getLogger(__name__)

_DAYS_OF_A_SEQUENCE = 12  # as-of days that are foretold from
_HIDDEN = 0.1  # share of events whose item is hidden and has to be told from what came before
_HIDDEN_WEIGHT = 0.3
_SEQUENCES = 24  # per step
_RATE, _FIRST_RATE = 3e-3, 1 / 30  # peak, and the share of it that training begins with
_LOOKS = 5  # how often the loss is logged
_DROPOUT = 0.2


@dataclass(frozen=True)
class Targets:
    """What came within the window after some days, sparse.

    Attributes:
        at: (sequence of the batch, place in it) of the last event before each day, int32, shape (days, 2).
        since: Days without an event since then, float32, shape (days,).
        day: Which day an item belongs to, int32, shape (targets,).
        item: Its code, int32, shape (targets,).
        weight: One over the root of its day's number of items, float32, shape (targets,).
    """

    at: np.ndarray
    since: np.ndarray
    day: np.ndarray
    item: np.ndarray
    weight: np.ndarray


def pretrain(code: SequenceCode, events: Events, kinds: list[np.ndarray], size: Size, window_days: int, seed: int) -> Behaviour:
    """The encoder, trained on all users' histories.

    Args:
        code: How sequences become arrays.
        events: Histories before the cut-off, longer than the transformer reads: they are cut into pieces at places that differ
            from pass to pass.
        kinds: For each attribute of the items the code of each item of the vocabulary, int32, shape (codes of items,).
        size: Widths and length of training.
        window_days: How far it foretells.
        seed: Of weights and order.
    """
    import keras
    import tensorflow as tf

    keras.utils.set_random_seed(seed)
    rng = np.random.default_rng(seed)
    network = build_encoder(code, size.state, size.layers, _DROPOUT)
    encoder = network.get_layer(ENCODER)
    steps = size.foretelling
    heads = [tf.constant(np.arange(len(code.items) + FIRST, dtype=np.int32)), *(tf.constant(k) for k in kinds)]

    def told(states: tf.Tensor, day: tf.Tensor, item: tf.Tensor, weight: tf.Tensor, number: int) -> tf.Tensor:
        """Mean over days of the weighted negative log likelihood of what came."""
        said = tf.gather_nd(encoder.log_probabilities(states, number), tf.stack([day, tf.gather(heads[number], item)], axis=-1))
        return -tf.reduce_sum(said * weight) / tf.cast(tf.shape(states)[0], tf.float32)

    def loss(batch: dict[str, tf.Tensor]) -> tf.Tensor:
        read = encoder.read(batch, training=True)
        states = encoder.as_of(tf.gather_nd(read, batch["at"]), batch["since"])
        found = told(states, batch["day"], batch["item"], batch["weight"], 0)
        for number in range(1, len(heads)):  # they don't shape the states, which are what the events alone tell
            found += told(tf.stop_gradient(states), batch["day"], batch["item"], batch["weight"], number)
        places = tf.range(tf.shape(batch["hidden_at"])[0])
        masked = encoder.as_of(tf.gather_nd(read, batch["hidden_at"]), tf.zeros(tf.shape(places)))
        return found + _HIDDEN_WEIGHT * told(masked, places, batch["hidden_item"], tf.ones(tf.shape(places)), 0)

    losses: list[float] = []
    batches = _batches(events, code.length, window_days, rng)
    for done, last in enumerate(optimise(network, loss, batches, Plan(_RATE, steps, _FIRST_RATE, size.mixed)), 1):
        losses.append(last)
        if done % max(1, steps // _LOOKS) == 0:
            logger.info("step %d of %d: loss %.3f", done, steps, float(np.mean(losses)))
            losses.clear()
    return Behaviour(network, code)


def _pieces(events: Events, length: int, rng: np.random.Generator | None) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """User, first and last event (exclusive) of pieces of at most `length` events; cut somewhere else with each draw."""
    users, first, last = [], [], []
    for user in range(len(events)):
        start, end = int(events.starts[user]), int(events.starts[user + 1])
        stop = end if rng is None or end - start <= length else end - int(rng.integers(0, length // 2))
        while stop - start >= 2:
            users.append(user)
            first.append(max(start, stop - length))
            last.append(stop)
            stop -= length
            if stop - start < length // 4:
                break
    return np.array(users, np.int64), np.array(first, np.int64), np.array(last, np.int64)


def _batches(events: Events, length: int, window_days: int, rng: np.random.Generator) -> Iterator[Batch]:
    """Sequences, what to foretell from them, and which events are hidden; pass after pass, as long as one gives any."""
    ends = np.r_[events.begins[1:] > 0, True]
    ends[events.starts[1:][events.starts[1:] > 0] - 1] = True
    fruitful = True
    while fruitful:
        fruitful = False
        users, first, last = _pieces(events, length, rng)
        order = rng.permutation(len(users))
        for start in range(0, max(1, len(order) - _SEQUENCES + 1), _SEQUENCES):
            chosen = order[start:start + _SEQUENCES]
            sequences = events.padded(first[chosen], last[chosen], length)
            targets = _targets(events, users[chosen], first[chosen], last[chosen], length, ends, window_days, rng)
            hide = (rng.random(sequences["items"].shape) < _HIDDEN) & (sequences["items"] >= FIRST)
            hidden_at, hidden_item = np.argwhere(hide).astype(np.int32), sequences["items"][hide]
            some = rng.permutation(len(hidden_item))[:4 * _SEQUENCES]
            sequences["items"] = np.where(hide, UNSEEN, sequences["items"])
            if len(targets.item) and len(some):
                fruitful = True
                yield {**sequences, **vars(targets), "hidden_at": hidden_at[some], "hidden_item": hidden_item[some]}


def _targets(events: Events, users: np.ndarray, first: np.ndarray, last: np.ndarray, length: int, ends: np.ndarray,
             window_days: int, rng: np.random.Generator) -> Targets:
    at: list[tuple[int, int]] = []
    since: list[int] = []
    day: list[int] = []
    item: list[np.ndarray] = []
    weight: list[float] = []
    for row, (user, start, stop) in enumerate(zip(users.tolist(), first.tolist(), last.tolist(), strict=True)):
        end, ages = int(events.starts[user + 1]), events.ages
        for last_event in rng.permutation(start + np.flatnonzero(ends[start:stop]))[:_DAYS_OF_A_SEQUENCE].tolist():
            until = ages[last_event + 1] if last_event + 1 < end else 0
            waits = int(rng.integers(0, min(max(ages[last_event] - until, 1), LONGEST_WAIT)))
            limit = ages[last_event] - waits - window_days  # age of the window's last day
            if limit < 1:
                continue  # the window isn't over at the cut-off
            after = last_event + 1 + np.searchsorted(-ages[last_event + 1:end], -limit, side="right")
            came = np.unique(events.items[last_event + 1:after])
            came = came[came >= FIRST]
            if len(came):
                day += [len(since)] * len(came)
                item.append(came)
                weight += [len(came) ** -0.5] * len(came)
                at.append((row, length - (stop - last_event)))
                since.append(waits)
    return Targets(np.array(at, np.int32).reshape(-1, 2), np.array(since, np.float32), np.array(day, np.int32),
                   np.concatenate(item).astype(np.int32) if item else np.zeros(0, np.int32), np.array(weight, np.float32))
