import keras
import networks
import numpy as np
import tensorflow as tf

import kgan
from kgan.callbacks.snapshot import Snapshot, inner


def _variables(model):
    optimizers = (model.generator_optimizer, model.discriminator_optimizer)
    return [*model.weights, *(v for o in optimizers for v in o.variables)]


def _values(model):
    # A list: layers of the average have the paths of those that they average.
    return [keras.ops.convert_to_numpy(v).copy() for v in _variables(model)]


def _fit(gan, data):
    gan.fit(data, verbose=0, shuffle=False)


def test_everything_comes_back_but_what_only_grows(points, rows):
    gan = points()
    data = rows((1,))
    _fit(gan, data)
    before, snapshot = _values(gan), Snapshot(gan)
    assert snapshot.step == 3
    _fit(gan, data)
    gan.clock.rollbacks.assign_add(1)
    rate = gan.generator_optimizer.learning_rate
    rate.assign(1e-5)
    changed = _values(gan)
    snapshot.restore(gan)
    kept = {id(v) for v in (gan.clock.position, gan.clock.rollbacks, rate)}
    for variable, value, old, new in zip(
        _variables(gan), _values(gan), before, changed, strict=True
    ):
        expected = new if id(variable) in kept else old
        np.testing.assert_array_equal(value, expected, err_msg=variable.path)
    assert (gan.step, gan.position, gan.rollbacks) == (3, 6, 1)
    moved = [(a != b).any() for a, b in zip(before, changed, strict=True)]
    # All but the constant learning rate of D.
    assert sum(moved) == len(moved) - 1


def test_a_snapshot_outlives_training_in_place(points, rows):
    gan = points()
    kernel = gan.generator.layers[1].kernel
    before = keras.ops.convert_to_numpy(kernel).copy()
    snapshot = Snapshot(gan)
    for variable in gan.weights:
        variable.assign_add(keras.ops.ones_like(variable))
    snapshot.restore(gan)
    np.testing.assert_array_equal(kernel, before)


def test_the_first_variable_that_is_not_finite_is_named(points):
    gan = points()
    assert Snapshot(gan).first_not_finite() is None
    bias = gan.discriminator.layers[-1].bias
    bias.assign([np.inf])
    path, value = Snapshot(gan).first_not_finite()
    assert path == bias.path
    assert np.isinf(value)


def test_bfloat16_variables(points):
    keras.config.set_dtype_policy("bfloat16")
    gan = points()
    assert gan.generator.layers[1].kernel.dtype == "bfloat16"
    assert Snapshot(gan).first_not_finite() is None


def test_loss_scales_come_back(points, rows):
    keras.config.set_dtype_policy("mixed_float16")
    gan = points()
    optimizer = gan.generator_optimizer
    assert inner(optimizer) is optimizer.inner_optimizer
    snapshot = Snapshot(gan)
    optimizer.dynamic_scale.assign(4.0)
    snapshot.restore(gan)
    assert float(optimizer.dynamic_scale) == 2.0**15


def test_metrics_start_anew_and_none_remembers_a_nan(points, rows):
    gan = points()
    gan.compile(penalties=[kgan.penalties.R1(1.0, interval=3)], run_eagerly=True)
    gan.clock.rounds.assign(1)  # a game that begins with NaN is refused
    snapshot = Snapshot(gan)
    kernel = gan.discriminator.layers[-1].kernel
    kernel.assign(np.full(kernel.shape, np.nan))
    _fit(gan, rows((1,)))
    assert np.isnan(gan.get_metrics_result()["r1"])
    snapshot.restore(gan)
    results = gan.get_metrics_result()
    assert {float(value) for value in results.values()} == {0.0}
    gan.reset_metrics()  # a mean that lasts over epochs must not bring it back
    assert float(gan.get_metrics_result()["r1"]) == 0.0


def test_all_replicas_get_the_same(two_replicas):
    with two_replicas.scope():
        adam = {
            f"{player}_optimizer": keras.optimizers.Adam(1e-2)
            for player in ("generator", "discriminator")
        }
        gan = networks.gan(dropout=0.3, compiled=adam)
    data = tf.data.Dataset.from_tensor_slices(networks.images(32))
    data = data.batch(16, drop_remainder=True)
    _fit(gan, data)
    before, snapshot = _values(gan), Snapshot(gan)
    _fit(gan, data)
    snapshot.restore(gan)
    for variable, old in zip(_variables(gan), before, strict=True):
        copies = two_replicas.experimental_local_results(variable.value)
        assert len(copies) == 2
        np.testing.assert_array_equal(*copies, err_msg=variable.path)
        if variable is not gan.clock.position:
            np.testing.assert_array_equal(copies[0], old, err_msg=variable.path)
    _fit(gan, data)  # and training goes on
    assert gan.step == 4
