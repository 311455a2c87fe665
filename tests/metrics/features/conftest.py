"""A stand-in for the file of 2015-12-05: its names and old operations, random weights.

It averages its image over 23×23 pixels before a single convolution: it is quick.
"""

import numpy as np
import pytest
import tensorflow as tf


class FrozenGraph:
    """Writes nodes as TensorFlow 1 did, and keeps the arrays in them."""

    def __init__(self):
        self.graph = tf.compat.v1.GraphDef()
        # BatchNormWithGlobalNormalization is refused in graphs of version 9 and later.
        self.graph.versions.producer = 8
        self.arrays = {}

    def add(self, name, op, *inputs, shape=None, **attributes):
        node = self.graph.node.add(name=name, op=op, input=inputs)
        for key, value in attributes.items():
            if isinstance(value, tf.DType):
                node.attr[key].type = value.as_datatype_enum
            elif isinstance(value, (list, tuple)):
                node.attr[key].list.i.extend(value)
            elif isinstance(value, bytes):
                node.attr[key].s = value
            elif isinstance(value, bool):
                node.attr[key].b = value
            elif isinstance(value, float):
                node.attr[key].f = value
            else:
                node.attr[key].i = value
        if shape is not None:
            shape = tf.TensorShape(shape).as_proto()
            node.attr["_output_shapes"].list.shape.append(shape)

    def constant(self, name, value):
        value = np.asarray(value)
        self.arrays[name] = value
        node = self.graph.node.add(name=name, op="Const")
        node.attr["dtype"].type = tf.as_dtype(value.dtype).as_datatype_enum
        node.attr["value"].tensor.CopyFrom(tf.make_tensor_proto(value))


def _preprocessing(frozen):
    floats = {"T": tf.float32}
    node = frozen.graph.node.add(name="DecodeJpeg/contents", op="Const")
    node.attr["dtype"].type = tf.string.as_datatype_enum
    node.attr["value"].tensor.CopyFrom(tf.make_tensor_proto(b"no JPEG"))
    frozen.add("DecodeJpeg", "DecodeJpeg", "DecodeJpeg/contents", channels=3)
    frozen.add("Cast", "Cast", "DecodeJpeg", SrcT=tf.uint8, DstT=tf.float32)
    frozen.constant("ExpandDims/dim", np.int32(0))
    frozen.add("ExpandDims", "ExpandDims", "Cast", "ExpandDims/dim", **floats)
    frozen.constant("ResizeBilinear/size", np.array([299, 299], np.int32))
    inputs = ("ExpandDims", "ResizeBilinear/size")
    # Written down for one image, as it was made for one.
    shape = (1, 299, 299, 3)
    frozen.add("ResizeBilinear", "ResizeBilinear", *inputs, shape=shape, **floats)
    frozen.constant("Sub/y", np.float32(128))
    frozen.add("Sub", "Sub", "ResizeBilinear", "Sub/y", **floats)
    frozen.constant("Mul/y", np.float32(1 / 128))
    frozen.add("Mul", "Mul", "Sub", "Mul/y", **floats)


def _network(frozen, generator):
    floats = {"T": tf.float32}
    normal = generator.normal
    window = {"ksize": (1, 23, 23, 1), "strides": (1, 23, 23, 1), "padding": b"VALID"}
    frozen.add("average", "AvgPool", "Mul", **window, **floats)
    frozen.constant("conv/conv2d_params", normal(size=(1, 1, 3, 1024)).astype("f"))
    inputs = ("average", "conv/conv2d_params")
    strides = {"strides": (1, 1, 1, 1), "padding": b"VALID"}
    frozen.add("conv/Conv2D", "Conv2D", *inputs, **strides, **floats)
    statistics = {
        "moving_mean": normal(size=1024),
        "moving_variance": generator.uniform(0.5, 2, 1024),
        "beta": normal(size=1024),
        "gamma": np.ones(1024),
    }
    for name, value in statistics.items():
        frozen.constant(f"conv/batchnorm/{name}", value.astype("f"))
    frozen.add(
        "conv/batchnorm",
        "BatchNormWithGlobalNormalization",
        "conv/Conv2D",
        *(f"conv/batchnorm/{name}" for name in statistics),
        variance_epsilon=0.001,
        scale_after_normalization=False,
        **floats,
    )
    frozen.add("conv/CheckNumerics", "CheckNumerics", "conv/batchnorm", **floats)
    frozen.graph.node[-1].attr["message"].s = b"NaN"
    inputs = ("conv/batchnorm", "^conv/CheckNumerics")
    frozen.add("conv/control_dependency", "Identity", *inputs, **floats)
    frozen.add("conv", "Relu", "conv/control_dependency", **floats)
    frozen.add("conv_1", "Neg", "conv", **floats)
    frozen.constant("mixed/join/concat_dim", np.int32(3))
    inputs = ("mixed/join/concat_dim", "conv", "conv_1")
    frozen.add("mixed/join", "Concat", *inputs, N=2, **floats)
    window = {"ksize": (1, 13, 13, 1), "strides": (1, 1, 1, 1), "padding": b"VALID"}
    shape = (1, 1, 1, 2048)
    frozen.add("pool_3", "AvgPool", "mixed/join", shape=shape, **window, **floats)


def _softmax(frozen, generator):
    floats = {"T": tf.float32}
    frozen.constant("pool_3/_reshape/shape", np.array([1, 2048], np.int32))
    inputs = ("pool_3", "pool_3/_reshape/shape")
    frozen.add("pool_3/_reshape", "Reshape", *inputs, **floats)
    frozen.constant("softmax/weights", generator.normal(size=(2048, 1008)).astype("f"))
    inputs = ("pool_3/_reshape", "softmax/weights")
    frozen.add("softmax/logits/MatMul", "MatMul", *inputs, **floats)
    frozen.constant("softmax/biases", np.full(1008, 7, "f"))
    inputs = ("softmax/logits/MatMul", "softmax/biases")
    frozen.add("softmax/logits", "BiasAdd", *inputs, **floats)
    frozen.add("softmax", "Softmax", "softmax/logits", **floats)


@pytest.fixture(scope="session")
def frozen():
    """The stand-in: `graph` and the `arrays` of its constants."""
    frozen, generator = FrozenGraph(), np.random.default_rng(0)
    _preprocessing(frozen)
    _network(frozen, generator)
    _softmax(frozen, generator)
    return frozen


@pytest.fixture(scope="session")
def inception_file(frozen, tmp_path_factory):
    """The path of the stand-in's file."""
    path = tmp_path_factory.mktemp("inception") / "classify_image_graph_def.pb"
    path.write_bytes(frozen.graph.SerializeToString())
    return path
