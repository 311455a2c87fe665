import contracts
import keras
import numpy as np
import pytest
import tensorflow as tf

from kgan.core import independence
from kgan.layers.self_attention import SelfAttention


def _inputs(*shape):
    return np.random.default_rng(0).normal(size=shape).astype("float32")


def _pooled(data):
    """The largest of each 2×2 positions, of fewer at an odd end."""
    _, height, width, _ = data.shape
    columns = [
        np.max(data[:, top : top + 2, left : left + 2], axis=(1, 2))
        for top in range(0, height, 2)
        for left in range(0, width, 2)
    ]
    return np.stack(columns, axis=1)


def _attended(inputs, kernels, gamma, pool):
    """The layer in float64, one position of one example after the other."""
    key, query, value, result = (k[0, 0].astype("float64") for k in kernels)
    inputs = inputs.astype("float64")
    batch, height, width, _ = inputs.shape
    take = _pooled if pool else lambda x: x.reshape(batch, height * width, -1)
    keys, values = take(inputs @ key), take(inputs @ value)
    outputs = np.array(inputs)
    for b, h, w in np.ndindex(batch, height, width):
        scores = keys[b] @ (inputs[b, h, w] @ query)
        weights = np.exp(scores - scores.max())
        weights /= weights.sum()
        outputs[b, h, w] += gamma * ((weights @ values[b]) @ result)
    return outputs


def _kernels(layer):
    return [
        x.kernel.numpy() for x in (layer.key, layer.query, layer.value, layer.result)
    ]


@pytest.mark.parametrize(
    ("pool", "spectral_normalization"), [(True, False), (False, True)]
)
def test_contract(two_replicas, pool, spectral_normalization):
    arguments = {
        "key_channels": 2,
        "value_channels": 3,
        "pool": pool,
        "spectral_normalization": spectral_normalization,
        # At 0 no gradient would reach the convolutions.
        "gamma_initializer": "ones",
    }
    contracts.check_layer(SelfAttention, arguments, _inputs(4, 5, 3, 4), two_replicas)


@pytest.mark.parametrize("pool", [False, True])
@pytest.mark.parametrize("size", [(4, 6), (5, 3), (1, 1), (1, 4)])
def test_values(size, pool):
    inputs = _inputs(3, *size, 6)
    layer = SelfAttention(2, 5, pool, kernel_initializer="random_normal")
    layer.build(inputs.shape)
    generator = np.random.default_rng(1)
    for weight in layer.trainable_weights:
        weight.assign(generator.normal(size=weight.shape))
    expected = _attended(inputs, _kernels(layer), layer.gamma.numpy(), pool)
    np.testing.assert_allclose(layer(inputs), expected, rtol=1e-4, atol=1e-4)


def test_spectral_normalization_divides_every_kernel():
    inputs = _inputs(2, 3, 4, 6)
    layer = SelfAttention(2, spectral_normalization=True, gamma_initializer="ones")
    layer.build(inputs.shape)
    kernels = []
    for wrapper in (layer.key, layer.query, layer.value, layer.result):
        kernel = wrapper.layer.kernel.numpy()
        _, sigma, directions = np.linalg.svd(kernel[0, 0])
        wrapper.u.assign(directions[0])  # where the power method ends
        kernels.append(kernel / sigma[0])
    expected = _attended(inputs, kernels, 1.0, pool=True)
    np.testing.assert_allclose(layer(inputs), expected, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("spectral_normalization", [False, True])
def test_starts_as_the_identity(spectral_normalization):
    inputs = _inputs(2, 4, 4, 8)
    layer = SelfAttention(spectral_normalization=spectral_normalization)
    np.testing.assert_array_equal(layer(inputs), inputs)
    with tf.GradientTape() as tape:
        total = tf.reduce_sum(layer(tf.constant(inputs), training=True) ** 2)
    assert np.any(tape.gradient(total, layer.gamma.value))


@pytest.mark.parametrize(
    ("channels", "keys", "values"), [(64, 8, 32), (20, 2, 10), (3, 1, 1), (1, 1, 1)]
)
def test_default_channels(channels, keys, values):
    layer = SelfAttention()
    layer.build((None, 4, 4, channels))
    shapes = [kernel.shape[2:] for kernel in _kernels(layer)]
    expected = [(channels, keys), (channels, keys), (channels, values)]
    assert shapes == [*expected, (values, channels)]
    names = [weight.name for weight in layer.trainable_weights]
    assert sorted(names) == ["gamma", *["kernel"] * 4]  # no biases


def test_kernels_of_one_shape_are_drawn_apart():
    layer = SelfAttention(4, 4, kernel_initializer=keras.initializers.RandomNormal())
    layer.build((None, 4, 4, 8))
    key, query, value, _ = _kernels(layer)
    assert np.abs(key - query).max() > 1e-3
    assert np.abs(key - value).max() > 1e-3


def test_a_function_initializes_as_well():
    layer = SelfAttention(kernel_initializer=keras.ops.ones)
    layer.build((None, 4, 4, 8))
    assert all((kernel == 1.0).all() for kernel in _kernels(layer))


def test_symbolic_sizes_keep_the_shape():
    layer = SelfAttention(2, gamma_initializer="ones")
    assert layer(keras.Input((None, None, 6))).shape == (None, None, None, 6)
    graph = tf.function(layer, input_signature=[tf.TensorSpec((None, None, None, 6))])
    inputs = _inputs(3, 5, 4, 6)
    np.testing.assert_allclose(graph(inputs), layer(inputs), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("spectral_normalization", [False, True])
def test_treats_each_example_by_itself_unless_a_vector_moves(spectral_normalization):
    layer = SelfAttention(spectral_normalization=spectral_normalization)
    assert independence.independent(layer) is not spectral_normalization


@pytest.mark.parametrize("name", ["key_channels", "value_channels"])
@pytest.mark.parametrize("value", [0, -4, 1.5, True])
def test_bad_arguments(name, value):
    with pytest.raises(ValueError, match=f"`{name}` must be a positive integer"):
        SelfAttention(**{name: value})


def test_bad_input():
    with pytest.raises(ValueError, match=r"width, channels\). Received: \(4, 3\)"):
        SelfAttention()(_inputs(4, 3))
