import contracts
import keras
import numpy as np
import pytest
import tensorflow as tf

from kgan.core import independence
from kgan.layers.minibatch_standard_deviation import MinibatchStandardDeviation


def _inputs(*shape):
    return np.random.default_rng(0).normal(size=shape).astype("float32")


def _statistics(inputs, group_size, num_channels):
    """The appended values of each example, in float64, by loops."""
    batch, channels = len(inputs), inputs.shape[-1]
    run = channels // num_channels
    expected = np.zeros((batch, num_channels))
    for row in range(batch):
        first = row - row % group_size
        group = inputs[first : first + group_size].astype("float64")
        deviation = np.sqrt(group.var(axis=0) + 1e-8)
        for channel in range(num_channels):
            expected[row, channel] = np.mean(
                deviation[..., channel * run : (channel + 1) * run]
            )
    return expected


def _identical(batch):
    return np.repeat(_inputs(1, 3, 2, 4), batch, axis=0)


@pytest.mark.parametrize("shape", [(8, 3, 5, 4), (8, 6)])
def test_contract(two_replicas, shape):
    # Each replica has four rows, two whole groups.
    arguments = {"group_size": 2, "num_channels": 2}
    contracts.check_layer(
        MinibatchStandardDeviation, arguments, _inputs(*shape), two_replicas
    )


def test_contract_of_the_whole_batch(two_replicas):
    contracts.check_layer(
        MinibatchStandardDeviation,
        {"group_size": None},
        _inputs(6, 3, 5, 4),
        two_replicas,
        per_example=False,
    )


@pytest.mark.parametrize(
    ("group_size", "num_channels"), [(4, 1), (4, 3), (2, 6), (8, 2), (1, 1)]
)
@pytest.mark.parametrize("shape", [(8, 3, 5, 6), (8, 6), (8, 4, 6)])
def test_values(shape, group_size, num_channels):
    inputs = _inputs(*shape)
    outputs = MinibatchStandardDeviation(group_size, num_channels)(inputs).numpy()
    np.testing.assert_array_equal(outputs[..., : shape[-1]], inputs)
    expected = _statistics(inputs, group_size, num_channels)
    expected = expected.reshape(8, *[1] * (len(shape) - 2), num_channels)
    expected = np.broadcast_to(expected, (*shape[:-1], num_channels))
    np.testing.assert_allclose(outputs[..., shape[-1] :], expected, rtol=1e-5)


@pytest.mark.parametrize(("group_size", "batch"), [(None, 6), (4, 3), (4, 1), (9, 6)])
def test_whole_batch_is_one_group(group_size, batch):
    inputs = _inputs(batch, 3, 5, 4)
    layer = MinibatchStandardDeviation(group_size)
    expected = _statistics(inputs, batch, 1)[:, 0]
    signature = [tf.TensorSpec((None, 3, 5, 4))]
    for run in (
        layer,
        tf.function(layer, input_signature=signature),
        tf.function(layer, input_signature=signature, jit_compile=True),
    ):
        appended = run(tf.constant(inputs))[:, 0, 0, -1]
        np.testing.assert_allclose(appended, expected, rtol=1e-5)


def test_groups_do_not_see_each_other():
    inputs = _inputs(8, 3, 5, 4)
    changed = np.concatenate([inputs[:4], 7 * inputs[4:]])
    layer = MinibatchStandardDeviation(4)
    before, after = layer(inputs).numpy(), layer(changed).numpy()
    np.testing.assert_array_equal(before[:4], after[:4])
    assert np.all(before[4:, ..., -1] < after[4:, ..., -1])


def test_identical_examples_have_finite_derivatives():
    data = keras.Input((3, 2, 4))
    model = keras.Model(data, MinibatchStandardDeviation(4)(data))
    inputs = _identical(8)
    np.testing.assert_allclose(model(inputs)[..., -1], 1e-4, rtol=1e-4)
    tensor = tf.constant(inputs)
    with tf.GradientTape() as outer:
        outer.watch(tensor)
        with tf.GradientTape() as inner:
            inner.watch(tensor)
            total = tf.reduce_sum(model(tensor)[..., -1] ** 2)
        first = inner.gradient(total, tensor)
        penalty = tf.reduce_sum(tf.square(first - 1.0))
    second = outer.gradient(penalty, tensor)
    assert np.isfinite(first).all()
    assert np.isfinite(second).all()


def test_small_differences_are_seen_in_float16():
    inputs = 1.0 + 1e-3 * np.sign(_inputs(64, 512)).astype("float16")
    layer = MinibatchStandardDeviation(64, dtype="float16")
    outputs = layer(inputs)
    assert outputs.dtype == "float16"
    # Squares of 1e-3 are below the smallest normal float16, and 1e-8 is 0 there.
    expected = _statistics(inputs, 64, 1)
    np.testing.assert_allclose(outputs[:, -1:], expected, rtol=1e-3)
    alike = layer(np.ones((64, 512), "float16"))[:, -1]
    np.testing.assert_allclose(alike, 1e-4, rtol=1e-3)


@pytest.mark.parametrize("group_size", [4, None])
def test_shapes_with_unknown_sizes(group_size):
    layer = MinibatchStandardDeviation(group_size, num_channels=2)
    assert layer(keras.Input((4, 4, 6))).shape == (None, 4, 4, 8)
    assert layer(keras.Input((None, None, 6))).shape == (None, None, None, 8)
    inputs = _inputs(8, 5, 3, 6)
    free = tf.function(layer, input_signature=[tf.TensorSpec((None, None, None, 6))])
    np.testing.assert_allclose(free(inputs), layer(inputs), rtol=1e-6)


def test_static_shape_survives_a_graph():
    layer = MinibatchStandardDeviation(4)
    graph = tf.function(layer, input_signature=[tf.TensorSpec((None, 4, 4, 6))])
    assert graph.get_concrete_function().output_shapes.as_list() == [None, 4, 4, 7]


def test_is_not_taken_for_a_layer_of_single_examples():
    assert not independence.independent(MinibatchStandardDeviation(4))


def test_batch_that_is_no_multiple():
    layer = MinibatchStandardDeviation(4)
    with pytest.raises(ValueError, match=r"multiple of `group_size`, 4.* of 6 exampl"):
        layer(_inputs(6, 3, 5, 4))


@pytest.mark.parametrize("jit_compile", [False, True])
def test_batch_that_is_no_multiple_in_a_graph(jit_compile):
    layer = MinibatchStandardDeviation(4)
    signature = [tf.TensorSpec((None, 3, 5, 4))]
    graph = tf.function(layer, input_signature=signature, jit_compile=jit_compile)
    with pytest.raises(tf.errors.InvalidArgumentError, match="multiple of"):
        graph(tf.constant(_inputs(6, 3, 5, 4)))


@pytest.mark.parametrize("name", ["group_size", "num_channels"])
@pytest.mark.parametrize("value", [0, -4, 1.5, True])
def test_bad_arguments(name, value):
    with pytest.raises(ValueError, match=f"`{name}` must be a positive integer"):
        MinibatchStandardDeviation(**{name: value})


@pytest.mark.parametrize("shape", [(4, 3, 3, 5), (4,)])
def test_bad_channels(shape):
    with pytest.raises(ValueError, match=r"multiple of 2.* Received: \(4,"):
        MinibatchStandardDeviation(4, num_channels=2)(_inputs(*shape))
