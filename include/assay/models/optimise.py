"""Steps of an optimiser over a stream of batches, on all accelerators of the machine at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from itertools import chain, islice
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import keras
    import tensorflow as tf

_WARM_UP = 20  # one in so many steps raises the learning rate to its peak
_WEIGHT_DECAY = 1e-3
_REWRITES = ("auto_mixed_precision", "auto_mixed_precision_onednn_bfloat16")

Batch = Mapping[str, np.ndarray]


@dataclass(frozen=True)
class Plan:
    """How a training goes on.

    Attributes:
        rate: Peak learning rate.
        steps: How many there will be at most; the rate falls along a cosine until then.
        first: Share of the peak that the rate begins with.
        mixed: Whether products are computed in half precision where the device has units for it.
    """

    rate: float
    steps: int
    first: float
    mixed: bool


def optimise(network: keras.Model, loss: Callable[[dict[str, tf.Tensor]], tf.Tensor], batches: Iterator[Batch],
             plan: Plan) -> Iterator[float]:
    """Take step after step of AdamW, and hand out the loss of each before the next is taken.

    Where TensorFlow's current distribution strategy has several replicas, each takes a batch of its own in every step, and
    their gradients are averaged.

    Args:
        network: Its trainable variables are changed.
        loss: Of a batch, a scalar; it reads the network.
        batches: Arrays by name, the same names and dtypes in each; as many as they last.
        plan: Rates and number of steps.

    Yields:
        The loss of each step, the mean of the replicas.
    """
    import keras
    import tensorflow as tf

    begun = next(batches, None)
    if begun is None:
        return
    strategy = tf.distribute.get_strategy()
    replicas = strategy.num_replicas_in_sync
    with strategy.scope():
        optimizer = keras.optimizers.AdamW(keras.optimizers.schedules.CosineDecay(
            plan.rate * plan.first, plan.steps, warmup_target=plan.rate, warmup_steps=max(1, plan.steps // _WARM_UP)),
            weight_decay=_WEIGHT_DECAY, clipnorm=1.0)
        if plan.mixed:
            optimizer = keras.optimizers.LossScaleOptimizer(optimizer)
        optimizer.build(network.trainable_variables)

    def on_replica(batch: dict[str, tf.Tensor]) -> tf.Tensor:
        with tf.GradientTape() as tape:
            found = loss(batch) / replicas
            scaled = optimizer.scale_loss(found)
        variables = network.trainable_variables
        optimizer.apply_gradients(zip(tape.gradient(scaled, variables), variables, strict=True))
        return found

    @tf.function(reduce_retracing=True)  # type: ignore[untyped-decorator]
    def step(batch: dict[str, tf.Tensor]) -> tf.Tensor:
        return strategy.reduce(tf.distribute.ReduceOp.SUM, strategy.run(on_replica, args=(batch,)), axis=None)

    ready = strategy.distribute_datasets_from_function(lambda _: _dataset(begun, batches))
    for batch in islice(ready, plan.steps):
        with _half_precision() if plan.mixed else nullcontext():
            found = float(step(batch))
        yield found


@contextmanager
def _half_precision() -> Iterator[None]:
    """TensorFlow's own rewriting of graphs, on GPUs and on processors; it is on for what runs inside, and off again behind."""
    import tensorflow as tf

    for name in _REWRITES:
        tf.config.optimizer.set_experimental_options({name: True})
    try:
        yield
    finally:
        for name in _REWRITES:
            tf.config.optimizer.set_experimental_options({name: False})


def _dataset(begun: Batch, batches: Iterator[Batch]) -> tf.data.Dataset:
    """Batches as a dataset, in their order; not read ahead, which TensorFlow doesn't do where operations are deterministic."""
    import tensorflow as tf

    of = {name: tf.TensorSpec((None,) * array.ndim, array.dtype) for name, array in begun.items()}
    return tf.data.Dataset.from_generator(lambda: chain([begun], batches), output_signature=of)
