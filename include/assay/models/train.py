"""Train the outcome model: random coalitions, so that what is removed at valuation is something that it has seen."""

from __future__ import annotations

import logging
import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from assay.models.encoding import Encoded, TokenCode, tables_of
from assay.models.optimise import Plan, optimise
from assay.models.outcome import ENCODERS, Size, build_network, token_visibility
from assay.models.rows import Rows
from assay.models.spool import Spool
from assay.models.targets import PURCHASE, Calibrated, Seen, Target
from assay.models.vectors import TokenVectors, layers_of, token_vectors

if TYPE_CHECKING:
    import keras
    import tensorflow as tf

logger = logging.getLogger(__name__)

_COLUMNS_HIDDEN = 0.5  # of the rows under a coalition, how many miss columns, too
_GENTLE = 0.2  # of the learning rate, for a network that goes on
_FIRST_RATE = 1 / 20  # of the peak learning rate
_SMALLEST_BATCH = 512
_STEPS_PER_EPOCH = 50  # of a small table: below that its batches shrink
_PATIENCE = 2  # looks at the validation window without gain
_LOOKS = 5  # how often the validation window is looked at


def draw_coalitions(rows: int, players: int, whole: float, rng: np.random.Generator) -> np.ndarray:
    """Random coalitions for training: a share of the rows, `whole`, sees all; else a uniform size, then its members.

    Returns:
        0/1, shape (rows, players).
    """
    size = rng.integers(0, players + 1, rows)
    size[rng.random(rows) < whole] = players
    order = rng.random((rows, players)).argsort(axis=1).argsort(axis=1)
    return (order < size[:, None]).astype(np.float32)


def hide_columns(inputs: dict[str, np.ndarray], tables: int, rng: np.random.Generator) -> None:
    """Hide random columns of the rows that don't see everything anyway: half of these lose a uniform share of each token's.

    A hidden number lies in the middle, a hidden category is missing; so the network can be asked what a column is worth, too.

    Args:
        inputs: The network's, changed in place.
        tables: How many tables of features there are among them.
        rng: Draws rows and columns.
    """
    rows = np.flatnonzero((inputs["visible"].min(axis=1) < 1) & (rng.random(len(inputs["visible"])) < _COLUMNS_HIDDEN))
    share = rng.random((len(rows), 1))
    for name in (f"{kind}_{n}" for kind in ("numbers", "categories") for n in range(tables)):
        if name in inputs and inputs[name].shape[1]:
            inputs[name][rows] *= rng.random((len(rows), inputs[name].shape[1])) >= share


def fit(codes: Sequence[TokenCode], players: Sequence[str], train: Spool, valid: Rows, size: Size, seed: int,
        start: keras.Model | None = None, target: Target = PURCHASE) -> keras.Model:
    """Train with AdamW, cosine decay and early stopping on the validation window.

    Args:
        codes: Tokens of the model.
        players: Assets that coalitions are drawn from.
        train: Rows of the training windows.
        valid: Rows of the validation window, seen whole.
        size: Widths and length of training.
        seed: Of weights, order and coalitions.
        start: A trained network to go on with, at a lower rate and for one pass; from scratch if None.
        target: What is predicted.

    Returns:
        The network with the weights of its best look at the validation window.
    """
    import keras

    keras.utils.set_random_seed(seed)
    rng, forgetting = np.random.default_rng(seed), np.random.default_rng([seed, 1])  # batches are drawn ahead of the steps
    network, totals = start or build_network(codes, size, target), train.totals
    batch = min(size.batch, max(_SMALLEST_BATCH, totals.rows // _STEPS_PER_EPOCH), totals.rows)
    per_pass = totals.rows // batch
    steps = per_pass if start else max(size.epochs * per_pass, size.steps)
    forgets = not start and steps == size.epochs * per_pass
    usual = target.usual(train)
    if not start:
        network.get_layer("fusion").out_bias.assign([usual] * size.towers * size.members)
    best = _validation_loss(network, codes, valid, target) if start else math.inf
    best_weights, looks_since = network.get_weights(), 0
    every = max(1, steps // _LOOKS)
    plan = Plan(size.rate * (_GENTLE if start else 1), steps, _FIRST_RATE, size.mixed)

    def loss(batch: dict[str, tf.Tensor]) -> tf.Tensor:
        out = network({name: batch[name] for name in network.input}, training=True)
        return target.loss(out, batch["y"], batch["amount"], batch["weight"], usual)

    batches = _batches(network, codes, players, train, batch, size.whole, rng)
    for done, _ in enumerate(optimise(network, loss, batches, plan), 1):
        if forgets and done % per_pass == 0:
            for encoders in layers_of(network, ENCODERS):
                encoders.forget_categories(forgetting)
        if done % every == 0 or done == steps:
            now = _validation_loss(network, codes, valid, target)
            looks_since = 0 if now < best else looks_since + 1
            if now < best:
                best, best_weights = now, network.get_weights()
            logger.info("step %d of %d: validation loss %.5f", done, steps, now)
            if looks_since == _PATIENCE:
                break
    network.set_weights(best_weights)
    return network


def _batches(network: keras.Model, codes: Sequence[TokenCode], players: Sequence[str], train: Spool, batch: int,
             whole: float, rng: np.random.Generator) -> Iterator[dict[str, np.ndarray]]:
    """The network's inputs under random masks, beside `y`, `amount` and `weight`; pass after pass without end."""
    tables = len(tables_of(codes))
    while True:
        for part in train.batches(batch, rng):
            drawn = draw_coalitions(batch, len(players), whole, rng)
            inputs = _inputs(network, part.encoded, token_visibility(codes, drawn, players))
            hide_columns(inputs, tables, rng)
            yield {**inputs, "y": part.y, "amount": part.amount, "weight": part.weight}


def _validation_loss(network: keras.Model, codes: Sequence[TokenCode], valid: Rows, target: Target) -> float:
    return target.validation_loss(run(network, valid.encoded, np.ones((1, len(codes)), np.float32)), valid)


def calibrated(network: keras.Model, train: Spool, valid: Rows, windows: int, target: Target = PURCHASE) -> Calibrated:
    """Calibration of a trained network, which sees everything here.

    Args:
        network: The model.
        train: Rows of the training windows. All are read: among some ten thousand, chance alone moves the share of rare
            outcomes by several percent.
        valid: Rows of the validation window.
        windows: How many training windows there are; each window counts the same.
        target: What is predicted.
    """
    everything = np.ones((1, network.input["visible"].shape[1]), np.float32)
    chunks = map(train.chunk, range(len(train)))
    seen = [(run(network, rows.encoded, everything), rows.y, rows.weight) for rows in chunks]
    out, y, weight = map(np.concatenate, zip(*seen, strict=True))
    return target.calibrate(run(network, valid.encoded, everything), valid, Seen(out, y, weight, windows))


def _inputs(network: keras.Model, encoded: Encoded, visible: np.ndarray) -> dict[str, np.ndarray]:
    """Arrays under the network's input names, a row each."""
    found = {"visible": visible}
    for n, (numbers, categories) in enumerate(zip(encoded.numbers, encoded.categories, strict=True)):
        named = encoded.places[:, n]
        found |= {f"numbers_{n}": numbers[named], f"categories_{n}": categories[named]}
    return {name: found[name] for name in network.input}


def run(network: keras.Model, encoded: Encoded, visible: np.ndarray, batch: int = 10_000) -> np.ndarray:
    """What the network says of every row: the mean of its members.

    Args:
        network: The model.
        encoded: The rows.
        visible: Shape (1, tokens) for all rows alike, or (rows, tokens).
        batch: Rows per pass.

    Returns:
        float32, shape (rows, outputs).
    """
    return run_on(network, token_vectors(network, encoded), visible, batch)


def run_on(network: keras.Model, vectors: TokenVectors, visible: np.ndarray, batch: int = 10_000) -> np.ndarray:
    """The same from token vectors, which are to be asked under several coalitions."""
    fusion = network.get_layer("fusion")
    head, out = fusion.compiled, np.empty((len(vectors), fusion.outputs), np.float32)
    for start in range(0, len(vectors), batch):
        part = vectors.of(slice(start, start + batch))
        seen = np.repeat(visible, len(part), axis=0) if len(visible) == 1 else visible[start:start + batch]
        out[start:start + batch] = head(part, seen).numpy().mean(axis=1)
    return out
