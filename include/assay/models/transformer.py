"""Keras layer of the behaviour encoder."""

from __future__ import annotations

from collections.abc import Mapping

import keras
import numpy as np
import tensorflow as tf

_HEADS = 4
_FAR = -1e9  # added to the scores of what must not be attended to
_LONG = 30.0  # days, before the first known event
_ITEM_SCALE, _KIND_SCALE = 0.02, 0.05  # of vectors at first


@keras.saving.register_keras_serializable("assay")
class BehaviourEncoder(keras.layers.Layer):  # type: ignore[misc]
    """A causal transformer over events, and what it takes to foretell items and their kinds from its states.

    An event enters by the vector of its item, its measures, the days since the event before and whether a session begins. What
    is attended to fades with the days between, at a rate that each attention head learns. The state *as of* a day is made from
    the last event's and the days since; its product with an item's vector, plus the item's bias, is the logit of that item
    coming next. Items share their vectors between reading and foretelling.

    Args:
        vocabulary: Codes of items; 0 fills up short sequences.
        kinds: Codes of each attribute of the items that is foretold, too.
        width: Of vectors and states, a multiple of the four attention heads.
        layers: Of the transformer.
        dropout: Share of hidden entries that training hides.

    Inputs, by name, oldest event first and the last event at the end: items (batch, length) int32, ages (batch, length) in
    days, begins (batch, length) 0/1, measures (batch, length, measures), since (batch,): whole days without any event.
    Output shape: (batch, width), the state as of the end of these days.
    """

    def __init__(self, vocabulary: int, kinds: list[int], width: int, layers: int, dropout: float = 0.0,
                 **kwargs: object) -> None:
        super().__init__(**kwargs)
        self.vocabulary, self.kinds, self.width = vocabulary, list(kinds), width
        self.layers, self.dropout = layers, dropout
        self._hide = keras.layers.Dropout(dropout)

    def build(self, shapes: Mapping[str, tuple]) -> None:
        """Create the weights."""
        width = self.width

        def small(scale: float) -> keras.initializers.Initializer:
            return keras.initializers.RandomNormal(stddev=scale)

        self.vectors = self.add_weight(shape=(self.vocabulary, width), initializer=small(_ITEM_SCALE), name="vectors")
        self.bias = self.add_weight(shape=(self.vocabulary,), initializer="zeros", name="bias")
        self.kind_vectors = [self.add_weight(shape=(size, width), initializer=small(_KIND_SCALE), name=f"kind_{n}")
                             for n, size in enumerate(self.kinds)]
        self.kind_bias = [self.add_weight(shape=(size,), initializer="zeros", name=f"kind_bias_{n}")
                          for n, size in enumerate(self.kinds)]
        facts = shapes["measures"][-1] + 3
        self.facts = self.add_weight(shape=(facts, width), initializer="glorot_uniform", name="facts")
        self.norms = [self._norm(f"norm_{n}") for n in range(2 * self.layers + 2)]
        self.mixers = []
        for n in range(self.layers):
            shapes_ = {"query_key_value": (width, 3 * width), "joined": (width, width), "up": (width, 2 * width),
                       "down": (2 * width, width)}
            self.mixers.append({name: self.add_weight(shape=shape, initializer="glorot_uniform", name=f"{name}_{n}")
                                for name, shape in shapes_.items()}
                               | {"fading": self.add_weight(shape=(_HEADS,), name=f"fading_{n}",
                                                            initializer=keras.initializers.Constant(-3.0))})
        self.waiting = self.add_weight(shape=(width + 2, 2 * width), initializer="glorot_uniform", name="waiting")
        self.waited = self.add_weight(shape=(2 * width, width), initializer="glorot_uniform", name="waited")

    def _norm(self, name: str) -> keras.Variable:
        return self.add_weight(shape=(self.width,), initializer="ones", name=name)

    def call(self, inputs: Mapping[str, tf.Tensor], training: bool = False) -> tf.Tensor:
        """State as of the end of `since` days without any event."""
        return self.as_of(self.read(inputs, training=training)[:, -1], inputs["since"])

    @tf.function(reduce_retracing=True)  # type: ignore[untyped-decorator]
    def compiled(self, inputs: Mapping[str, tf.Tensor]) -> tf.Tensor:
        """The same as one graph, for use outside of training."""
        return self(inputs)

    def read(self, inputs: Mapping[str, tf.Tensor], training: bool = False) -> tf.Tensor:
        """State after every event, which nothing later enters; shape (batch, length, width)."""
        items, ages = inputs["items"], inputs["ages"]
        known = tf.cast(items > 0, tf.float32)
        before = tf.concat([tf.zeros_like(ages[:, :1]), ages[:, :-1]], axis=1)
        follows = tf.concat([tf.zeros_like(known[:, :1]), known[:, :-1]], axis=1)
        since = tf.where(follows > 0, before - ages, _LONG)
        facts = tf.concat([inputs["measures"], tf.stack([tf.math.log1p(since) / 3, inputs["begins"], known], axis=-1)], axis=-1)
        state = tf.gather(self.vectors, items) / _ITEM_SCALE / 4 + tf.tensordot(facts, self.facts, axes=1)
        state = self._hide(_normed(state, self.norms[0]), training=training)
        length = items.shape[1]
        apart = tf.maximum(ages[:, None, :] - ages[:, :, None], 0.0)  # days from the one attended to, on the last axis
        earlier = tf.constant(np.tril(np.ones((length, length), np.float32)))
        hidden = (1.0 - earlier[None] * known[:, None, :])[:, None] * _FAR
        for n, mixer in enumerate(self.mixers):
            query, key, value = (self._heads(part) for part in tf.split(
                tf.tensordot(_normed(state, self.norms[2 * n + 1]), mixer["query_key_value"], axes=1), 3, axis=-1))
            scores = tf.matmul(query, key, transpose_b=True) * (self.width // _HEADS) ** -0.5
            scores += hidden - tf.exp(mixer["fading"])[None, :, None, None] * apart[:, None]
            seen = tf.transpose(tf.matmul(tf.nn.softmax(scores), value), (0, 2, 1, 3))
            seen = tf.tensordot(tf.reshape(seen, tf.shape(state)), mixer["joined"], axes=1)
            state += self._hide(seen, training=training)
            inner = tf.nn.gelu(tf.tensordot(_normed(state, self.norms[2 * n + 2]), mixer["up"], axes=1))
            state += self._hide(tf.tensordot(inner, mixer["down"], axes=1), training=training)
        return state

    def _heads(self, x: tf.Tensor) -> tf.Tensor:
        """(batch, length, width) as (batch, heads, length, width / heads)."""
        return tf.transpose(tf.reshape(x, (-1, x.shape[1], _HEADS, self.width // _HEADS)), (0, 2, 1, 3))

    def as_of(self, state: tf.Tensor, since: tf.Tensor) -> tf.Tensor:
        """States (batch, width) after events, made older by whole days without any event."""
        days = tf.stack([tf.math.log1p(since) / 3, since / 14], axis=-1)
        inner = tf.nn.gelu(tf.tensordot(tf.concat([state, days], axis=-1), self.waiting, axes=1))
        older = tf.tensordot(inner, self.waited, axes=1)
        return _normed(state + older, self.norms[-1])

    def head(self, number: int) -> tuple[tf.Variable, tf.Variable]:
        """Vectors and biases of what a head foretells: 0 the items, then their kinds."""
        return (self.kind_vectors[number - 1], self.kind_bias[number - 1]) if number else (self.vectors, self.bias)

    def log_probabilities(self, states: tf.Tensor, number: int) -> tf.Tensor:
        """Logarithm of each code's share in what comes next, shape (batch, codes)."""
        vectors, bias = self.head(number)
        return tf.nn.log_softmax(tf.matmul(states, vectors, transpose_b=True) + bias)

    def get_config(self) -> dict:
        """Arguments of the constructor."""
        base: dict = super().get_config()
        return base | {"vocabulary": self.vocabulary, "kinds": self.kinds, "width": self.width, "layers": self.layers,
                       "dropout": self.dropout}


def _normed(x: tf.Tensor, scale: tf.Tensor) -> tf.Tensor:
    """Divided by the root of its mean square."""
    return x * tf.math.rsqrt(tf.reduce_mean(tf.square(x), axis=-1, keepdims=True) + 1e-6) * scale
