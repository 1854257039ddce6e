"""Keras layers of the outcome model that make tokens: encoders of tables, and what the behaviour encoder foretells."""

from __future__ import annotations

import keras
import numpy as np
import tensorflow as tf

_TABLE_SCALE = 0.05  # of the vectors of categories at first: small beside what numbers say


@keras.saving.register_keras_serializable("assay")
class TokenEncoders(keras.layers.Layer):  # type: ignore[misc]
    """One encoder a token, all in a few large products: a graph of many small layers takes longer to build than to train.

    Each token has a hidden layer of its own over its own columns and its own output layer; no weight is shared. A number enters
    by its quantile position and, with `bins`, by a piecewise linear encoding of it, so that the first layer can bend where the
    data say so. The columns are laid out one token beside the other, shorter ones filled up with a column of zeros; tokens with
    few columns and tokens with many lie in buckets of their own, so that little is filled up. All of it stands once per tower,
    which reads the same columns with weights of its own.

    Args:
        number_tokens: Token of each numeric column, ascending.
        category_tokens: Token of each categorical column, ascending.
        vocabularies: Number of codes of each categorical column.
        tokens: Number of tokens.
        width: Size of a token's hidden layer.
        size: Size of a token's vector.
        embedding: Size of a category's vector.
        bins: Pieces of the encoding of a number; 0 takes the position alone.
        dropout: Share of category vectors' and hidden entries that training hides.
        towers: How many there are.

    Input shapes: numbers (batch, numeric columns) float32 in -1..1 and categories (batch, categorical columns) int32.
    Output shape: (batch, tokens, towers × size), one tower's vector behind the other's.

    Source: Gorishniy et al. 2022, On embeddings for numerical features in tabular deep learning (piecewise linear encoding).
    """

    def __init__(self, number_tokens: list[int], category_tokens: list[int], vocabularies: list[int], tokens: int, width: int,
                 size: int, embedding: int, bins: int = 0, dropout: float = 0.0, towers: int = 1, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self.number_tokens, self.category_tokens = list(number_tokens), list(category_tokens)
        self.vocabularies, self.tokens, self.width, self.size = list(vocabularies), tokens, width, size
        self.embedding, self.bins, self.dropout, self.towers = embedding, bins, dropout, towers
        columns = np.bincount([*self.number_tokens, *self.category_tokens], minlength=tokens)
        self._fan = 1 / np.sqrt(np.maximum(columns, 1))  # inputs of a token: numbers and categories
        self._buckets = [((members[:, None] * towers + np.arange(towers)).ravel(), np.repeat(layout, towers, axis=0))
                         for members, layout in _buckets(self.number_tokens, tokens)]  # a token's towers beside one another
        self._order = np.argsort(np.concatenate([members for members, _ in self._buckets]))
        self._of = np.eye(tokens, dtype=np.float32)[self.category_tokens].reshape(-1, tokens)
        self._first = np.cumsum([0, *self.vocabularies[:-1]]).astype(np.int32)
        laid_out = np.concatenate([layout.ravel() for _, layout in self._buckets])
        self._at = np.array([np.flatnonzero(laid_out == n) for n in range(len(self.number_tokens))], np.int32)
        self._hide = keras.layers.Dropout(dropout)

    def build(self, numbers_shape: tuple, categories_shape: tuple) -> None:
        """Create the weights."""
        categories, tokens = len(self.vocabularies), self.tokens * self.towers
        self.kernels = [self.add_weight(shape=(len(members), layout.shape[1] * (1 + self.bins), self.width), name=f"kernel_{n}",
                                        initializer=Scaled(self._fan[members // self.towers][:, None, None]))
                        for n, (members, layout) in enumerate(self._buckets)]
        self.bias = self.add_weight(shape=(tokens, self.width), initializer="zeros", name="bias")
        if categories:
            self.table = self.add_weight(shape=(sum(self.vocabularies), self.towers, self.embedding), name="table",
                                         initializer=Scaled(np.full((1, 1, 1), _TABLE_SCALE)))
            self.project = self.add_weight(
                shape=(categories, self.towers, self.embedding, self.width), name="project",
                initializer=Scaled(self._fan[self.category_tokens][:, None, None, None]))
        self.out_kernel = self.add_weight(shape=(tokens, self.width, self.size), name="out_kernel",
                                          initializer=Scaled(np.full((1, 1, 1), self.width**-0.5)))
        self.out_bias = self.add_weight(shape=(tokens, self.size), initializer="zeros", name="out_bias")

    def call(self, numbers: tf.Tensor, categories: tf.Tensor, training: bool = False) -> tf.Tensor:
        """Vectors of shape (batch, tokens, towers × size)."""
        hidden = self._hide(tf.nn.relu(self._hidden(numbers, categories, training)), training=training)
        vectors = tf.einsum("bth,thd->btd", hidden, self.out_kernel) + self.out_bias
        return tf.reshape(vectors, (-1, self.tokens, self.towers * self.size))

    def _hidden(self, numbers: tf.Tensor, categories: tf.Tensor, training: bool) -> tf.Tensor:
        """The hidden layer before it is rectified, a sum over columns; shape (batch, tokens × towers, width)."""
        padded = tf.pad(numbers, [[0, 0], [0, 1]])
        parts = [tf.einsum("btf,tfh->bth", self._pieces(tf.gather(padded, layout, axis=1)), kernel)
                 for (_, layout), kernel in zip(self._buckets, self.kernels, strict=True)]
        hidden = tf.gather(tf.concat(parts, axis=1), self._order, axis=1) + self.bias
        if self.vocabularies:
            added = tf.einsum("bckh,ct->btkh", self._projected(categories, training), self._of)
            hidden += tf.reshape(added, (-1, self.tokens * self.towers, self.width))
        return hidden

    def _projected(self, categories: tf.Tensor, training: bool) -> tf.Tensor:
        """What each category adds to its token's hidden layer, shape (batch, categorical columns, towers, width)."""
        looked_up = self._hide(tf.gather(self.table, categories + self._first), training=training)
        return tf.einsum("bcke,ckeh->bckh", looked_up, self.project)

    @tf.function(reduce_retracing=True)  # type: ignore[untyped-decorator]
    def compiled(self, numbers: tf.Tensor, categories: tf.Tensor) -> tf.Tensor:
        """The same as one graph, for use outside of training."""
        return self(numbers, categories)

    def split(self, numbers: tf.Tensor, categories: tf.Tensor) -> tf.Tensor:
        """What each column adds to its token's vector: integrated gradients from where all columns are hidden, as in training.

        The hidden layer is a sum over columns before it is rectified, so along the straight line between its two ends the
        integral of the gradient is exact: how much of the way an entry is positive.

        Returns:
            Shape (batch, columns, towers × size), numeric columns before categorical ones; a token's add up to its vector less
            the one with all columns hidden.

        Source: Sundararajan et al. 2017, Axiomatic attribution for deep networks.
        """
        hidden = tf.zeros_like(numbers[:1]), tf.zeros_like(categories[:1])
        here, there = (self._hidden(*columns, training=False) for columns in (hidden, (numbers, categories)))
        positive = tf.math.divide_no_nan(tf.nn.relu(here) + tf.nn.relu(there), tf.abs(here) + tf.abs(there))
        of = [*self.number_tokens, *self.category_tokens]
        by_tower = (self.tokens, self.towers, self.width)
        share = tf.gather(tf.reshape(positive, (-1, *by_tower)), of, axis=1)
        kernel = tf.gather(tf.reshape(self.out_kernel, (*by_tower, self.size)), of)
        moved = self._by_column(numbers, categories) - self._by_column(*hidden)
        return tf.reshape(tf.einsum("bckh,ckhd->bckd", moved * share, kernel), (-1, len(of), self.towers * self.size))

    def _by_column(self, numbers: tf.Tensor, categories: tf.Tensor) -> tf.Tensor:
        """What each column adds to its token's hidden layer, shape (batch, columns, towers, width)."""
        kernels = tf.concat([tf.reshape(kernel, (-1, 1 + self.bins, self.width)) for kernel in self.kernels], axis=0)
        pieces = tf.reshape(self._pieces(numbers[:, None]), (tf.shape(numbers)[0], len(self.number_tokens), 1 + self.bins))
        at = self._at.reshape(-1, self.towers)
        said = tf.einsum("bcp,ckph->bckh", pieces, tf.gather(kernels, at))
        return tf.concat([said, self._projected(categories, training=False)], axis=1) if self.vocabularies else said

    def forget_categories(self, rng: np.random.Generator) -> None:
        """Draw the vectors of categories anew: they learn rare ones by heart in one pass, the layers behind them need more.

        Source: Liu et al. 2023, Multi-epoch learning for deep click-through rate prediction models.
        """
        if self.vocabularies:
            self.table.assign(_TABLE_SCALE * rng.normal(size=self.table.shape).astype(np.float32))

    def _pieces(self, positions: tf.Tensor) -> tf.Tensor:
        """Positions (batch, tokens, columns) beside how far each has come through each piece of -1..1."""
        if not self.bins:
            return positions
        through = (positions + 1) * (self.bins / 2)
        pieces = tf.clip_by_value(through[..., None] - tf.range(self.bins, dtype=tf.float32), 0.0, 1.0) - 0.5
        together = tf.concat([positions[..., None], pieces], axis=-1)
        return tf.reshape(together, [tf.shape(positions)[0], positions.shape[1], positions.shape[2] * (1 + self.bins)])

    def get_config(self) -> dict:
        """Arguments of the constructor."""
        base: dict = super().get_config()
        return base | {"number_tokens": self.number_tokens, "category_tokens": self.category_tokens,
                       "vocabularies": self.vocabularies, "tokens": self.tokens, "width": self.width, "size": self.size,
                       "embedding": self.embedding, "bins": self.bins, "dropout": self.dropout, "towers": self.towers}


def _buckets(number_tokens: list[int], tokens: int) -> list[tuple[np.ndarray, np.ndarray]]:
    """Tokens with few and tokens with many numbers apart, where they are divided so that the least is filled up.

    Returns:
        For each bucket its tokens, and the column of each token's n-th number, shape (tokens of the bucket, most numbers of
        one of them); the column behind the last is all zeros.
    """
    columns = [[c for c, token in enumerate(number_tokens) if token == t] for t in range(tokens)]
    widths = np.array([max(1, len(own)) for own in columns])

    def cells(few: int) -> int:
        return sum(int(part.sum() * widths[part].max()) for part in (widths <= few, widths > few) if part.any())

    few = min(sorted(set(widths.tolist())), key=cells)
    found = []
    for part in (np.flatnonzero(widths <= few), np.flatnonzero(widths > few)):
        if len(part):
            layout = [columns[t] + [len(number_tokens)] * (widths[part].max() - len(columns[t])) for t in part]
            found.append((part, np.array(layout, np.int32)))
    return found


class Scaled(keras.initializers.Initializer):  # type: ignore[misc]
    """Normal random numbers times an array that the weight's shape can be broadcast with."""

    def __init__(self, scale: np.ndarray) -> None:
        self._scale = scale.astype(np.float32)

    def __call__(self, shape: tuple, dtype: str | None = None) -> tf.Tensor:
        """Numbers of that shape."""
        return keras.random.normal(shape, dtype=dtype or "float32") * self._scale


@keras.saving.register_keras_serializable("assay")
class Affinity(keras.layers.Layer):  # type: ignore[misc]
    """A token of how far a user's state, which is adapted here, agrees with what a head foretells of a thing.

    Args:
        width: Size of its hidden layer.
        size: Size of its vector.
        dropout: Share of hidden entries that training hides.
        towers: How often all of it stands there, each time with weights of its own.

    Input shapes: states (batch, n) and things (batch, n + 1), a vector and a bias. Output shape: (batch, 1, towers × size).
    """

    def __init__(self, width: int, size: int, dropout: float = 0.0, towers: int = 1, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self.width, self.size, self.dropout, self.towers = width, size, dropout, towers
        self._hide = keras.layers.Dropout(dropout)

    def build(self, states_shape: tuple, things_shape: tuple) -> None:
        """Create the weights."""
        n = states_shape[-1]
        self.adapt = self.add_weight(shape=(self.towers, n, n), initializer="zeros", name="adapt")
        self.kernel, self.bias = self._layer("kernel", n + 2, self.width), self._bias("bias", self.width)
        self.out_kernel, self.out_bias = self._layer("out_kernel", self.width, self.size), self._bias("out_bias", self.size)

    def _layer(self, name: str, inputs: int, outputs: int) -> keras.Variable:
        """Weights as Glorot's: of variance 2 / (inputs + outputs)."""
        return self.add_weight(shape=(self.towers, inputs, outputs), name=name,
                               initializer=Scaled(np.full((1, 1, 1), (2 / (inputs + outputs)) ** 0.5)))

    def _bias(self, name: str, outputs: int) -> keras.Variable:
        return self.add_weight(shape=(self.towers, outputs), initializer="zeros", name=name)

    def call(self, states: tf.Tensor, things: tf.Tensor, training: bool = False) -> tf.Tensor:
        """Vectors of shape (batch, 1, towers × size)."""
        adapted = states[:, None] + tf.einsum("bn,knm->bkm", states, self.adapt)
        product = adapted * things[:, None, :-1]
        bias = tf.repeat(things[:, None, -1:], self.towers, axis=1)
        said = tf.concat([product, tf.reduce_sum(product, axis=-1, keepdims=True), bias], axis=-1)
        inner = tf.nn.relu(tf.einsum("bkn,knh->bkh", said, self.kernel) + self.bias)
        vectors = tf.einsum("bkh,khd->bkd", self._hide(inner, training=training), self.out_kernel) + self.out_bias
        return tf.reshape(vectors, (-1, 1, self.towers * self.size))

    @tf.function(reduce_retracing=True)  # type: ignore[untyped-decorator]
    def compiled(self, states: tf.Tensor, things: tf.Tensor) -> tf.Tensor:
        """The same as one graph, for use outside of training."""
        return self(states, things)

    def get_config(self) -> dict:
        """Arguments of the constructor."""
        base: dict = super().get_config()
        return base | {"width": self.width, "size": self.size, "dropout": self.dropout, "towers": self.towers}
