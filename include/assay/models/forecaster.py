"""A network that forecasts quantiles of values: one over all histories together, each on its own scale.

It weighs simple levels (the last value, means of several lengths) by what it is told of the history and the state of the asset,
and corrects their mix by a bounded step. Free regression needs more windows than a platform has: with a dozen of them it fits
what moved all assets at once, and is wrong for all of them at once.

Source: Montero-Manso et al., FFORMA: Feature-based forecast model averaging (2020).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from assay.models.runtime import prepare_tensorflow

if TYPE_CHECKING:
    import keras

QUANTILES = (0.1, 0.5, 0.9)
_WORDS, _WIDE = 8, 32
_RATE, _DECAY, _EPOCHS, _BATCH, _DROPOUT = 2e-3, 1e-2, 20, 256, 0.2
_STEP = 0.5  # usual changes: the most by which the mix is corrected


@dataclass(frozen=True)
class Inputs:
    """What is known of each forecast to make.

    Attributes:
        levels: Simple forecasts, as changes from the last known value in units of the history's usual change, float32, shape
            (rows, levels).
        numbers: float32, shape (rows, numbers), without gaps.
        texts: What the subject's name and description mean, float32, shape (rows, dimensions).
    """

    levels: np.ndarray
    numbers: np.ndarray
    texts: np.ndarray

    @property
    def arrays(self) -> list[np.ndarray]:
        """In the order of the network's inputs."""
        return [self.levels, self.numbers, self.texts]


def fit_forecaster(inputs: Inputs, y: np.ndarray, seed: int) -> keras.Model:
    """Train it by the pinball loss of its three quantiles, which can't cross.

    Args:
        inputs: Of past forecasts.
        y: What came, as the change from the last known value in units of the history's usual change, shape (rows,).
        seed: Of weights, order and dropout.
    """
    prepare_tensorflow()
    import keras

    keras.utils.set_random_seed(seed)
    levels, numbers, texts = (keras.Input(array.shape[1:]) for array in inputs.arrays)
    scaled = keras.layers.Normalization()
    scaled.adapt(inputs.numbers)
    meaning = keras.layers.Dropout(_DROPOUT)(keras.layers.Dense(_WORDS, activation="tanh")(texts))
    known = keras.layers.Concatenate()([keras.layers.Dropout(_DROPOUT)(scaled(numbers)), meaning])
    hidden = keras.layers.Dense(_WIDE, activation="gelu")(known)
    weights = keras.layers.Dense(inputs.levels.shape[1], activation="softmax", kernel_initializer="zeros")(hidden)
    step = keras.layers.Dense(1, activation="tanh", kernel_initializer="zeros")(hidden)
    reach = keras.layers.Dense(2, activation="softplus", kernel_initializer="zeros", bias_initializer="ones")(hidden)
    median = keras.layers.Dot(axes=1)([weights, levels]) + _STEP * step
    out = keras.layers.Concatenate()([median - reach[:, :1], median, median + reach[:, 1:]])
    network = keras.Model([levels, numbers, texts], out)
    network.compile(keras.optimizers.AdamW(_RATE, weight_decay=_DECAY), _pinball, jit_compile=False)
    network.fit(inputs.arrays, y.astype(np.float32), epochs=_EPOCHS, batch_size=_BATCH, verbose=0)
    return network


def forecast_with(network: keras.Model, inputs: Inputs) -> np.ndarray:
    """Changes from the last known value at the three quantiles, float64, shape (rows, 3), ascending in each row."""
    found: np.ndarray = network.predict(inputs.arrays, batch_size=8192, verbose=0)
    return found.astype(np.float64)


def _pinball(y: keras.KerasTensor, said: keras.KerasTensor) -> keras.KerasTensor:
    import keras

    levels = keras.ops.convert_to_tensor([QUANTILES])
    off = keras.ops.reshape(y, (-1, 1)) - said
    return keras.ops.mean(keras.ops.maximum(levels * off, (levels - 1) * off), axis=-1)
