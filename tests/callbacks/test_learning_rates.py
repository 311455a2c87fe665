import keras
import networks
import numpy as np
import pytest
import tensorflow as tf

from kgan.callbacks import LearningRates


def _history(gan, data, epochs=2, *more):
    return gan.fit(
        data, epochs=epochs, verbose=0, callbacks=[LearningRates(), *more]
    ).history


def test_constants_schedules_and_what_others_set(points, rows):
    gan = points()
    schedule = keras.optimizers.schedules.PolynomialDecay(1e-2, 12, 0.0)
    gan.compile(
        keras.optimizers.SGD(schedule), keras.optimizers.SGD(0.5), run_eagerly=True
    )

    def lower(epoch, logs):
        gan.discriminator_optimizer.learning_rate = 0.25

    lowered = keras.callbacks.LambdaCallback(on_epoch_begin=lower)
    assert float(gan.discriminator_optimizer.learning_rate) == 0.5
    history = _history(gan, rows((1,)), 2, lowered)
    # Three steps an epoch, of twelve.
    np.testing.assert_allclose(history["g_learning_rate"], [7.5e-3, 5e-3], rtol=1e-6)
    assert history["d_learning_rate"] == [0.25, 0.25]
    assert "g_loss_scale" not in history


def test_a_constant_stays(points, rows):
    history = _history(points(), rows((1,)))
    assert history["g_learning_rate"] == [pytest.approx(2e-4)] * 2
    assert history["d_learning_rate"] == [pytest.approx(2e-4)] * 2


def test_loss_scales_of_float16(points, rows):
    keras.config.set_dtype_policy("mixed_float16")
    gan = points()
    gan.discriminator_optimizer.dynamic_scale.assign(64.0)
    history = _history(gan, rows((1,)), 1)
    assert history["g_loss_scale"] == [2.0**15]
    assert history["d_loss_scale"] == [64.0]
    assert history["g_learning_rate"] == [pytest.approx(2e-4)]


def test_variables_and_schedules_of_replicas(two_replicas):
    keras.config.set_dtype_policy("mixed_float16")
    with two_replicas.scope():
        schedule = keras.optimizers.schedules.PolynomialDecay(0.4, 4, 0.0)
        optimizers = {"discriminator_optimizer": keras.optimizers.SGD(schedule)}
        gan = networks.gan(learning_rate=0.25, compiled=optimizers)
    data = tf.data.Dataset.from_tensor_slices(networks.images(16))
    history = _history(gan, data.batch(16, drop_remainder=True), 1)
    assert history["g_learning_rate"] == [0.25]
    assert history["d_learning_rate"] == [pytest.approx(0.3)]
    assert history["g_loss_scale"] == [2.0**15]


@pytest.mark.parametrize("each_batch", [False, True])
def test_batches_where_they_are_asked_for(points, rows, each_batch):
    seen = []

    def keep(batch, logs):
        seen.append("g_learning_rate" in logs)

    keeper = keras.callbacks.LambdaCallback(on_train_batch_end=keep)
    rates = LearningRates(each_batch=each_batch)
    points().fit(rows((1,)), epochs=1, verbose=0, callbacks=[rates, keeper])
    assert seen == [each_batch] * 3
