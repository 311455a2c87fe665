"""Graphs with their weights in them, as TensorFlow 1 wrote them."""

import os
import pathlib
from collections.abc import Callable, Sequence

import numpy as np
import tensorflow as tf
from google.protobuf.message import DecodeError


def read(path: str | os.PathLike) -> tf.compat.v1.GraphDef:
    """Reads a frozen graph.

    Args:
        path: A binary `GraphDef`, as a rule `*.pb`.

    Returns:
        The graph, without the shapes that were written down with it, as a batch of one
        in them would forbid larger ones, and without the one operation that TensorFlow
        2 has no longer in functions.

    Raises:
        OSError: If there is no such file.
        ValueError: If it is no graph.
    """
    graph = tf.compat.v1.GraphDef()
    try:
        graph.ParseFromString(pathlib.Path(path).read_bytes())
    except DecodeError:
        graph.Clear()
    if not any(node.op for node in graph.node):
        raise ValueError(
            f"A frozen graph must be a binary TensorFlow GraphDef. Received: {path}, "
            "which is none"
        )
    for node in list(graph.node):
        if "_output_shapes" in node.attr:
            del node.attr["_output_shapes"]
        if node.op == "BatchNormWithGlobalNormalization":
            _modernise(graph, node)
    return graph


def _modernise(graph, node):
    """Makes a normalisation by given moments a `FusedBatchNormV3`, the same formula."""
    data, mean, variance, beta, gamma, *control = node.input
    name = node.name
    if not node.attr["scale_after_normalization"].b:
        gamma = f"{name}/ones"
        ones = graph.node.add(name=gamma, op="OnesLike", input=[beta])
        ones.attr["T"].CopyFrom(node.attr["T"])
    epsilon, dtype = node.attr["variance_epsilon"].f, node.attr["T"].type
    node.Clear()
    node.name, node.op = name, "FusedBatchNormV3"
    node.input.extend([data, gamma, beta, mean, variance, *control])
    node.attr["T"].type = node.attr["U"].type = dtype
    node.attr["epsilon"].f = epsilon
    node.attr["is_training"].b = False


def function(
    graph: tf.compat.v1.GraphDef,
    feed: str,
    fetches: Sequence[str],
    shape: tuple,
) -> Callable:
    """Makes a function of a part of a graph.

    Args:
        graph: What `read` gave.
        feed: Tensor that is given, as in "ResizeBilinear:0"; whatever leads to it in
            the graph is left out.
        fetches: Tensors that are wanted.
        shape: Shape of `feed`, None where it is free.

    Returns:
        A function from a float32 array to a list of tensors.

    Raises:
        ValueError: If the graph has no such tensors; the message names them.
    """
    _check(graph, (feed, *fetches))
    part = _between(graph, feed, fetches)

    @tf.function(input_signature=[tf.TensorSpec(shape, tf.float32)], autograph=False)
    def run(fed):
        return tf.graph_util.import_graph_def(
            part, input_map={feed: fed}, return_elements=list(fetches), name=""
        )

    return run


def _between(graph, feed, fetches):
    """The nodes that `fetches` depend on, without those that `feed` stands for."""
    nodes, found = {node.name: node for node in graph.node}, {_node(feed): None}
    waiting = [_node(name) for name in fetches]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found[name] = nodes[name]
            waiting.extend(map(_node, nodes[name].input))
    part = tf.compat.v1.GraphDef(versions=graph.versions)
    part.node.extend(node for node in found.values() if node is not None)
    return part


def _node(tensor):
    """`a` of the tensor `a:0`, and of the dependency `^a`."""
    return tensor.removeprefix("^").partition(":")[0]


def input_of(graph: tf.compat.v1.GraphDef, node: str, index: int) -> str:
    """Names the tensor that a node reads.

    Args:
        graph: What `read` gave.
        node: Name of an operation, as in "softmax/logits/MatMul".
        index: Which of its inputs.

    Returns:
        A name as in "softmax/weights:0".

    Raises:
        ValueError: If the graph has no such node.
    """
    _check(graph, [node])
    name = next(n for n in graph.node if n.name == node).input[index]
    return name if ":" in name else f"{name}:0"


def constant(graph: tf.compat.v1.GraphDef, tensor: str) -> np.ndarray:
    """Reads the value of a constant.

    Args:
        graph: What `read` gave.
        tensor: Its name, as in "softmax/weights:0".

    Returns:
        An array.

    Raises:
        ValueError: If the graph has no such tensor, or it is not constant.
    """
    _check(graph, [tensor])
    node = next(n for n in graph.node if n.name == _node(tensor))
    if node.op == "Identity":
        return constant(graph, input_of(graph, node.name, 0))
    if node.op != "Const":
        raise ValueError(
            f"{tensor} must be a constant. Received: the result of {node.op}"
        )
    return tf.make_ndarray(node.attr["value"].tensor)


def _check(graph, names):
    known = {node.name for node in graph.node}
    missing = sorted({n for n in names if _node(n) not in known})
    if missing:
        raise ValueError(
            f"The frozen graph must have {', '.join(names)}. Received: a graph of "
            f"{len(known)} nodes without {', '.join(missing)}"
        )
