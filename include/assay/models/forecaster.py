"""A network that forecasts quantiles of values: one over all histories together, each on its own scale."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from assay.models.runtime import prepare_tensorflow

if TYPE_CHECKING:
    import keras

LEVELS = (0.1, 0.5, 0.9)
_WORDS, _WIDE, _NARROW = 8, 64, 32
_RATE, _DECAY, _EPOCHS, _BATCH, _DROPOUT = 3e-3, 1e-3, 30, 256, 0.1


@dataclass(frozen=True)
class Inputs:
    """What is known of each forecast to make.

    Attributes:
        numbers: float32, shape (rows, numbers), without gaps.
        texts: float32, shape (rows, dimensions): what the subject's name and description mean.
    """

    numbers: np.ndarray
    texts: np.ndarray

    def __len__(self) -> int:
        return len(self.numbers)


def fit_forecaster(inputs: Inputs, y: np.ndarray, seed: int) -> keras.Model:
    """Train it by the pinball loss of its three levels.

    A straight path from the numbers to the median lets it begin with what smoothing does; the rest learns what smoothing
    can't. Its ranges can't cross: the outer quantiles are the median less and plus something positive.

    Args:
        inputs: Of past forecasts.
        y: What came, as the change from the last known value in units of the history's usual change, shape (rows,).
        seed: Of weights, order and dropout.
    """
    prepare_tensorflow()
    import keras

    keras.utils.set_random_seed(seed)
    numbers, texts = keras.Input(inputs.numbers.shape[1:]), keras.Input(inputs.texts.shape[1:])
    scaled = keras.layers.Normalization()
    scaled.adapt(inputs.numbers)
    known = scaled(numbers)
    meaning = keras.layers.Dropout(2 * _DROPOUT)(keras.layers.Dense(_WORDS, activation="tanh")(texts))
    hidden = keras.layers.Dense(_WIDE, activation="gelu")(keras.layers.Concatenate()([known, meaning]))
    hidden = keras.layers.Dense(_NARROW, activation="gelu")(keras.layers.Dropout(_DROPOUT)(hidden))
    straight = keras.layers.Dense(1, kernel_initializer="zeros")(known)
    median = keras.layers.Add()([straight, keras.layers.Dense(1, kernel_initializer="zeros")(hidden)])
    reach = keras.layers.Dense(2, activation="softplus", kernel_initializer="zeros", bias_initializer="ones")(hidden)
    below, above = reach[:, :1], reach[:, 1:]
    network = keras.Model([numbers, texts], keras.layers.Concatenate()([median - below, median, median + above]))
    network.compile(keras.optimizers.AdamW(_RATE, weight_decay=_DECAY), _pinball, jit_compile=False)
    network.fit([inputs.numbers, inputs.texts], y.astype(np.float32), epochs=_EPOCHS, batch_size=_BATCH, verbose=0)
    return network


def forecast_with(network: keras.Model, inputs: Inputs) -> np.ndarray:
    """Changes from the last known value at the three levels, float64, shape (rows, 3), ascending in each row."""
    found: np.ndarray = network.predict([inputs.numbers, inputs.texts], batch_size=8192, verbose=0)
    return found.astype(np.float64)


def _pinball(y: keras.KerasTensor, said: keras.KerasTensor) -> keras.KerasTensor:
    import keras

    levels = keras.ops.convert_to_tensor([LEVELS])
    off = keras.ops.reshape(y, (-1, 1)) - said
    return keras.ops.mean(keras.ops.maximum(levels * off, (levels - 1) * off), axis=-1)
