import numpy as np
import pytest
import tensorflow as tf

from kgan.metrics.features import frozen_graph


@pytest.fixture
def graph(inception_file):
    return frozen_graph.read(inception_file)


def test_function_starts_at_the_tensor_that_it_is_fed(graph):
    run = frozen_graph.function(graph, "Sub:0", ["Mul:0"], (None, 2))
    (result,) = run(np.array([[256, 128], [0, -128], [64, 1]], np.float32))
    np.testing.assert_array_equal(result, [[2, 1], [0, -1], [0.5, 1 / 128]])


def test_batches_are_larger_than_the_shapes_that_were_written_down(graph, frozen):
    assert "_output_shapes" in str(frozen.graph)
    run = frozen_graph.function(
        graph, "ResizeBilinear:0", ["pool_3:0"], (None, 299, 299, 3)
    )
    (pool,) = run(np.zeros((3, 299, 299, 3), np.float32))
    assert pool.shape == (3, 1, 1, 2048)


@pytest.mark.parametrize("scaled", [True, False])
def test_the_old_normalisation_by_hand(tmp_path, frozen, scaled):
    # TensorFlow 2 refuses the operation itself inside of functions.
    arrays = np.random.default_rng(0).uniform(0.5, 2, (4, 3)).astype("f")
    mean, variance, beta, gamma = arrays
    small = type(frozen)()
    for name, value in zip("mvbg", arrays, strict=True):
        small.constant(name, value)
    small.constant("x", np.zeros((1, 1, 1, 3), "f"))
    small.add(
        "norm",
        "BatchNormWithGlobalNormalization",
        *"xmvbg",
        variance_epsilon=0.25,
        scale_after_normalization=scaled,
        T=tf.float32,
    )
    path = tmp_path / "graph.pb"
    path.write_bytes(small.graph.SerializeToString())
    run = frozen_graph.function(
        frozen_graph.read(path), "x:0", ["norm:0"], (None, 1, 1, 3)
    )
    x = np.random.default_rng(1).normal(size=(5, 1, 1, 3)).astype("f")
    factor = gamma if scaled else 1.0
    expected = (x - mean) / np.sqrt(variance + 0.25) * factor + beta
    np.testing.assert_allclose(run(x)[0], expected, rtol=1e-5, atol=1e-6)


def test_several_tensors_come_in_the_order_asked(graph):
    feed = "conv/batchnorm:0"
    run = frozen_graph.function(graph, feed, ["conv_1:0", "conv:0"], (None, 1))
    negative, positive = run(np.array([[3], [-2]], np.float32))
    np.testing.assert_array_equal(positive, [[3], [0]])
    np.testing.assert_array_equal(negative, [[-3], [0]])


def test_inputs_and_constants_are_found(graph, frozen):
    name = frozen_graph.input_of(graph, "softmax/logits/MatMul", 1)
    assert name == "softmax/weights:0"
    np.testing.assert_array_equal(
        frozen_graph.constant(graph, name), frozen.arrays["softmax/weights"]
    )


def test_constants_are_found_behind_an_identity(frozen):
    graph = type(frozen.graph)()
    graph.CopyFrom(frozen.graph)
    graph.node.add(name="read", op="Identity", input=["Sub/y"])
    assert frozen_graph.constant(graph, "read:0") == 128


def test_what_is_computed_is_no_constant(graph):
    with pytest.raises(ValueError, match=r"pool_3:0 must be a constant.*AvgPool"):
        frozen_graph.constant(graph, "pool_3:0")


def test_missing_tensors_are_named(graph):
    message = r"must have Mul:0, absent:0, gone:0\. Received: .* without absent:0, gone"
    with pytest.raises(ValueError, match=message):
        frozen_graph.function(graph, "Mul:0", ["absent:0", "gone:0"], (None, 1))
    with pytest.raises(ValueError, match="without absent"):
        frozen_graph.input_of(graph, "absent", 0)


@pytest.mark.parametrize("content", [b"", b"<html>404</html>", b"\x00" * 100])
def test_a_file_that_is_no_graph_is_refused(tmp_path, content):
    path = tmp_path / "graph.pb"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=r"binary TensorFlow GraphDef.*graph\.pb"):
        frozen_graph.read(path)


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"graph\.pb"):
        frozen_graph.read(tmp_path / "graph.pb")
