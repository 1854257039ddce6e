"""The encoders of a trained network by themselves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from assay.models.encoding import EncodedToken
from assay.models.outcome import inputs_of

if TYPE_CHECKING:
    import keras


def token_vectors(network: keras.Model, encoded: Sequence[EncodedToken], batch: int = 16_384) -> np.ndarray:
    """What the encoders make of each row, float32, shape (rows, tokens, size)."""
    import keras
    import tensorflow as tf

    inputs = {name: tensor for name, tensor in network.input.items() if name != "visible"}
    encoders = keras.Model(inputs, network.get_layer("fusion").input[0])
    forward = tf.function(lambda part: encoders(part, training=False), reduce_retracing=True)
    arrays = inputs_of(encoded)
    rows = len(encoded[0].numbers)
    return np.concatenate([forward({k: v[start:start + batch] for k, v in arrays.items()}).numpy()
                           for start in range(0, rows, batch)])
