import contracts
import keras
import numpy as np
import pytest
import tensorflow as tf

from kgan.core import independence
from kgan.layers.virtual_batch_normalization import VirtualBatchNormalization
from kgan.layers.with_reference import WithReference

SHAPES = [(8, 3, 5, 4), (8, 4), (8, 6, 4)]


def _inputs(*shape):
    # Far from 0 beside its deviation: a variance from mean squares would suffer.
    draw = np.random.default_rng(0).normal(size=shape)
    return (3.0 + draw * np.linspace(0.5, 2.0, shape[-1])).astype("float32")


def _normalized(inputs, count, epsilon=1e-5):
    """Each row by the statistics of the reference batch and the row, in float64."""
    inputs = inputs.astype("float64")
    reference = inputs[:count]
    axes = tuple(range(inputs.ndim - 1))
    expected = []
    for index, row in enumerate(inputs):
        batch = reference
        if index >= count:
            batch = np.concatenate([reference, row[None]])
        mean, variance = batch.mean(axis=axes), batch.var(axis=axes)
        expected.append((row - mean) / np.sqrt(variance + epsilon))
    return np.array(expected)


@pytest.mark.parametrize("shape", SHAPES)
def test_contract(two_replicas, shape):
    contracts.check_layer(
        VirtualBatchNormalization,
        {"reference_size": 3, "epsilon": 1e-3, "center": True, "scale": True},
        _inputs(*shape),
        two_replicas,
        per_example=False,
    )


@pytest.mark.parametrize("shape", SHAPES)
def test_contract_on_replicas_that_hold_the_reference(two_replicas, shape):
    reference, examples = np.split(_inputs(*shape), [4])

    def build():
        data = keras.Input(shape[1:])
        return WithReference(
            keras.Model(data, VirtualBatchNormalization(4)(data), name="network"),
            reference,
        )

    contracts.check_replicas(build, examples, two_replicas)


@pytest.mark.parametrize("count", [1, 3, 7, 8])
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("training", [False, True])
def test_values(shape, count, training):
    inputs = _inputs(*shape)
    outputs = VirtualBatchNormalization(count)(inputs, training=training)
    # 1e-5 times the largest: a single row of vectors has no variance but ε.
    np.testing.assert_allclose(outputs, _normalized(inputs, count), atol=2e-4)


def test_scale_and_shift():
    inputs = _inputs(8, 3, 5, 4)
    layer = VirtualBatchNormalization(4)
    layer.build((None, 3, 5, 4))
    gamma, beta = np.array([2, -1, 0.5, 3.0]), np.array([0, 1, -2, 0.25])
    layer.gamma.assign(gamma)
    layer.beta.assign(beta)
    expected = gamma * _normalized(inputs, 4) + beta
    np.testing.assert_allclose(layer(inputs), expected, atol=1e-4)


@pytest.mark.parametrize("center", [False, True])
@pytest.mark.parametrize("scale", [False, True])
def test_weights_are_those_asked_for(center, scale):
    layer = VirtualBatchNormalization(2, center=center, scale=scale)
    inputs = _inputs(8, 4)
    np.testing.assert_allclose(layer(inputs), _normalized(inputs, 2), atol=2e-4)
    names = [weight.name for weight in layer.weights]
    assert names == ["gamma"] * scale + ["beta"] * center
    assert not layer.non_trainable_weights


def test_epsilon_counts_where_all_rows_are_alike():
    inputs = np.full((5, 2), 7.0, "float32")
    inputs[4] = 8.0
    outputs = VirtualBatchNormalization(4, epsilon=0.09)(inputs).numpy()
    np.testing.assert_array_equal(outputs[:4], 0.0)
    # Mean 7.2 and variance 0.16 of [7, 7, 7, 7, 8].
    np.testing.assert_allclose(outputs[4], 0.8 / 0.5, rtol=1e-5)


@pytest.mark.parametrize("shape", SHAPES)
def test_an_example_depends_on_the_reference_and_itself_alone(shape):
    inputs = _inputs(*shape)
    layer = VirtualBatchNormalization(4)
    before = layer(inputs).numpy()
    changed = np.array(inputs)
    changed[6:] *= -5
    after = layer(changed).numpy()
    np.testing.assert_array_equal(before[:6], after[:6])
    assert np.all(np.abs(before[6:] - after[6:]).max(axis=-1) > 0.1)
    changed[0] += 1
    moved = np.abs(layer(changed)[:6] - after[:6])
    assert np.all(moved.max(axis=-1) > 1e-3)


def test_statistics_are_float32_in_half_precision():
    # The sum of 4000 numbers near 100 is beyond float16, and so are their squares.
    inputs = (100 + _inputs(40, 10, 10, 2)).astype("float16")
    layer = VirtualBatchNormalization(30, dtype="mixed_float16")
    outputs = layer(inputs)
    assert outputs.dtype == "float16"
    assert layer.gamma.dtype == "float32"
    np.testing.assert_allclose(outputs, _normalized(inputs, 30), atol=5e-3)


def test_symbolic_batch_keeps_the_shape():
    layer = VirtualBatchNormalization(4)
    assert layer(keras.Input((None, 5, 3))).shape == (None, None, 5, 3)
    graph = tf.function(layer, input_signature=[tf.TensorSpec((None, None, 5, 3))])
    inputs = _inputs(8, 4, 5, 3)
    np.testing.assert_allclose(graph(inputs), layer(inputs), atol=1e-5)


def test_is_not_taken_for_a_layer_of_single_examples():
    assert not independence.independent(VirtualBatchNormalization(4))


def test_too_few_rows():
    with pytest.raises(ValueError, match=r"with the 3 rows.* Received: 2 rows"):
        VirtualBatchNormalization(3)(_inputs(2, 4))


@pytest.mark.parametrize("jit_compile", [False, True])
def test_too_few_rows_in_a_graph(jit_compile):
    layer = VirtualBatchNormalization(3)
    signature = [tf.TensorSpec((None, 4))]
    graph = tf.function(layer, input_signature=signature, jit_compile=jit_compile)
    with pytest.raises(tf.errors.InvalidArgumentError, match="shape"):
        graph(tf.constant(_inputs(2, 4)))


@pytest.mark.parametrize("value", [0, -4, 1.5, True, None])
def test_bad_reference_size(value):
    with pytest.raises(ValueError, match="`reference_size` must be a positive integer"):
        VirtualBatchNormalization(value)


@pytest.mark.parametrize("value", [0, -1e-5, float("nan")])
def test_bad_epsilon(value):
    with pytest.raises(ValueError, match=f"`epsilon` must be .* Received: {value}"):
        VirtualBatchNormalization(4, epsilon=value)


def test_bad_input():
    with pytest.raises(ValueError, match=r"\(batch, ..., channels\). Received: \(4,\)"):
        VirtualBatchNormalization(2)(_inputs(4))
