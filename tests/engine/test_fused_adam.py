"""Adam's step as one operation: the formula, and what it leaves alone."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from kgan.engine import fused_adam, optimizers


@pytest.fixture
def all_large(monkeypatch):
    """Has weights of any size moved by the operation."""
    monkeypatch.setattr(fused_adam, "LARGE", 0)


def draw(*shape):
    return np.random.default_rng(0).normal(size=shape).astype("float32")


def fused(**options):
    """An Adam, and a variable that it moves."""
    adam = keras.optimizers.Adam(**{"learning_rate": 0.01, "beta_1": 0.5, **options})
    variable = keras.Variable(draw(4, 3))
    adam.build([variable])
    fused_adam.install(adam)
    return adam, variable


def moved(adam, variable, run=lambda function: function, steps=3):
    """Applies gradients 1, 2, ... times a fixed one; returns the variable's value."""

    @run
    def step(gradient):
        adam.apply([gradient], [variable])

    for number in range(steps):
        step(tf.constant((number + 1) * draw(4, 3)[::-1].copy()))
    return variable.numpy()


def by_formula(x, steps=3, rate=0.01, beta_1=0.5, beta_2=0.999):
    """Kingma and Ba (2015), with ε̂ as at the end of section 2, in float64."""
    x, m, v = x.astype("float64"), 0.0, 0.0
    for step in range(1, steps + 1):
        g = step * draw(4, 3)[::-1].astype("float64")
        m, v = beta_1 * m + (1 - beta_1) * g, beta_2 * v + (1 - beta_2) * g**2
        alpha = rate * np.sqrt(1 - beta_2**step) / (1 - beta_1**step)
        x = x - alpha * m / (np.sqrt(v) + 1e-7)
    return x


RUNS = {
    "eager": lambda function: function,
    "graph": tf.function,
    "xla": tf.function(jit_compile=True),
}


@pytest.mark.parametrize("run", RUNS.values(), ids=RUNS)
def test_the_step_is_that_of_the_paper(all_large, run):
    found = moved(*fused(), run)
    np.testing.assert_allclose(found, by_formula(draw(4, 3)), rtol=0, atol=1e-6)


@pytest.mark.usefixtures("all_large")
@pytest.mark.parametrize(
    "options",
    [{"clipnorm": 0.1}, {"weight_decay": 0.1}, {"learning_rate": 1.0, "beta_2": 0.9}],
    ids=str,
)
def test_what_is_around_the_step_stays(options):
    plain = keras.optimizers.Adam(**{"learning_rate": 0.01, "beta_1": 0.5, **options})
    variable = keras.Variable(draw(4, 3))
    plain.build([variable])
    adam, other = fused(**options)
    expected, found = moved(plain, variable), moved(adam, other)
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-5)
    assert adam.iterations == 3
    assert adam.get_config() == plain.get_config() | {"name": adam.name}
    for mine, theirs in zip(adam.variables, plain.variables, strict=True):
        np.testing.assert_allclose(mine, theirs, rtol=1e-4, atol=1e-6)


def test_small_weights_move_bit_by_bit_as_with_keras():
    plain, variable = keras.optimizers.Adam(0.01, 0.5), keras.Variable(draw(4, 3))
    plain.build([variable])
    np.testing.assert_array_equal(moved(*fused()), moved(plain, variable))


def test_a_step_of_large_weights_is_one_operation():
    adam = keras.optimizers.Adam()
    variable = keras.Variable(np.zeros(fused_adam.LARGE, "float32"))
    optimizers.prepare(adam, network_of(variable))
    step = tf.function(lambda gradient: adam.apply([gradient], [variable]))
    graph = step.get_concrete_function(tf.TensorSpec(variable.shape)).graph
    kinds = [operation.type for operation in graph.get_operations()]
    assert kinds.count("ResourceApplyAdam") == 1
    assert "AssignSubVariableOp" not in kinds


def network_of(variable):
    layer = keras.layers.Layer()
    layer._track_variable(variable)
    return layer


class OwnStep(keras.optimizers.Adam):
    def update_step(self, gradient, variable, learning_rate):
        variable.assign_sub(gradient)


@pytest.mark.usefixtures("all_large")
@pytest.mark.parametrize(
    "optimizer",
    [
        *(keras.optimizers.SGD(), keras.optimizers.Adam(amsgrad=True)),
        *(keras.optimizers.Nadam(), OwnStep()),
    ],
    ids=lambda optimizer: optimizer.name,
)
def test_other_steps_stay(optimizer):
    fused_adam.install(optimizer)
    assert "update_step" not in vars(optimizer)


@pytest.mark.usefixtures("all_large")
def test_sparse_gradients_are_left_to_keras():
    adam, variable = fused()
    gradient = tf.IndexedSlices(tf.ones((1, 3)), tf.constant([1]), tf.constant([4, 3]))
    adam.apply([gradient], [variable])
    assert (variable.numpy()[1] < draw(4, 3)[1]).all()


@pytest.mark.usefixtures("all_large")
def test_replicas_move_alike(two_replicas):
    with two_replicas.scope():
        adam, variable = fused()

    def step():
        adam.apply([tf.constant(draw(4, 3)) / 2], [variable])

    tf.function(lambda: two_replicas.run(step))()
    alone, other = fused()
    alone.apply([tf.constant(draw(4, 3))], [other])
    for value in two_replicas.experimental_local_results(variable.value):
        np.testing.assert_allclose(value, other.numpy(), rtol=0, atol=1e-7)


@pytest.mark.usefixtures("all_large")
def test_copies_and_saved_ones_have_their_own_weights(tmp_path):
    adam, variable = fused()
    copy = type(adam).from_config(adam.get_config())
    assert "update_step" not in vars(copy)
    checkpoint = tf.train.Checkpoint(adam=adam, x=variable.value)
    path = checkpoint.save(tmp_path / "c")
    first = moved(adam, variable)
    checkpoint.restore(path)
    np.testing.assert_array_equal(moved(adam, variable), first)
