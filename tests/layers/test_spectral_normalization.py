import contracts
import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

import kgan
from kgan.core import independence
from kgan.layers.spectral_normalization import SpectralNormalization

CASES = {
    "dense": (lambda **options: layers.Dense(7, **options), (4, 5)),
    "conv": (lambda **options: layers.Conv2D(7, 3, **options), (4, 5, 6, 2)),
    "transpose": (
        lambda **options: layers.Conv2DTranspose(7, 3, strides=2, **options),
        (4, 3, 4, 2),
    ),
}
parametrize = pytest.mark.parametrize("case", CASES)


def _inputs(case):
    shape = CASES[case][1]
    return np.random.default_rng(0).normal(size=shape).astype("float32")


def _model(case, **options):
    make, shape = CASES[case]
    inputs = keras.Input(shape[1:], name="inputs")
    inner = make(name="inner", **options)
    return keras.Model(inputs, SpectralNormalization(inner, name="outer")(inputs))


def _matrix(kernel, transposed=False):
    """A kernel as the paper's matrix, (out, rest)."""
    axis = -2 if transposed else -1
    kernel = np.moveaxis(np.asarray(kernel, "float64"), axis, 0)
    return kernel.reshape(len(kernel), -1)


def _sigma(kernel, transposed=False):
    return np.linalg.norm(_matrix(kernel, transposed), 2)


def _converge(layer, transposed=False):
    """Sets u to the value at which the power method stands still."""
    inner = layer.layer
    kernel = inner.embeddings if hasattr(inner, "embeddings") else inner.kernel
    layer.u.assign(np.linalg.svd(_matrix(kernel.numpy(), transposed))[0][:, 0])


def test_config():
    arguments = {"layer": layers.Dense(3), "iterations": 2, "epsilon": 1e-8}
    contracts.check_config(SpectralNormalization, arguments)


@parametrize
def test_contract(case, two_replicas):
    inputs = _inputs(case)
    contracts.check_names(lambda: _model(case))
    model = _model(case)
    model(inputs, training=True)  # u is not the first one when it is saved
    contracts.check_saving(model, inputs)
    contracts.check_modes(model, inputs)
    for policy in contracts.MIXED_POLICIES:
        contracts.check_precision(
            lambda: _model(case), inputs, policy, policy.split("_")[1]
        )
    contracts.check_replicas(lambda: _model(case), inputs, two_replicas)


@parametrize
def test_power_method_finds_the_largest_singular_value(case):
    transposed = case == "transpose"
    make, shape = CASES[case]
    layer = SpectralNormalization(make(use_bias=False), iterations=60)
    outputs = layer(_inputs(case), training=True)
    kernel = layer.layer.kernel.numpy()
    left, values, _ = np.linalg.svd(_matrix(kernel, transposed))
    assert np.abs(left[:, 0] @ layer.u.numpy()) == pytest.approx(1.0, abs=1e-3)
    plain = make(use_bias=False)
    plain.build(shape)
    plain.set_weights([kernel / values[0]])
    np.testing.assert_allclose(outputs, plain(_inputs(case)), rtol=1e-4, atol=1e-5)


def test_embedding_is_divided_by_its_largest_singular_value():
    layer = SpectralNormalization(layers.Embedding(9, 4), iterations=60)
    labels = np.array([3, 0, 8], "int32")
    outputs = layer(labels, training=True)
    table = layer.layer.embeddings.numpy()
    assert layer.u.shape == (4,)
    np.testing.assert_allclose(outputs, table[labels] / _sigma(table), rtol=1e-4)


def test_one_call_is_one_step_of_the_power_method():
    layer = SpectralNormalization(layers.Dense(3, use_bias=False))
    inputs = _inputs("dense")
    layer.build(inputs.shape)
    matrix, u = _matrix(layer.layer.kernel.numpy()), layer.u.numpy()
    assert np.linalg.norm(u) == pytest.approx(1.0)
    v = matrix.T @ u / np.linalg.norm(matrix.T @ u)
    u = matrix @ v / np.linalg.norm(matrix @ v)
    expected = inputs @ matrix.T / (u @ matrix @ v)
    np.testing.assert_allclose(layer(inputs), expected, rtol=1e-4, atol=1e-5)
    assert np.any(np.abs(layer.u.numpy() - u) > 1e-3)  # inference stores nothing
    outputs = layer(inputs, training=True)
    np.testing.assert_allclose(outputs, expected, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(layer.u, u, rtol=1e-4, atol=1e-5)


def test_a_call_leaves_the_kernel_alone():
    layer = SpectralNormalization(layers.Dense(3))
    layer.build((None, 5))
    before = layer.layer.kernel.numpy()
    layer(_inputs("dense"), training=True)
    np.testing.assert_array_equal(layer.layer.kernel, before)


@parametrize
def test_gradient_passes_through_sigma(case):
    transposed = case == "transpose"
    make, shape = CASES[case]
    inputs = _inputs(case)
    layer, plain = SpectralNormalization(make(use_bias=False)), make(use_bias=False)
    layer.build(shape), plain.build(shape)
    _converge(layer, transposed)
    kernel = layer.layer.kernel.numpy().astype("float64")
    with tf.GradientTape() as tape:
        score = tf.reduce_sum(tf.sin(layer(inputs, training=True)))
    gradient = tape.gradient(score, layer.layer.kernel.value)

    plain.set_weights([kernel / _sigma(kernel, transposed)])
    with tf.GradientTape() as tape:
        score = tf.reduce_sum(tf.sin(plain(inputs)))
    slope = tape.gradient(score, plain.kernel.value).numpy().astype("float64")

    def linearised(kernel):  # what the score does to first order in W / sigma(W)
        return np.sum(slope * kernel / _sigma(kernel, transposed))

    (expected,) = contracts.finite_differences(linearised, [kernel])
    np.testing.assert_allclose(gradient, expected, rtol=1e-3, atol=1e-4)


@parametrize
@pytest.mark.parametrize("policy", contracts.MIXED_POLICIES)
def test_sigma_is_float32_under_a_mixed_policy(case, policy):
    precise, mixed = _model(case), _model(case, dtype=policy)
    mixed.set_weights(precise.get_weights())
    for model in (precise, mixed):
        model(_inputs(case), training=True)
    assert mixed.output.dtype == policy.split("_")[1]
    first, second = (model.get_layer("outer").u for model in (precise, mixed))
    np.testing.assert_allclose(first, second, rtol=1e-6, atol=1e-6)


def test_kernel_of_zeros_is_left_and_recovers():
    layer = SpectralNormalization(layers.Dense(3, kernel_initializer="zeros"))
    inputs = _inputs("dense")
    layer.build(inputs.shape)
    u = layer.u.numpy()
    with tf.GradientTape() as tape:
        outputs = layer(inputs, training=True)
    gradient = tape.gradient(outputs, layer.layer.kernel.value)
    np.testing.assert_array_equal(outputs, np.zeros((4, 3)))
    np.testing.assert_array_equal(layer.u, u)
    np.testing.assert_allclose(gradient, np.tile(inputs.sum(0)[:, None], 3), rtol=1e-4)


def test_losses_are_those_of_the_layer_alone():
    options = {"kernel_regularizer": "l2", "activity_regularizer": "l2"}
    layer = SpectralNormalization(layers.Dense(3, **options))
    inputs = _inputs("dense")
    outputs = layer(inputs).numpy()
    kernel = layer.layer.kernel.numpy()
    expected = sorted([0.01 * np.sum(kernel**2), 0.01 * np.sum(outputs**2) / 4])
    np.testing.assert_allclose(sorted(map(float, layer.losses)), expected, rtol=1e-5)
    with keras.StatelessScope([(v, v) for v in layer.variables], collect_losses=True):
        layer(inputs)
        inside = sorted(map(float, layer.losses))
    np.testing.assert_allclose(inside, expected, rtol=1e-5)


class Counting(layers.Dense):
    """Counts its calls in a weight."""

    def build(self, shape):
        self.count = self.add_weight(shape=(), initializer="zeros", trainable=False)
        super().build(shape)

    def call(self, inputs):
        self.count.assign(self.count + 1)
        return super().call(inputs)


def test_what_the_layer_moves_stays_moved():
    layer = SpectralNormalization(Counting(3))
    for _ in range(2):
        layer(_inputs("dense"))
    assert float(layer.layer.count) == 2.0
    layer.trainable = False
    kernel = layer.layer.kernel.numpy()
    layer(_inputs("dense"), training=True)
    np.testing.assert_array_equal(layer.layer.kernel, kernel)


def test_couples_calls():
    assert not independence.independent(_model("dense"))


@parametrize
def test_symbolic_outputs_are_those_of_the_layer(case):
    make, shape = CASES[case]
    inputs = keras.Input(shape[1:])
    outputs = SpectralNormalization(make(dtype="mixed_float16"))(inputs)
    expected = make(dtype="mixed_float16")(inputs)
    assert (outputs.shape, outputs.dtype) == (expected.shape, expected.dtype)


def test_update_of_the_discriminator_alone_moves_the_vectors():
    data = keras.Input((3,))
    x = SpectralNormalization(layers.Dense(8), name="first")(data)
    x = SpectralNormalization(layers.Dense(1))(layers.LeakyReLU(0.2)(x))
    discriminator = keras.Model(data, x)
    generator = keras.Sequential([keras.Input((2,)), layers.Dense(3)])
    gan = kgan.GAN(generator, discriminator, seed=1)
    gan.compile(jit_compile=False)
    layer = discriminator.get_layer("first")
    before, u = layer.layer.kernel.numpy(), layer.u.numpy()
    for _ in ("real", "fake"):  # the calls of D's update, before its kernel moves
        u = _matrix(before) @ _matrix(before).T @ u
        u /= np.linalg.norm(u)
    gan.fit(_inputs("dense")[:, :3], batch_size=4, verbose=0)
    assert gan.step == 1
    np.testing.assert_allclose(layer.u, u, rtol=1e-4, atol=1e-5)
    assert np.any(layer.layer.kernel.numpy() != before)


def test_vectors_move_alike_on_replicas_outside_of_a_game(two_replicas):
    with two_replicas.scope():
        layer = SpectralNormalization(layers.Dense(7))
        layer.build((None, 5))
    matrix = _matrix(layer.layer.kernel.numpy())
    u = matrix @ matrix.T @ layer.u.numpy()
    run = tf.function(lambda x: layer(x, training=True))
    two_replicas.run(run, args=(contracts.share_rows(two_replicas, _inputs("dense")),))
    for own in two_replicas.experimental_local_results(layer.u.value):
        np.testing.assert_allclose(own, u / np.linalg.norm(u), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            {"layer": layers.DepthwiseConv2D(3)},
            r"`layer` must be one of Dense, .* Received: <DepthwiseConv2D",
        ),
        ({"layer": layers.ReLU()}, r"`layer` must be one of Dense, .* <ReLU"),
        ({"layer": "dense"}, r"`layer` must be one of Dense, .* Received: 'dense'"),
        ({"iterations": 0}, r"`iterations` must be a positive integer. Received: 0"),
        ({"epsilon": 0.0}, r"`epsilon` must be positive. Received: 0.0"),
        ({"dtype": "float16"}, r"must be the wrapped layer's, float32. .*: float16"),
    ],
)
def test_bad_arguments(arguments, message):
    with pytest.raises(ValueError, match=message):
        SpectralNormalization(**{"layer": layers.Dense(3), **arguments})


def test_takes_the_dtype_of_the_layer():
    inner = layers.Dense(3, dtype="mixed_bfloat16")
    layer = SpectralNormalization(inner, dtype=inner.dtype_policy)
    assert layer(_inputs("dense")).dtype == "bfloat16"
