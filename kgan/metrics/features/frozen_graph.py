"""Graphs with their weights in them, as TensorFlow 1 wrote them."""

import os
import pathlib
from collections.abc import Callable, Sequence

import numpy as np
import tensorflow as tf
from google.protobuf.message import DecodeError


def read(path: str | os.PathLike) -> tf.compat.v1.GraphDef:
    """Reads a frozen graph, a binary `GraphDef`, usually `*.pb`.

    Recorded shapes are removed, as a batch of one in them would forbid larger ones, and
    the one operation that functions of TensorFlow 2 lack is replaced.

    Raises an `OSError` if there is no such file, a `ValueError` if it is no graph.
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
    """Rewrites `node` as `FusedBatchNormV3`, which has the same formula."""
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
    graph: tf.compat.v1.GraphDef, feed: str, fetches: Sequence[str], shape: tuple
) -> Callable:
    """Returns part of a graph as a function of a float32 array to a list of tensors.

    Args:
        graph: The graph.
        feed: Input tensor, as in "ResizeBilinear:0"; what precedes it is left out.
        fetches: Output tensors.
        shape: Shape of `feed`, None where it is free.

    Raises a `ValueError` that names them if the graph has no such tensors.
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
    """Returns the nodes that `fetches` depend on, from `feed` on."""
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
    return tensor.removeprefix("^").partition(":")[0]


def input_of(graph: tf.compat.v1.GraphDef, node: str, index: int) -> str:
    """Returns the name, as in "softmax/weights:0", of the input `index` of a node.

    Raises a `ValueError` if the graph has no such node.
    """
    _check(graph, [node])
    name = next(n for n in graph.node if n.name == node).input[index]
    return name if ":" in name else f"{name}:0"


def constant(graph: tf.compat.v1.GraphDef, tensor: str) -> np.ndarray:
    """Returns the value of a constant tensor, as in "softmax/weights:0".

    Raises a `ValueError` if the graph has no such tensor, or it is not constant.
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
