import keras
import numpy as np
import pickles
import pytest

from kgan.published import torch_tensors, unpickler
from kgan.published.translator_layers import Layer, check, copy, kernel, normalization
from kgan.published.unpickler import Refused, Source


def tensors(**arrays):
    named = {n.replace("_", "."): pickles.tensor(v) for n, v in arrays.items()}
    return unpickler.load(Source(pickles.dumps(named)), torch_tensors.NAMES)


def draw(*shape):
    return np.random.default_rng(0).normal(size=shape).astype("f4")


CONVOLUTION = Layer("a", "ours", (3, 2, 1, 1), bias=True)
FILTER = np.tile(np.outer([1, 2, 1], [1, 2, 1]) / 16, (5, 1, 1, 1)).astype("f4")


def test_shapes_of_layers():
    assert dict(CONVOLUTION.shapes()) == {"a.weight": (3, 2, 1, 1), "a.bias": (3,)}
    up = Layer("a", "ours", (3, 2, 4, 4), bias=True, up=True)
    assert dict(up.shapes())["a.bias"] == (2,)
    assert not dict(Layer("n", "ours").shapes())
    norm = dict(Layer("n", "ours", channels=4).shapes())
    assert set(norm.values()) == {(4,)}
    assert len(norm) == 4


@pytest.mark.parametrize("skip", [False, True])
def test_what_a_skip_brings_stands_behind_what_came_up(skip):
    value = draw(4, 3, 2, 2)
    layer = Layer("a", "ours", value.shape, up=True, skip=skip)
    expected = value[[2, 3, 0, 1]] if skip else value
    ordered = layer.ordered(value, None)
    np.testing.assert_array_equal(ordered, expected.transpose(2, 3, 1, 0))


def test_tensors_are_copied():
    x = keras.Input((4, 4, 2))
    y = keras.layers.Conv2D(3, 1, name="ours")(x)
    y = keras.layers.BatchNormalization(name="norm")(y)
    network = keras.Model(x, y)
    layers = [CONVOLUTION, Layer("n", "norm", channels=3)]
    weight, bias, scale = draw(3, 2, 1, 1), draw(3), draw(3)
    found = tensors(a_weight=weight, a_bias=bias, n_weight=scale, n_bias=bias)
    found |= {"n.running_mean": found["a.bias"], "n.running_var": found["n.weight"]}
    check(found, layers, {})
    copy(found, layers, network)
    np.testing.assert_array_equal(network.weights[0][0, 0], weight[..., 0, 0].T)
    for ours, theirs in zip(
        network.weights[1:], (bias, scale, bias, bias, scale), strict=True
    ):
        np.testing.assert_array_equal(ours, theirs)


def test_what_nothing_is_computed_with_may_be_there():
    found = tensors(a_weight=draw(3, 2, 1, 1), a_bias=draw(3), n_filt=FILTER)
    found["n.running_mean"] = found["n.num_batches_tracked"] = found["a.bias"]
    layers = [CONVOLUTION, Layer("n", "norm")]
    check(found, layers, {"n.filt": ((1, 2, 1), 1)})
    for taps, total in (((1, 2, 1), 4), ((1, 3, 1), 1), ((1, 3, 3, 1), 1)):
        with pytest.raises(Refused, match=r"n\.filt is another filter"):
            check(found, layers, {"n.filt": (taps, total)})


@pytest.mark.parametrize(
    ("arrays", "reason"),
    [
        ({"a_bias": draw(3)}, r"there is no a\.weight of \(3, 2, 1, 1\)"),
        (
            {"a_weight": draw(2, 3, 1, 1), "a_bias": draw(3)},
            r"\(2, 3, 1, 1\) is a\.weight of \(3, 2, 1, 1\)",
        ),
        (
            {"a_weight": draw(3, 2, 1, 1), "a_bias": draw(3), "b_weight": draw(1)},
            r"there is b\.weight",
        ),
    ],
)
def test_other_tensors_are_refused(arrays, reason):
    with pytest.raises(Refused, match=reason):
        check(tensors(**arrays), [CONVOLUTION], {})


def test_kernels_have_four_axes():
    found = tensors(a_weight=draw(3, 2, 1, 1), b_weight=draw(3))
    assert kernel(found, "a.weight") == (3, 2, 1, 1)
    for name in ("b.weight", "c.weight"):
        with pytest.raises(Refused, match=f"{name} is no kernel"):
            kernel(found, name)


def test_the_normalisation_follows_from_weights():
    found = tensors(a_bias=draw(1), n_weight=draw(1))
    assert normalization(found, "b", "n") == "batch"
    assert normalization(found, "a", "m") == "instance"
    with pytest.raises(Refused, match="without a normalisation"):
        normalization(found, "b", "m")
