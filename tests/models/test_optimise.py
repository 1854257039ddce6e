from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from dataclasses import replace
from itertools import repeat

import numpy as np
import pytest
from tests.models import builders as b

from assay.models.metrics import auc
from assay.models.optimise import Plan, optimise
from assay.models.runtime import prepare_tensorflow
from assay.models.train import fit, run


@pytest.fixture
def line():
    """y = w x with w = 0 at first."""
    prepare_tensorflow()
    import keras

    inputs = keras.Input((1,))
    return keras.Model(inputs, keras.layers.Dense(1, use_bias=False, kernel_initializer="zeros")(inputs))


def error(network):
    import tensorflow as tf

    return lambda batch: tf.reduce_mean(tf.square(network(batch["x"]) - batch["y"]))


def batch(slope: float, rows: int = 8) -> dict[str, np.ndarray]:
    x = np.linspace(-1, 1, rows, dtype=np.float32)[:, None]
    return {"x": x, "y": np.float32(slope) * x}


@pytest.mark.parametrize("mixed", [False, True])
def test_steps_lead_to_where_the_loss_is_small(line, mixed: bool) -> None:
    losses = list(optimise(line, error(line), repeat(batch(2.0)), Plan(0.1, 120, 0.1, mixed)))
    assert len(losses) == 120 and losses[-1] < 1e-3 * losses[0]
    assert line.get_weights()[0].item() == pytest.approx(2, abs=0.05)


def test_each_batch_is_taken_once_and_in_order(line) -> None:
    """The first loss is each batch's own: with a rate of almost nothing the network stays where it was."""
    slopes = [1.0, 2.0, 3.0, 4.0]
    losses = list(optimise(line, error(line), map(batch, slopes), Plan(1e-12, 10, 1.0, False)))
    assert losses == pytest.approx([slope**2 * losses[0] for slope in slopes], rel=1e-5)


def test_without_batches_there_is_no_step(line) -> None:
    nothing: Iterator[dict[str, np.ndarray]] = iter(())
    assert list(optimise(line, error(line), nothing, Plan(0.1, 10, 0.1, False))) == []


def test_batches_may_differ_in_their_number_of_rows(line) -> None:
    losses = list(optimise(line, error(line), (batch(1.0, rows) for rows in (3, 9, 4)), Plan(1e-12, 3, 1.0, False)))
    assert np.isfinite(losses).all() and len(losses) == 3


@pytest.mark.slow
def test_half_precision_finds_the_signal_too() -> None:
    prepare_tensorflow()
    codes, rows, valid = b.trainable()
    network = fit(codes, b.PLAYERS, b.spooled(rows), valid, replace(b.SIZE, mixed=True), seed=7)
    out = run(network, valid.encoded, np.ones((1, 4), np.float32))
    assert out.dtype == np.float32 and auc(valid.y, out[:, 0]) > 0.8


_TWO_DEVICES = """
    import numpy as np
    import tensorflow as tf
    from assay.models.runtime import prepare_tensorflow

    prepare_tensorflow()
    tf.config.set_logical_device_configuration(tf.config.list_physical_devices("CPU")[0],
                                               [tf.config.LogicalDeviceConfiguration()] * 2)
    tf.distribute.experimental_set_strategy(tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"]))
    assert tf.distribute.get_strategy().num_replicas_in_sync == 2

    from tests.models import builders as b
    from tests.models.test_optimise import batch, error
    from assay.models.metrics import auc
    from assay.models.optimise import Plan, optimise
    from assay.models.train import fit, run

    import keras
    inputs = keras.Input((1,))
    line = keras.Model(inputs, keras.layers.Dense(1, use_bias=False, kernel_initializer="zeros")(inputs))
    each = list(optimise(line, error(line), map(batch, [1.0, 2.0, 3.0, 4.0]), Plan(1e-12, 10, 1.0, False)))
    own = float(np.mean(np.square(batch(1.0)["x"])))
    np.testing.assert_allclose(each, [own * (1 + 4) / 2, own * (9 + 16) / 2], rtol=1e-5)

    codes, rows, valid = b.trainable()
    network = fit(codes, b.PLAYERS, b.spooled(rows), valid, b.SIZE, seed=7)
    out = run(network, valid.encoded, np.ones((1, 4), np.float32))
    assert auc(valid.y, out[:, 0]) > 0.8, auc(valid.y, out[:, 0])
"""


@pytest.mark.slow
def test_two_devices_train_together_on_batches_of_their_own() -> None:
    """In a process of its own: devices are fixed once there are tensors."""
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(_TWO_DEVICES)], capture_output=True, text=True, check=False,
                          env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)})
    assert done.returncode == 0, done.stderr[-3000:]
