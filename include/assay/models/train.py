"""Train the outcome model: random coalitions, so that what is removed at valuation is something that it has seen."""

from __future__ import annotations

import logging
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from assay.models.calibration import Calibration, at_level, calibrate
from assay.models.encoding import Encoded, TokenCode
from assay.models.outcome import Size, build_network, token_visibility

if TYPE_CHECKING:
    import keras
    import tensorflow as tf

logger = logging.getLogger(__name__)

_AMOUNT_WEIGHT = 0.3  # the amount's loss beside the outcome's: scales of their gradients
_LEAST_AMOUNT = 1e-6  # so that a use case whose outcomes are worth nothing has a logarithm
_FARTHEST = 8.0  # an amount's logarithm is kept within so much of the mean's
_SMALLEST_BATCH = 512
_STEPS_PER_EPOCH = 50  # of a small table: below that its batches shrink
_PATIENCE = 2  # looks at the validation window without gain
_LOOKS = 5  # how often the validation window is looked at


@dataclass(frozen=True)
class Rows:
    """Encoded rows with outcomes.

    Attributes:
        encoded: The features.
        y: float32 0/1, shape (rows,).
        amount: float32, shape (rows,); what the outcome was worth, 0 where it didn't happen.
        weight: float32, shape (rows,); how many rows of the window each stands for.
    """

    encoded: Encoded
    y: np.ndarray
    amount: np.ndarray
    weight: np.ndarray

    def take(self, rows: np.ndarray | slice) -> Rows:
        """The rows of these positions."""
        return Rows(self.encoded.take(rows), self.y[rows], self.amount[rows], self.weight[rows])


def thin_negatives(y: np.ndarray, most: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Keep all rows with the outcome and at most `most` times as many without.

    Returns:
        Positions of the kept rows, ascending, and their weights, which keep the base rate as it was.
    """
    positive, negative = np.flatnonzero(y > 0), np.flatnonzero(y <= 0)
    kept = negative
    if len(negative) > most * max(1, len(positive)):
        kept = rng.choice(negative, most * max(1, len(positive)), replace=False)
    weight = np.ones(len(y), np.float32)
    weight[negative] = len(negative) / max(1, len(kept))
    chosen = np.sort(np.concatenate([positive, kept]))
    return chosen, weight[chosen]


def draw_coalitions(rows: int, players: int, rng: np.random.Generator) -> np.ndarray:
    """Random coalitions for training: half of the rows see all, else a uniform size, then its members.

    Returns:
        0/1, shape (rows, players).
    """
    size = rng.integers(0, players + 1, rows)
    size[rng.random(rows) < 0.5] = players
    order = rng.random((rows, players)).argsort(axis=1).argsort(axis=1)
    return (order < size[:, None]).astype(np.float32)


def fit(codes: Sequence[TokenCode], players: Sequence[str], train: Rows, valid: Rows, size: Size, seed: int) -> keras.Model:
    """Train from scratch with AdamW, cosine decay and early stopping on the validation window.

    Args:
        codes: Tokens of the model.
        players: Assets that coalitions are drawn from.
        train: Rows of the training windows.
        valid: Rows of the validation window, seen whole.
        size: Widths and length of training.
        seed: Of weights, order and coalitions.

    Returns:
        The network with the weights of its best look at the validation window.
    """
    import keras
    import tensorflow as tf

    keras.utils.set_random_seed(seed)
    rng = np.random.default_rng(seed)
    network = build_network(codes, size)
    batch = min(size.batch, max(_SMALLEST_BATCH, len(train.y) // _STEPS_PER_EPOCH), len(train.y))
    per_epoch = len(train.y) // batch
    steps = max(size.epochs * per_epoch, size.steps)
    whole_epochs = steps == size.epochs * per_epoch
    rate = float(np.average(train.y, weights=train.weight))
    bias = math.log(max(rate, 1e-6) / max(1 - rate, 1e-6))
    usual = _log_mean_amount(train)
    network.get_layer("fusion").out_bias.assign([[bias, usual]] * size.members)
    optimizer = keras.optimizers.AdamW(keras.optimizers.schedules.CosineDecay(
        size.rate / 20, steps, warmup_target=size.rate, warmup_steps=max(1, steps // 20)), weight_decay=1e-3, clipnorm=1.0)

    @tf.function(reduce_retracing=True)  # type: ignore[untyped-decorator]
    def step(batch: dict, y: tf.Tensor, amount: tf.Tensor, weight: tf.Tensor) -> tf.Tensor:
        with tf.GradientTape() as tape:
            loss = _loss(network(batch, training=True), y, amount, weight, usual)
        variables = network.trainable_variables
        optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables, strict=True))
        return loss

    best, best_weights, looks_since = math.inf, network.get_weights(), 0
    every = max(1, steps // _LOOKS)
    order = rng.permutation(len(train.y))
    done = position = 0
    while done < steps and looks_since < _PATIENCE:
        if position + batch > len(order):  # every batch is whole: another shape would be another graph
            order, position = rng.permutation(len(train.y)), 0
            if whole_epochs:
                network.get_layer("encoders").forget_categories(rng)
        rows = order[position:position + batch]
        position += batch
        visible = token_visibility(codes, draw_coalitions(len(rows), len(players), rng), players)
        part = train.take(rows)
        step(_inputs(part.encoded, visible), part.y, part.amount, part.weight)
        done += 1
        if done % every == 0 or done == steps:
            now = _validation_loss(network, codes, valid)
            looks_since = 0 if now < best else looks_since + 1
            if now < best:
                best, best_weights = now, network.get_weights()
            logger.info("step %d of %d: validation loss %.5f", done, steps, now)
    network.set_weights(best_weights)
    return network


def _log_mean_amount(rows: Rows) -> float:
    happened = rows.y > 0
    mean = float(np.maximum(rows.amount[happened], 0).mean()) if happened.any() else 0.0
    return math.log(max(mean, _LEAST_AMOUNT))


def _loss(out: tf.Tensor, y: tf.Tensor, amount: tf.Tensor, weight: tf.Tensor, usual: float) -> tf.Tensor:
    """Weighted log loss of the outcome, plus Poisson deviance of the amount where it happened, mean of the members.

    The deviance is smallest at the *mean* amount, which is what expected sales are made of; squared errors of logarithms would
    be at the median. Amounts count relative to `exp(usual)`, so that the currency changes nothing.
    """
    import tensorflow as tf

    logits, logs = out[..., 0], tf.clip_by_value(out[..., 1] - usual, -_FARTHEST, _FARTHEST)
    outcome = tf.nn.sigmoid_cross_entropy_with_logits(labels=tf.repeat(y[:, None], out.shape[1], axis=1), logits=logits)
    relative = (tf.maximum(amount, 0.0) * math.exp(-usual))[:, None]
    error = (tf.exp(logs) - relative * logs) * y[:, None]
    each = tf.reduce_mean(outcome + _AMOUNT_WEIGHT * error, axis=1)
    return tf.reduce_sum(each * weight) / tf.reduce_sum(weight)


def _validation_loss(network: keras.Model, codes: Sequence[TokenCode], valid: Rows) -> float:
    logits = run(network, valid.encoded, np.ones((1, len(codes)), np.float32))[:, 0].astype(np.float64)
    return float(np.average(np.logaddexp(0, logits) - valid.y * logits, weights=valid.weight))


def calibrated(network: keras.Model, train: Rows, valid: Rows, windows: int) -> Calibration:
    """Calibration of a trained network: spread of the validation window, level of it and all training windows.

    Args:
        network: Sees everything here.
        train: Rows of the training windows, a sample will do.
        valid: Rows of the validation window.
        windows: How many training windows there are; each window counts the same.
    """
    logits = [run(network, rows.encoded, np.ones((1, network.input["visible"].shape[1]), np.float32))[:, 0]
              for rows in (train, valid)]
    weights = [train.weight * (windows / train.weight.sum()), valid.weight / valid.weight.sum()]
    return at_level(calibrate(logits[1], valid.y), np.concatenate(logits), np.concatenate([train.y, valid.y]),
                    len(valid.y) * np.concatenate(weights))


def _inputs(encoded: Encoded, visible: np.ndarray) -> dict[str, np.ndarray]:
    """Arrays under the network's input names."""
    return {"numbers": encoded.numbers, "categories": encoded.categories, "visible": visible}


def run(network: keras.Model, encoded: Encoded, visible: np.ndarray, batch: int = 10_000) -> np.ndarray:
    """Logit, and logarithm of the expected amount, of every row: the mean of the network's members.

    Args:
        network: The model.
        encoded: The rows.
        visible: Shape (1, tokens) for all rows alike, or (rows, tokens).
        batch: Rows per pass.

    Returns:
        float32, shape (rows, 2).
    """
    out = np.empty((len(encoded), 2), np.float32)
    for start in range(0, len(encoded), batch):
        part = encoded.take(slice(start, start + batch))
        seen = np.repeat(visible, len(part), axis=0) if len(visible) == 1 else visible[start:start + batch]
        out[start:start + batch] = network.predict_on_batch(_inputs(part, seen)).mean(axis=1)
    return out
