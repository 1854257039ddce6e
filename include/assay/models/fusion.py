"""Keras layer of the outcome model that makes one answer of the tokens that a coalition sees."""

from __future__ import annotations

import keras
import numpy as np
import tensorflow as tf

from assay.models.layers import Scaled


@keras.saving.register_keras_serializable("assay")
class FusionHead(keras.layers.Layer):  # type: ignore[misc]
    """Gated MLPs over token vectors; a token that is not visible is replaced by a learned vector of its own.

    Several members share a tower of the encoders, each with weights of its own here and trained on its own error; the mean of
    what they say ranks better than one of their joint width, and that of towers better still. The first layer is linear in the
    tokens, so that for many coalitions at once (`coalitions`) each token's contribution is computed once and only sums differ.

    Args:
        width: Size of a member's gated layer.
        inner: Size of a member's second layer.
        members: How many there are, of each tower.
        dropout: Share of gated entries that training hides.
        towers: How many there are in the tokens' vectors.
        outputs: Numbers that each member says.
        rising: Whether each is above the one before, as quantiles are.

    Input shapes: tokens (batch, tokens, towers × size) and visible (batch, tokens), 1 where the token is seen.
    Output shape: (batch, towers × members, outputs).

    Source: Gorishniy et al. 2025, TabM (members that share most of the network).
    """

    def __init__(self, width: int, inner: int, members: int = 1, dropout: float = 0.0, towers: int = 1,
                 outputs: int = 2, rising: bool = False, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self.width, self.inner, self.members, self.dropout, self.towers = width, inner, members, dropout, towers
        self.outputs, self.rising = outputs, rising
        self._hide = keras.layers.Dropout(dropout)

    def build(self, tokens_shape: tuple, visible_shape: tuple) -> None:
        """Create the weights."""
        _, n, size = tokens_shape
        heads = self.towers * self.members
        first = 2 * self.width * heads
        self.mix = self.add_weight(shape=(n, self.towers, size // self.towers, first // self.towers), name="mix",
                                   initializer=keras.initializers.VarianceScaling(scale=self.towers / n, mode="fan_in"))
        self.absent = self.add_weight(shape=(n, first), initializer="zeros", name="absent")
        self.bias = self.add_weight(shape=(first,), initializer="zeros", name="bias")
        self.second = self.add_weight(shape=(heads, self.width, self.inner), name="second",
                                      initializer=Scaled(np.full((1, 1, 1), (2 / self.width) ** 0.5)))
        self.second_bias = self.add_weight(shape=(heads, self.inner), initializer="zeros", name="second_bias")
        self.out = self.add_weight(shape=(heads, self.inner, self.outputs), name="out",
                                   initializer=Scaled(np.full((1, 1, 1), self.inner**-0.5)))
        self.out_bias = self.add_weight(shape=(heads, self.outputs), initializer="zeros", name="out_bias")

    def call(self, tokens: tf.Tensor, visible: tf.Tensor, training: bool = False) -> tf.Tensor:
        """What each member says of each row under its own coalition."""
        seen = tf.einsum("btks,tksh->bkh", self._by_tower(tokens * visible[:, :, None]), self.mix)
        seen = tf.reshape(seen, (-1, self.bias.shape[0]))
        return self._rest(seen + tf.matmul(1.0 - visible, self.absent) + self.bias, training)

    @tf.function(reduce_retracing=True)  # type: ignore[untyped-decorator]
    def compiled(self, tokens: tf.Tensor, visible: tf.Tensor) -> tf.Tensor:
        """The same as one graph, for use outside of training."""
        return self(tokens, visible)

    @tf.function(reduce_retracing=True)  # type: ignore[untyped-decorator]
    def coalitions(self, tokens: tf.Tensor, visible: tf.Tensor) -> tf.Tensor:
        """The members' mean for every row under every coalition.

        Args:
            tokens: Shape (rows, tokens, towers × size).
            visible: Shape (coalitions, tokens).

        Returns:
            Shape (coalitions, rows, outputs).
        """
        return tf.reduce_mean(self._rest(self._first(tokens, visible), training=False), axis=-2)

    def slopes(self, tokens: tf.Tensor, visible: tf.Tensor, weights: tf.Tensor,
               output: int = 0) -> tuple[tf.Tensor, tf.Tensor]:
        """As `coalitions`, and how one number rises with the entries of the first layer, in weighted sums over coalitions.

        Args:
            tokens: Shape (rows, tokens, towers × size).
            visible: Shape (coalitions, tokens).
            weights: Of each sum, shape (sums, coalitions).
            output: Which of the numbers.

        Returns:
            Shapes (coalitions, rows, outputs) and (sums, rows, entries).
        """
        first = self._first(tokens, visible)
        with tf.GradientTape() as tape:
            tape.watch(first)
            out = tf.reduce_mean(self._rest(first, training=False), axis=-2)
            asked = out[..., output]
        return out, tf.tensordot(weights, tape.gradient(asked, first), axes=1)

    def _first(self, tokens: tf.Tensor, visible: tf.Tensor) -> tf.Tensor:
        """The first layer of every row under every coalition, shape (coalitions, rows, entries)."""
        each = tf.einsum("btks,tksh->tbkh", self._by_tower(tokens), self.mix)
        each = tf.reshape(each, (tokens.shape[1], -1, self.bias.shape[0]))
        seen = tf.tensordot(visible, each, axes=1)
        return seen + tf.matmul(1.0 - visible, self.absent)[:, None, :] + self.bias

    def _by_tower(self, tokens: tf.Tensor) -> tf.Tensor:
        """Shape (batch, tokens, towers, size)."""
        return tf.reshape(tokens, (-1, tokens.shape[1], self.towers, tokens.shape[2] // self.towers))

    def mixing(self) -> np.ndarray:
        """How the first layer's entries rise with those of the tokens' vectors, shape (tokens, entries, towers × size)."""
        own = np.eye(self.towers, dtype=np.float32)
        each = np.einsum("tksh,kl->tlhks", self.mix.numpy(), own)
        return np.ascontiguousarray(each.reshape(len(each), self.bias.shape[0], -1))

    def _rest(self, first: tf.Tensor, training: bool) -> tf.Tensor:
        """What the members, one after the other, make of their parts of the first layer, shape (…, members, outputs)."""
        said = []
        for n, part in enumerate(tf.split(first, self.towers * self.members, axis=-1)):
            value, gate = tf.split(part, 2, axis=-1)
            gated = self._hide(tf.nn.relu(value) * tf.nn.sigmoid(gate), training=training)
            inner = tf.nn.relu(tf.tensordot(gated, self.second[n], axes=1) + self.second_bias[n])
            said.append(tf.tensordot(inner, self.out[n], axes=1) + self.out_bias[n])
        out = tf.stack(said, axis=-2)
        return tf.cumsum(tf.concat([out[..., :1], tf.nn.softplus(out[..., 1:])], axis=-1), axis=-1) if self.rising else out

    def get_config(self) -> dict:
        """Arguments of the constructor."""
        base: dict = super().get_config()
        return base | {"width": self.width, "inner": self.inner, "members": self.members, "dropout": self.dropout,
                       "towers": self.towers, "outputs": self.outputs, "rising": self.rising}
