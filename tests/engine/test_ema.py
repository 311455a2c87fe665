import json

import keras
import numpy as np
import pytest
import tensorflow as tf

import kgan
from kgan.engine import ema


@pytest.mark.parametrize("ramp", [0.05, None])
def test_half_life(ramp):
    schedule = ema.HalfLife(kimg=2.0, batch_size=32, ramp=ramp)
    steps = [0, 1, 7, 100, 1249, 1250, 1251, 10**6]
    seen = 32.0 * np.array(steps)
    half_life = 2000.0 if ramp is None else np.minimum(2000.0, ramp * seen)
    expected = 0.5 ** (32.0 / np.maximum(half_life, 1e-8))
    momentum = tf.function(lambda t: ema.momentum_at(schedule, t))
    for run in (momentum, tf.function(momentum, jit_compile=True)):
        found = [float(run(tf.constant(t, tf.int64))) for t in steps]
        np.testing.assert_allclose(found, np.full(8, 1.0) * expected, rtol=1e-5)


def test_an_average_forgets_half_in_a_half_life():
    schedule = ema.HalfLife(kimg=1.0, batch_size=10, ramp=None)
    left = np.prod([ema.momentum_at(schedule, tf.constant(t)) for t in range(100)])
    assert left == pytest.approx(0.5, rel=1e-4)


def test_a_half_life_is_saved_with_its_arguments():
    schedule = ema.HalfLife(kimg=3, batch_size=8, ramp=None)
    assert kgan.HalfLife is ema.HalfLife
    saved = json.loads(json.dumps(keras.saving.serialize_keras_object(schedule)))
    assert saved["registered_name"] == "kgan>HalfLife"
    again = keras.saving.deserialize_keras_object(saved)
    assert again.get_config() == {"kimg": 3.0, "batch_size": 8, "ramp": None}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"kimg": 0}, "`kimg` must be a positive number"),
        ({"kimg": "10"}, "`kimg` must be a positive number"),
        ({"kimg": float("inf")}, "`kimg` must be a positive number"),
        ({"batch_size": 0}, "`batch_size` must be a positive integer"),
        ({"ramp": 0.0}, "`ramp` must be a positive number"),
        ({"ramp": True}, "`ramp` must be a positive number"),
    ],
)
def test_half_lives_that_are_none(arguments, message):
    with pytest.raises(ValueError, match=message):
        ema.HalfLife(**arguments)


@keras.saving.register_keras_serializable(package="tests")
class Noisy(keras.layers.Layer):
    """Has a strength, which is averaged, and two weights that are copied."""

    not_averaged = ("noise", "mean")

    def build(self, shape):
        zero = {"shape": shape[1:], "initializer": "zeros"}
        self.strength = self.add_weight(name="strength", **zero)
        self.noise = self.add_weight(name="noise", trainable=False, **zero)
        self.mean = self.add_weight(name="mean", trainable=False, **zero)

    def call(self, x):
        return x + self.strength * self.noise + self.mean


@pytest.mark.parametrize("nested", [False, True])
def test_weights_that_are_copied(nested):
    noisy = Noisy()
    inner = [keras.Sequential([keras.Input((2,)), noisy])] if nested else [noisy]
    network = keras.Sequential([keras.Input((2,)), *inner], name="net")
    copy = ema.copy_of(network)
    for weight in network.weights:
        weight.assign([4.0, 8.0])
    tf.function(lambda m: ema.update(copy, network, m))(tf.constant(0.75))
    values = {weight.name: weight.numpy().tolist() for weight in copy.weights}
    copied = [4.0, 8.0]
    assert values == {"strength": [1.0, 2.0], "noise": copied, "mean": copied}


def test_momentum_warms_up():
    momenta = [
        float(ema.momentum_at(0.999, tf.constant(t, tf.int64)))
        for t in (0, 1, 8, 8990, 8991, 10**6)
    ]
    expected = [1 / 10, 2 / 11, 9 / 18, 8991 / 9000, 0.999, 0.999]
    np.testing.assert_allclose(momenta, expected, rtol=1e-6)
    assert float(ema.momentum_at(0.3, tf.constant(50))) == pytest.approx(0.3)
    assert float(ema.momentum_at(0.0, tf.constant(50))) == 0.0


class Counting(keras.layers.Layer):
    """Scales, and holds a number that is no float."""

    def build(self, shape):
        self.scale = self.add_weight(shape=(shape[-1],), name="scale")
        self.calls = self.add_weight(
            shape=(), dtype="int32", trainable=False, initializer="zeros", name="calls"
        )

    def call(self, x):
        return x * self.scale


def _layers():
    normalization = keras.layers.BatchNormalization()
    return [keras.layers.Dense(4), normalization, Counting(), keras.layers.Dense(2)]


def _sequential():
    return keras.Sequential([keras.Input((3,)), *_layers()], name="net")


def _functional():
    inputs = [keras.Input((2,)), keras.Input((1,))]
    x = keras.layers.Concatenate()(inputs)
    for layer in _layers():
        x = layer(x)
    return keras.Model(inputs, x, name="net")


class Subclass(keras.Model):
    def __init__(self, units, name=None):
        super().__init__(name=name)
        self.units = units
        self.dense = keras.layers.Dense(units)
        self.normalization = keras.layers.BatchNormalization()

    def call(self, x, training=False):
        return self.normalization(self.dense(x), training=training)

    def get_config(self):
        return {"units": self.units, "name": self.name}


class FunctionalSubclass(keras.Model):
    def __init__(self, units, name=None):
        latents = keras.Input((3,))
        super().__init__(latents, keras.layers.Dense(units)(latents), name=name)
        self.units = units

    def get_config(self):
        return {"units": self.units, "name": self.name}


BUILDERS = {
    "sequential": (_sequential, [(1, 3)]),
    "functional": (_functional, [(1, 2), (1, 1)]),
    "subclass": (lambda: Subclass(4, name="net"), [(1, 3)]),
    "functional_subclass": (lambda: FunctionalSubclass(4, name="net"), [(1, 3)]),
}


def _inputs(shapes):
    tensors = [tf.ones(shape) for shape in shapes]
    return tensors if len(tensors) > 1 else tensors[0]


def _pair(kind):
    """A network and its copy, both built, as `GAN` builds them."""
    build, shapes = BUILDERS[kind]
    network, inputs = build(), _inputs(shapes)
    network(inputs)
    copy = ema.averaged_copy(network)
    copy(inputs)
    copy.set_weights(network.get_weights())
    return network, copy, inputs


@pytest.mark.parametrize("kind", BUILDERS)
def test_copy_has_the_values_and_no_optimizer_moves_it(kind):
    network, copy, inputs = _pair(kind)
    assert copy is not network
    assert type(copy) is type(network)
    assert copy.name == "ema_net"
    assert network.name == "net"
    assert copy.trainable_weights == []
    assert network.trainable_weights != []
    assert {id(w) for w in copy.weights}.isdisjoint(id(w) for w in network.weights)
    assert [w.name for w in copy.weights] == [w.name for w in network.weights]
    np.testing.assert_array_equal(copy(inputs), network(inputs))


@pytest.mark.parametrize("kind", BUILDERS)
def test_a_graph_of_layers_is_built_at_once(kind):
    build, shapes = BUILDERS[kind]
    network = build()
    network(_inputs(shapes))
    copy = ema.averaged_copy(network)
    assert len(copy.weights) == (0 if kind == "subclass" else len(network.weights))


def test_a_graph_of_layers_needs_no_config():
    class Scaled(keras.layers.Layer):  # is not registered
        def call(self, x):
            return 2.0 * x

    class Graph(keras.Model):
        pass

    latents = keras.Input((3,))
    network = Graph(latents, Scaled()(keras.layers.Dense(2)(latents)))
    copy = ema.averaged_copy(network)
    copy.set_weights(network.get_weights())
    np.testing.assert_array_equal(copy(tf.ones((1, 3))), network(tf.ones((1, 3))))


def test_a_subclass_without_a_config_is_refused():
    class Plain(keras.Model):
        def __init__(self, dense):
            super().__init__()
            self.dense = dense

        def call(self, x):
            return self.dense(x)

    with pytest.raises(ValueError, match=r"Plain must have a `get_config`.*None"):
        ema.averaged_copy(Plain(keras.layers.Dense(2)))


@pytest.mark.parametrize("kind", BUILDERS)
def test_update_is_the_moving_average_of_all_values(kind):
    network, copy, _ = _pair(kind)
    generator = np.random.default_rng(0)
    expected = [value.astype("float64") for value in copy.get_weights()]

    @tf.function
    def update(step):
        ema.update(copy, network, ema.momentum_at(0.7, step))

    for step in range(5):
        values = [
            generator.normal(size=w.shape)
            if w.dtype == "float32"
            else np.array(3 * step + 1)
            for w in network.weights
        ]
        network.set_weights(values)
        momentum = min(0.7, (1 + step) / (10 + step))
        expected = [
            momentum * old + (1 - momentum) * new if w.dtype == "float32" else new
            for w, old, new in zip(network.weights, expected, values, strict=True)
        ]
        update(tf.constant(step))
    for weight, value in zip(copy.weights, expected, strict=True):
        np.testing.assert_allclose(weight, value, rtol=1e-5, atol=1e-6)


def test_moving_statistics_and_integers_are_among_the_values():
    network, copy, _ = _pair("sequential")
    names = [weight.name for weight in copy.weights]
    assert {"moving_mean", "moving_variance", "calls"} <= set(names)
    network.layers[2].calls.assign(7)
    network.layers[1].moving_mean.assign([4.0, 0.0, 0.0, 2.0])
    ema.update(copy, network, tf.constant(0.75))
    assert int(copy.layers[2].calls) == 7
    np.testing.assert_allclose(copy.layers[1].moving_mean, [1.0, 0.0, 0.0, 0.5])


def test_update_in_mixed_precision_is_of_float32_values():
    keras.config.set_dtype_policy("mixed_bfloat16")
    network, copy, _ = _pair("sequential")
    network.layers[0].kernel.assign(tf.ones((3, 4)) * 2.0)
    copy.layers[0].kernel.assign(tf.ones((3, 4)))
    ema.update(copy, network, tf.constant(0.999))
    np.testing.assert_allclose(copy.layers[0].kernel, np.full((3, 4), 1.001), rtol=1e-6)


def test_networks_of_another_structure_are_refused():
    network, copy, _ = _pair("sequential")
    other = keras.Sequential([keras.Input((3,)), keras.layers.Dense(4)])
    before = copy.get_weights()
    with pytest.raises(ValueError, match="zip"):
        ema.update(copy, other, tf.constant(1.0))
    assert len(before) == len(network.weights)


@pytest.mark.parametrize("kind", BUILDERS)
def test_a_copy_of_a_network_that_is_built(kind):
    build, shapes = BUILDERS[kind]
    network, inputs = build(), _inputs(shapes)
    network(inputs)
    network.set_weights([weight + 1 for weight in network.get_weights()])
    copy = ema.copy_of(network)
    assert copy.name == "ema_net"
    assert copy.trainable_weights == []
    np.testing.assert_array_equal(copy(inputs), network(inputs))


@pytest.mark.parametrize("nested", [False, True])
def test_layers_of_a_python_function_are_averaged(nested):
    inner = [keras.layers.Dense(3), keras.layers.Lambda(lambda x: keras.ops.tanh(x))]
    layers = [keras.Sequential([keras.Input((2,)), *inner])] if nested else inner
    network = keras.Sequential(
        [keras.Input((2,)), *layers, keras.layers.Dense(1)], name="net"
    )
    copy = ema.copy_of(network)
    x = np.ones((3, 2), "float32")
    np.testing.assert_array_equal(copy(x), network(x))
    before = copy(x).numpy()
    for variable in network.weights:
        variable.assign(variable + 1.0)
    np.testing.assert_array_equal(copy(x), before)
    ema.update(copy, network, tf.constant(0.0))
    np.testing.assert_allclose(copy(x), network(x), rtol=1e-6)
