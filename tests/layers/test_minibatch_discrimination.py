import contracts
import keras
import numpy as np
import pytest
import tensorflow as tf

from kgan.core import independence
from kgan.layers.minibatch_discrimination import MinibatchDiscrimination


def _inputs(*shape):
    return np.random.default_rng(0).normal(size=shape).astype("float32")


def _features(inputs, kernel, num_kernels, kernel_dim):
    """The appended features in float64, pair by pair."""
    projected = (inputs.astype("float64") @ kernel.astype("float64")).reshape(
        -1, num_kernels, kernel_dim
    )
    expected = np.zeros((len(inputs), num_kernels))
    for i, own in enumerate(projected):
        for j, other in enumerate(projected):
            if i != j:
                expected[i] += np.exp(-np.abs(own - other).sum(axis=1))
    return expected


def test_contract(two_replicas):
    arguments = {
        "num_kernels": 3,
        "kernel_dim": 2,
        "kernel_initializer": keras.initializers.RandomNormal(0.0, 0.3, seed=1),
    }
    contracts.check_layer(
        MinibatchDiscrimination,
        arguments,
        _inputs(6, 5),
        two_replicas,
        per_example=False,
    )


@pytest.mark.parametrize(("num_kernels", "kernel_dim"), [(1, 1), (4, 3), (3, 5)])
def test_values(num_kernels, kernel_dim):
    inputs = _inputs(7, 5)
    layer = MinibatchDiscrimination(num_kernels, kernel_dim)
    outputs = layer(inputs).numpy()
    np.testing.assert_array_equal(outputs[:, :5], inputs)
    expected = _features(inputs, layer.kernel.numpy(), num_kernels, kernel_dim)
    np.testing.assert_allclose(outputs[:, 5:], expected, rtol=1e-5)


def test_small_features_keep_their_digits():
    layer = MinibatchDiscrimination(1, 1, kernel_initializer="ones")
    outputs = layer(np.array([[0.0], [14.0], [-14.0]], "float32")).numpy()
    expected = [2 * np.exp(-14), np.exp(-14) + np.exp(-28), np.exp(-14) + np.exp(-28)]
    np.testing.assert_allclose(outputs[:, 1], expected, rtol=1e-5)


def test_equal_examples_are_as_near_as_can_be():
    inputs = np.repeat(_inputs(1, 4), 9, axis=0)
    outputs = MinibatchDiscrimination(6, 3)(inputs)
    np.testing.assert_allclose(outputs[:, 4:], 8.0)


def test_single_example_is_near_to_none():
    outputs = MinibatchDiscrimination(6, 3)(_inputs(1, 4))
    np.testing.assert_array_equal(outputs[:, 4:], 0.0)


def test_replicas_compare_their_own_rows(two_replicas):
    inputs = _inputs(8, 5)
    with two_replicas.scope():
        layer = MinibatchDiscrimination(3, 2)
        layer.build((None, 5))
    run = tf.function(lambda share: two_replicas.run(layer, args=(share,)))
    shares = run(contracts.share_rows(two_replicas, inputs))
    for outputs, share in zip(
        two_replicas.experimental_local_results(shares),
        np.split(inputs, 2),
        strict=True,
    ):
        np.testing.assert_allclose(outputs, layer(share), rtol=1e-6)


def test_sums_are_float32_in_half_precision():
    inputs = np.zeros((3001, 4), "float16")
    outputs = MinibatchDiscrimination(1, 1, dtype="float16")(inputs)
    assert outputs.dtype == "float16"
    # 2048 + 1 = 2048 in float16: summed there, the features would stop at it.
    np.testing.assert_array_equal(outputs[:, 4:], 3000.0)


def test_symbolic_batch_keeps_the_shape():
    layer = MinibatchDiscrimination(num_kernels=10, kernel_dim=5)
    assert layer(keras.Input((7,))).shape == (None, 17)
    graph = tf.function(layer, input_signature=[tf.TensorSpec((None, 7))])
    inputs = _inputs(6, 7)
    np.testing.assert_allclose(graph(inputs), layer(inputs), rtol=1e-6)


def test_is_not_taken_for_a_layer_of_single_examples():
    assert not independence.independent(MinibatchDiscrimination())


@pytest.mark.parametrize("name", ["num_kernels", "kernel_dim"])
@pytest.mark.parametrize("value", [0, -4, 1.5, True, None])
def test_bad_arguments(name, value):
    with pytest.raises(ValueError, match=f"`{name}` must be a positive integer"):
        MinibatchDiscrimination(**{name: value})


def test_bad_input():
    with pytest.raises(ValueError, match=r"\(batch, features\). Received: \(4, 3, 3,"):
        MinibatchDiscrimination()(_inputs(4, 3, 3, 5))
