"""Keras layers of the outcome model."""

from __future__ import annotations

import keras
import numpy as np
import tensorflow as tf


@keras.saving.register_keras_serializable("assay")
class TokenEncoders(keras.layers.Layer):  # type: ignore[misc]
    """One encoder a token, all in a few large products: a graph of many small layers takes longer to build than to train.

    Each token has a hidden layer of its own over its own columns and its own output layer; no weight is shared. The columns are
    laid out one token beside the other, shorter ones filled up with a column of zeros.

    Args:
        number_tokens: Token of each numeric column, ascending.
        category_tokens: Token of each categorical column, ascending.
        vocabularies: Number of codes of each categorical column.
        tokens: Number of tokens.
        width: Size of a token's hidden layer.
        size: Size of a token's vector.
        embedding: Size of a category's vector.

    Input shapes: numbers (batch, numeric columns) float32 and categories (batch, categorical columns) int32.
    Output shape: (batch, tokens, size).
    """

    def __init__(self, number_tokens: list[int], category_tokens: list[int], vocabularies: list[int], tokens: int, width: int,
                 size: int, embedding: int, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self.number_tokens, self.category_tokens = list(number_tokens), list(category_tokens)
        self.vocabularies, self.tokens, self.width, self.size = list(vocabularies), tokens, width, size
        self.embedding = embedding
        columns = np.bincount([*self.number_tokens, *self.category_tokens], minlength=tokens)
        self._fan = 1 / np.sqrt(np.maximum(columns, 1))  # inputs of a token: numbers and categories
        self._layout = _layout(self.number_tokens, tokens)
        self._of = np.eye(tokens, dtype=np.float32)[self.category_tokens].reshape(-1, tokens)
        self._first = np.cumsum([0, *self.vocabularies[:-1]]).astype(np.int32)

    def build(self, numbers_shape: tuple, categories_shape: tuple) -> None:
        """Create the weights."""
        categories = len(self.vocabularies)
        self.kernel = self.add_weight(shape=(*self._layout.shape, self.width), name="kernel",
                                      initializer=_Scaled(self._fan[:, None, None]))
        self.bias = self.add_weight(shape=(self.tokens, self.width), initializer="zeros", name="bias")
        if categories:
            self.table = self.add_weight(shape=(sum(self.vocabularies), self.embedding), name="table",
                                         initializer=_Scaled(np.full((1, 1), 0.05)))
            self.project = self.add_weight(
                shape=(categories, self.embedding, self.width), name="project",
                initializer=_Scaled(self._fan[self.category_tokens][:, None, None]))
        self.out_kernel = self.add_weight(shape=(self.tokens, self.width, self.size), name="out_kernel",
                                          initializer=_Scaled(np.full((1, 1, 1), self.width**-0.5)))
        self.out_bias = self.add_weight(shape=(self.tokens, self.size), initializer="zeros", name="out_bias")

    def call(self, numbers: tf.Tensor, categories: tf.Tensor) -> tf.Tensor:
        """Vectors of shape (batch, tokens, size)."""
        beside = tf.gather(tf.pad(numbers, [[0, 0], [0, 1]]), self._layout, axis=1)
        hidden = tf.einsum("btf,tfh->bth", beside, self.kernel) + self.bias
        if self.vocabularies:
            looked_up = tf.gather(self.table, categories + self._first)
            hidden += tf.einsum("bch,ct->bth", tf.einsum("bce,ceh->bch", looked_up, self.project), self._of)
        return tf.einsum("bth,thd->btd", tf.nn.relu(hidden), self.out_kernel) + self.out_bias

    def get_config(self) -> dict:
        """Arguments of the constructor."""
        base: dict = super().get_config()
        return base | {"number_tokens": self.number_tokens, "category_tokens": self.category_tokens,
                       "vocabularies": self.vocabularies, "tokens": self.tokens, "width": self.width, "size": self.size,
                       "embedding": self.embedding}


def _layout(number_tokens: list[int], tokens: int) -> np.ndarray:
    """Column of each token's n-th number, shape (tokens, most numbers of a token); the column behind the last is all zeros."""
    columns = [[c for c, token in enumerate(number_tokens) if token == t] for t in range(tokens)]
    longest = max([len(own) for own in columns] + [1])
    return np.array([own + [len(number_tokens)] * (longest - len(own)) for own in columns], np.int32)


class _Scaled(keras.initializers.Initializer):  # type: ignore[misc]
    """Normal random numbers times an array that the weight's shape can be broadcast with."""

    def __init__(self, scale: np.ndarray) -> None:
        self._scale = scale.astype(np.float32)

    def __call__(self, shape: tuple, dtype: str | None = None) -> tf.Tensor:
        return keras.random.normal(shape, dtype=dtype or "float32") * self._scale


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
