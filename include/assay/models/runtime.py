"""TensorFlow set up for the same bytes on every run of one machine type."""

from __future__ import annotations

import os
from functools import cache

INTRA_THREADS = 2  # fixed: sums depend on how they are split
INTER_THREADS = 1


@cache
def prepare_tensorflow() -> None:
    """Fix threads and determinism once per process, before any tensor exists.

    GPUs are left alone unless CUDA_VISIBLE_DEVICES names some; several of them train together, each with the whole network.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")
    import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(INTRA_THREADS)
    tf.config.threading.set_inter_op_parallelism_threads(INTER_THREADS)
    tf.config.experimental.enable_op_determinism()
    if len(tf.config.list_physical_devices("GPU")) > 1:
        tf.distribute.experimental_set_strategy(tf.distribute.MirroredStrategy())
