"""Keras layers of the outcome model."""

from __future__ import annotations

import keras
import tensorflow as tf


@keras.saving.register_keras_serializable("assay")
class TokenEncoder(keras.layers.Layer):  # type: ignore[misc]
    """Encode one token's numbers and categories.

    Args:
        vocabularies: Number of codes of each categorical feature.
        width: Size of the hidden layer.
        size: Size of the token's vector.

    Input shapes: numbers (batch, width) float32 and categories (batch, categorical features) int32.
    Output shape: (batch, size).
    """

    def __init__(self, vocabularies: list[int], width: int, size: int, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self.vocabularies, self.width, self.size = list(vocabularies), width, size
        self.embeddings = [keras.layers.Embedding(n, _embedding_size(n)) for n in self.vocabularies]
        self.hidden = keras.layers.Dense(width, activation="gelu")
        self.out = keras.layers.Dense(size)

    def build(self, numbers_shape: tuple, categories_shape: tuple) -> None:
        """Create the weights."""
        inputs = numbers_shape[-1] + sum(_embedding_size(n) for n in self.vocabularies)
        for embedding in self.embeddings:
            embedding.build((None,))
        self.hidden.build((None, inputs))
        self.out.build((None, self.width))

    def call(self, numbers: tf.Tensor, categories: tf.Tensor) -> tf.Tensor:
        """Vectors of shape (batch, size)."""
        parts = [numbers, *(e(categories[:, n]) for n, e in enumerate(self.embeddings))]
        return self.out(self.hidden(tf.concat(parts, axis=-1)))

    def get_config(self) -> dict:
        """Arguments of the constructor."""
        base: dict = super().get_config()
        return base | {"vocabularies": self.vocabularies, "width": self.width, "size": self.size}


def _embedding_size(vocabulary: int) -> int:
    """2..16, growing with the vocabulary."""
    return int(min(16, max(2, round(1.6 * vocabulary**0.36))))


@keras.saving.register_keras_serializable("assay")
class FusionHead(keras.layers.Layer):  # type: ignore[misc]
    """Gated MLP over token vectors; a token that is not visible is replaced by a learned vector of its own.

    The first layer is linear in the tokens, so that for many coalitions at once (`coalitions`) each token's contribution is
    computed once and only sums differ.

    Args:
        width: Size of the gated layer.
        inner: Size of the second layer.

    Input shapes: tokens (batch, tokens, size) and visible (batch, tokens), 1 where the token is seen.
    Output shape: (batch, 2): logit of the outcome, log1p of its amount if it happens.
    """

    def __init__(self, width: int, inner: int, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self.width, self.inner = width, inner
        self.second = keras.layers.Dense(inner, activation="relu")
        self.out = keras.layers.Dense(2)

    def build(self, tokens_shape: tuple, visible_shape: tuple) -> None:
        """Create the weights."""
        _, n, size = tokens_shape
        self.mix = self.add_weight(shape=(n, size, 2 * self.width), initializer=keras.initializers.VarianceScaling(
            scale=1.0 / n, mode="fan_in"), name="mix")
        self.absent = self.add_weight(shape=(n, 2 * self.width), initializer="zeros", name="absent")
        self.bias = self.add_weight(shape=(2 * self.width,), initializer="zeros", name="bias")
        self.second.build((None, self.width))
        self.out.build((None, self.inner))

    def call(self, tokens: tf.Tensor, visible: tf.Tensor) -> tf.Tensor:
        """Logit and log1p amount, each row under its own coalition."""
        seen = tf.einsum("bts,tsh->bh", tokens * visible[:, :, None], self.mix)
        return self._rest(seen + tf.matmul(1.0 - visible, self.absent) + self.bias)

    def coalitions(self, tokens: tf.Tensor, visible: tf.Tensor) -> tf.Tensor:
        """Logit and log1p amount of every row under every coalition.

        Args:
            tokens: Shape (rows, tokens, size).
            visible: Shape (coalitions, tokens).

        Returns:
            Shape (coalitions, rows, 2).
        """
        each = tf.einsum("bts,tsh->tbh", tokens, self.mix)
        seen = tf.tensordot(visible, each, axes=1)
        unseen = tf.matmul(1.0 - visible, self.absent)
        return self._rest(seen + unseen[:, None, :] + self.bias)

    def _rest(self, first: tf.Tensor) -> tf.Tensor:
        value, gate = tf.split(first, 2, axis=-1)
        return self.out(self.second(tf.nn.relu(value) * tf.nn.sigmoid(gate)))

    def get_config(self) -> dict:
        """Arguments of the constructor."""
        base: dict = super().get_config()
        return base | {"width": self.width, "inner": self.inner}
