"""The encoders of a trained network by themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from assay.models.encoding import Encoded

if TYPE_CHECKING:
    import keras


def token_vectors(network: keras.Model, encoded: Encoded, batch: int = 16_384) -> np.ndarray:
    """What the encoders make of each row, float32, shape (rows, tokens, size)."""
    import tensorflow as tf

    encoders = tf.function(network.get_layer("encoders"), reduce_retracing=True)
    parts = [encoded.take(slice(start, start + batch)) for start in range(0, len(encoded), batch)]
    return np.concatenate([encoders(part.numbers, part.categories).numpy() for part in parts])
