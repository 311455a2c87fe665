"""The test session is stricter than a user's: warnings are errors, four devices."""

import gc
import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("MPLBACKEND", "Agg")
# As the command sets it: a run in this process and one of the command are one.
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")
# A compiled step runs a few times here: optimising it takes longer than it saves.
os.environ.setdefault("XLA_FLAGS", "--xla_backend_optimization_level=0")

import keras
import pytest
import tensorflow as tf

# What was imported stays: no collection need look at it again.
gc.freeze()

# Logical devices: what depends on replicas is tested on a machine without a GPU.
tf.config.set_logical_device_configuration(
    tf.config.list_physical_devices("CPU")[0],
    [tf.config.LogicalDeviceConfiguration()] * 4,
)


@pytest.fixture(autouse=True)
def _fresh_keras():
    """Each test starts from the same seeds and policy, whatever ran before it."""
    keras.utils.clear_session(free_memory=False)
    keras.utils.set_random_seed(0)
    keras.config.set_dtype_policy("float32")
    yield
    keras.config.set_dtype_policy("float32")


def _mirrored(count):
    return tf.distribute.MirroredStrategy(
        [f"CPU:{index}" for index in range(count)],
        cross_device_ops=tf.distribute.ReductionToOneDevice(),
    )


@pytest.fixture
def two_replicas():
    """A `MirroredStrategy` over two logical devices."""
    return _mirrored(2)


@pytest.fixture
def four_replicas():
    """A `MirroredStrategy` over four logical devices."""
    return _mirrored(4)
