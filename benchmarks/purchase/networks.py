"""Networks of the literature on the same features: the textbook one of the article, Wide & Deep and DCN-v2."""

from __future__ import annotations

import math
from collections.abc import Callable

import keras
import numpy as np
import pandas as pd

from assay.models.textbook import fit_textbook

from .encoding import Encoder, crossed
from .rows import Split
from .scores import predictions

SAMPLE = 200_000  # training rows of the textbook network
_DEEP = (256, 128, 64)  # a quarter of the published widths, which were for thousands of times the rows
_DROPOUT = 0.1
_EMBEDDING = 32  # dimensions in Wide & Deep
_CROSSES = 3  # layers of DCN-v2
_BATCH = 1024
_LOOKS = 4  # at the validation weeks, an epoch
_PATIENCE = 3  # looks without gain
_BUCKETS = 2**16  # of each hashed cross


def textbook(split: Split, epochs: int = 10, seed: int = 42) -> pd.DataFrame:
    """The network that base models are compared with, too, on a sample of training rows.

    Numbers are standardised, missing ones -1; categories are the mean outcome of their value. Neither early stopping nor
    calibration: it learns for ten epochs and that is it. Money expected is p times `habit`.

    Args:
        split: Rows; its columns are all features, or the article's four inputs.
        epochs: Passes over the sample.
        seed: Of sample, weights and order.
    """
    sample = split.train.sample(min(SAMPLE, len(split.train)), random_state=seed)
    network = fit_textbook(_as_means(split, sample), sample.y.to_numpy(np.float32), seed, epochs)
    p = network.probability(_as_means(split, split.test))
    return predictions(split.test, p, p * split.test.habit.to_numpy())


def _as_means(split: Split, rows: pd.DataFrame) -> np.ndarray:
    """Float32, shape (rows, columns)."""
    base = np.float32(split.train.y.mean())
    found = []
    for name in split.columns:
        if split.train[name].dtype == "category":
            rate = split.train.groupby(name, observed=True).y.mean()
            found.append(rows[name].astype(object).map(rate).astype(np.float32).fillna(base))
        else:
            found.append(rows[name].astype(np.float32).fillna(-1))
    return np.column_stack(found)


def wide_and_deep(split: Split, epochs: int = 2, rate: float = 1e-3, seed: int = 42) -> pd.DataFrame:
    """A linear model of crossed categories for what is to be remembered, beside a deep one of embeddings for the rest.

    The wide part crosses the household with the product and with every category, as the published one crosses installed with
    shown apps. Both are trained jointly with Adam instead of FTRL and AdaGrad. Money expected is p times `habit`.

    Args:
        split: Rows and features.
        epochs: Most passes over the training rows; the learning rate falls to zero until then, and training stops early.
        rate: Learning rate at the beginning.
        seed: Of weights and order.

    Source: Cheng et al. 2016, Wide & Deep Learning for Recommender Systems.
    """
    keras.utils.set_random_seed(seed)
    encoder = Encoder(split.train, split.columns)
    inputs, features = _inputs(encoder, [_EMBEDDING] * len(encoder.sizes))
    crosses = len(encoder.sizes) + 1
    wide = keras.Input((crosses,), dtype="int32")
    remembered = keras.layers.Embedding(crosses * _BUCKETS, 1, embeddings_initializer="zeros")(wide)
    deep = _relu(keras.layers.Concatenate()(features))
    logit = keras.layers.Dense(1)(deep) + keras.ops.sum(remembered, axis=1)
    model = keras.Model([*inputs, wide], logit)

    def arrays(rows: pd.DataFrame) -> list[np.ndarray]:
        encoded = encoder(rows)
        return [encoded.numbers, encoded.categories, crossed(rows, encoded.categories, _BUCKETS)]

    return _predict(model, split, arrays, epochs, rate, seed)


def dcn_v2(split: Split, epochs: int = 2, rate: float = 1e-3, seed: int = 42) -> pd.DataFrame:
    """Cross layers x_(l+1) = x_0 * (W x_l + b) + x_l, then ReLU layers: the stacked form, with full matrices.

    An embedding has 6 V^(1/4) dimensions for V values, as published. Money expected is p times `habit`.

    Args:
        split: Rows and features.
        epochs: Most passes over the training rows; the learning rate falls to zero until then, and training stops early.
        rate: Learning rate at the beginning.
        seed: Of weights and order.

    Source: Wang et al. 2021, DCN V2: Improved Deep & Cross Network.
    """
    keras.utils.set_random_seed(seed)
    encoder = Encoder(split.train, split.columns)
    inputs, features = _inputs(encoder, [round(6 * size**0.25) for size in encoder.sizes])
    first = x = keras.layers.Concatenate()(features)
    for _ in range(_CROSSES):
        x = first * keras.layers.Dense(first.shape[-1])(x) + x
    model = keras.Model(inputs, keras.layers.Dense(1)(_relu(x)))

    def arrays(rows: pd.DataFrame) -> list[np.ndarray]:
        encoded = encoder(rows)
        return [encoded.numbers, encoded.categories]

    return _predict(model, split, arrays, epochs, rate, seed)


def _inputs(encoder: Encoder, dimensions: list[int]) -> tuple[list[keras.KerasTensor], list[keras.KerasTensor]]:
    """Inputs for numbers and categories, and what the next layer reads of them: the numbers and an embedding each."""
    numbers, categories = keras.Input((encoder.numbers,)), keras.Input((len(encoder.sizes),), dtype="int32")
    embedded = [keras.layers.Embedding(size, dimension)(categories[:, at])
                for at, (size, dimension) in enumerate(zip(encoder.sizes, dimensions, strict=True))]
    return [numbers, categories], [numbers, *embedded]


def _relu(x: keras.KerasTensor) -> keras.KerasTensor:
    for units in _DEEP:
        x = keras.layers.Dropout(_DROPOUT)(keras.layers.Dense(units, activation="relu")(x))
    return x


def _predict(model: keras.Model, split: Split, arrays: Callable[[pd.DataFrame], list[np.ndarray]], epochs: int, rate: float,
             seed: int) -> pd.DataFrame:
    """Train until the validation weeks gain no more, go back to the best look at them, and predict the test rows.

    Looks are parts of an epoch apart: networks that remember households are at their best before they have seen every row
    twice. No calibration: on a tenth of the households, isotonic and Platt scaling on the validation weeks both raised the log
    loss of networks that had been stopped there.
    """
    train, valid = arrays(split.train), arrays(split.valid)
    y, y_valid = split.train.y.to_numpy(np.float32), split.valid.y.to_numpy(np.float32)
    steps = epochs * math.ceil(len(y) / _BATCH)
    loss = keras.losses.BinaryCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(rate, steps)), loss, jit_compile=False)
    best, best_weights, looks_since = math.inf, model.get_weights(), 0
    rng = np.random.default_rng(seed)
    for part in (part for _ in range(epochs) for part in np.array_split(rng.permutation(len(y)), _LOOKS)):
        model.fit([array[part] for array in train], y[part], batch_size=_BATCH, verbose=0)
        z = _logits(model, valid)
        now = float(np.mean(np.logaddexp(0, z) - y_valid * z))
        looks_since = 0 if now < best else looks_since + 1
        if now < best:
            best, best_weights = now, model.get_weights()
        elif looks_since == _PATIENCE:
            break
    model.set_weights(best_weights)
    p = np.exp(-np.logaddexp(0, -_logits(model, arrays(split.test))))
    return predictions(split.test, p, p * split.test.habit.to_numpy())


def _logits(model: keras.Model, arrays: list[np.ndarray]) -> np.ndarray:
    return model.predict(arrays, batch_size=8192, verbose=0)[:, 0].astype(np.float64)
