import time

import keras
import networks
import numpy as np
import pytest
import tensorflow as tf

import kgan
from kgan.callbacks import Throughput

KEYS = {"step_seconds", "images_per_second", "seconds_per_kimg"}


class Clock:
    """A clock that only moves when it is told to."""

    def __init__(self, monkeypatch):
        self.now = 100.0
        monkeypatch.setattr(time, "perf_counter", lambda: self.now)

    def wait(self, seconds):
        self.now += seconds


class Steps(keras.callbacks.Callback):
    """Lets time pass: in steps, after them, and in a validation."""

    def __init__(self, clock, step, after=0.0):
        super().__init__()
        self.clock, self.step, self.after = clock, step, after

    def on_train_batch_begin(self, batch, logs=None):
        # Between the begin that `Throughput` saw before this one, and its end.
        self.clock.wait(self.step(batch) if callable(self.step) else self.step)

    def on_train_batch_end(self, batch, logs=None):
        self.clock.wait(self.after)

    def on_test_begin(self, logs=None):
        self.clock.wait(1000.0)


def _fit(gan, data, callbacks, **arguments):
    return gan.fit(data, verbose=0, callbacks=callbacks, **arguments).history


def test_the_first_step_and_the_work_of_others_are_left_out(points, rows, monkeypatch):
    clock = Clock(monkeypatch)
    slow_start = Steps(clock, lambda batch: 0.5 if clock.now > 200 else 150.0, 30.0)
    history = _fit(
        points(),
        rows((1,), batches=5),
        [Throughput(), slow_start],
        epochs=2,
        validation_data=rows((1,)),
    )
    np.testing.assert_allclose(history["step_seconds"], [0.5, 0.5])
    np.testing.assert_allclose(history["images_per_second"], [8.0, 8.0])
    np.testing.assert_allclose(history["seconds_per_kimg"], [125.0, 125.0])
    np.testing.assert_allclose(history["kimg"], [0.020, 0.040])


@pytest.mark.parametrize("batch_size", [None, 4])
def test_each_update_of_the_discriminator_takes_its_own_images(
    points, rows, monkeypatch, batch_size
):
    gan = points(discriminator_steps=3)
    steps = Steps(Clock(monkeypatch), 2.0)
    history = _fit(gan, rows((1,), batches=9), [Throughput(batch_size), steps])
    np.testing.assert_allclose(history["step_seconds"], [2.0])
    np.testing.assert_allclose(history["images_per_second"], [6.0])
    np.testing.assert_allclose(history["kimg"], [0.036])


def test_several_steps_per_execution(points, rows, monkeypatch):
    gan = points()
    gan.compile(steps_per_execution=4, run_eagerly=True)
    steps = Steps(Clock(monkeypatch), 2.0)
    history = _fit(gan, rows((1,), batches=12), [Throughput(), steps])
    np.testing.assert_allclose(history["step_seconds"], [0.5])
    np.testing.assert_allclose(history["images_per_second"], [8.0])


def test_an_epoch_of_the_first_step_alone_says_nothing(points, rows):
    history = _fit(points(), rows((1,), batches=1), [Throughput()], epochs=2)
    assert {key: len(history[key]) for key in KEYS} == dict.fromkeys(KEYS, 1)
    np.testing.assert_allclose(history["kimg"], [0.004, 0.008])


def test_images_of_before_a_resume_count(points, rows, tmp_path):
    gan = points()
    _fit(gan, rows((1,), batches=5), [])
    gan.save(tmp_path / "gan.keras")
    again = keras.models.load_model(tmp_path / "gan.keras")
    history = _fit(again, rows((1,), batches=3), [Throughput()])
    np.testing.assert_allclose(history["kimg"], [0.032])


def test_a_rollback_within_an_epoch(points, rows, monkeypatch):
    gan = points()

    def roll_back(batch, logs):
        if batch == 3 and gan.rollbacks == 0:
            gan.clock.rounds.assign(0)
            gan.clock.rollbacks.assign_add(1)
            gan.reset_metrics()

    others = [
        Steps(Clock(monkeypatch), 0.5),
        keras.callbacks.LambdaCallback(on_train_batch_end=roll_back),
    ]
    history = _fit(gan, rows((1,), batches=6), [Throughput(), *others], epochs=2)
    np.testing.assert_allclose(history["step_seconds"], [0.5, 0.5])
    # How large a batch is was first seen in the epoch that was not cut.
    np.testing.assert_allclose(history["images_per_second"], [8.0])
    np.testing.assert_allclose(history["kimg"], [0.048])  # of all that were shown


def test_images_of_all_replicas(two_replicas, monkeypatch):
    with two_replicas.scope():
        gan = networks.gan()
    data = tf.data.Dataset.from_tensor_slices(networks.images(64))
    steps = Steps(Clock(monkeypatch), 0.5)
    history = _fit(gan, data.batch(16, drop_remainder=True), [Throughput(), steps])
    np.testing.assert_allclose(history["images_per_second"], [32.0])
    np.testing.assert_allclose(history["kimg"], [0.064])


def test_keras_need_not_wait_for_each_step(points, rows):
    # Without another callback, steps end on threads of Keras.
    gan = points()
    gan.compile()
    start = time.perf_counter()
    history = _fit(gan, rows((1,), batches=30), [Throughput()], epochs=2)
    seconds = time.perf_counter() - start
    assert len(history["step_seconds"]) == 2
    assert 0.0 < sum(history["step_seconds"]) * 29 < seconds
    rates = np.array(history["images_per_second"]) * history["step_seconds"]
    np.testing.assert_allclose(rates, 4.0)


def test_evaluate_alone_is_no_epoch(points, rows):
    gan, throughput = points(), Throughput()
    gan.evaluate(rows((1,)), verbose=0, callbacks=[throughput])
    _fit(gan, rows((1,)), [throughput])
    gan.evaluate(rows((1,)), verbose=0, callbacks=[throughput])


def test_a_batch_size_is_a_positive_integer():
    with pytest.raises(ValueError, match="batch_size"):
        kgan.callbacks.Throughput(0)
