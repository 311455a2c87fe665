import keras
import numpy as np
import pytest

from kgan.models.stylegan2 import stylegan2
from kgan.published import stylegan2_weights
from kgan.published.network import Network
from kgan.published.stylegan2_weights import of_discriminator, of_generator
from kgan.published.torch_tensors import Storage, Tensor
from kgan.published.unpickler import Refused


def tensor(values):
    values = np.asarray(values, "f4")
    storage = Storage(values.dtype, values.size)
    storage.values = values.ravel()
    strides = [step // 4 for step in values.strides]
    return Tensor(storage, 0, values.shape, strides)


def published(tensors):
    tensors = {name: tensor(values) for name, values in tensors.items()}
    return Network("Generator", (), {}, tensors, frozenset(), {})


@pytest.fixture(scope="module")
def networks():
    return stylegan2((8, 8, 3), 5, num_classes=3, w_dim=6, channel_max=4)


def test_each_weight_has_one_name(networks):
    generator, discriminator = networks
    for network, of in ((generator, of_generator), (discriminator, of_discriminator)):
        variables, names, _ = zip(*of(network), strict=True)
        ours = [weight.path for weight in network.weights]
        assert sorted(v.path for v in variables) == sorted(ours)
        assert len(set(names)) == len(names)


def test_axes_are_reordered(networks):
    generator, discriminator = networks
    orders = {name: (v, order) for v, name, order in of_generator(generator)}
    orders |= {name: (v, order) for v, name, order in of_discriminator(discriminator)}
    rng = np.random.default_rng(0)

    def ours(name, *shape):
        values = rng.normal(size=shape)
        variable, order = orders[name]
        return values, order(values, variable)

    values, kernel = ours("synthesis.b8.conv0.weight", 4, 4, 3, 3)
    assert kernel[0, 1, 2, 3] == values[3, 2, 0, 1]
    values, kernel = ours("synthesis.b8.conv0.affine.weight", 4, 6)
    assert kernel[5, 1] == values[1, 5]
    values, constant = ours("synthesis.b4.const", 4, 4, 4)
    assert constant[0, 1, 2] == values[2, 0, 1]
    values, kernel = ours("b4.fc.weight", 4, 64)
    # Of channel 3, row 1, column 2: the flat order is theirs, then ours.
    assert kernel[(1 * 4 + 2) * 4 + 3, 0] == values[0, (3 * 4 + 1) * 4 + 2]


def _copy(tensors):
    variable = keras.Variable(np.zeros((2, 3), "f4"))
    triples = [(variable, "a.weight", lambda value, _: value.T)]
    stylegan2_weights.copy(published(tensors), triples)
    return variable


WEIGHT = np.arange(6.0).reshape(3, 2)


def test_tensors_are_copied():
    fir = np.outer([1, 3, 3, 1], [1, 3, 3, 1]) / 64
    variable = _copy({"a.weight": WEIGHT, "a.resample_filter": fir})
    np.testing.assert_array_equal(variable, WEIGHT.T)


@pytest.mark.parametrize(
    ("size", "stride"),
    [((0, 2**47), (1, 1)), ((1,), (2**47,)), ((0, *(2**47,) * 8), (2**47,) * 9)],
)
def test_the_largest_numbers_of_tensors_are_shapes_alike(size, stride):
    network = published({})
    network.tensors["a.weight"] = Tensor(tensor([1.0]).storage, 0, size, stride)
    triples = [(keras.Variable(np.zeros(3)), "a.weight", lambda value, _: value)]
    with pytest.raises(Refused, match=r"a\.weight has another shape"):
        stylegan2_weights.copy(network, triples)


@pytest.mark.parametrize(
    ("tensors", "reason"),
    [
        ({}, r"there is no a\.weight"),
        ({"a.weight": WEIGHT.T}, r"a\.weight has another shape, \(2, 3\)"),
        ({"a.weight": WEIGHT, "b.bias": [1.0]}, r"there is b\.bias"),
        ({"a.weight": WEIGHT, "resample_filter": [1.0]}, "another filter"),
        ({"a.weight": WEIGHT, "resample_filter": np.eye(4)}, "another filter"),
    ],
)
def test_other_tensors_are_refused(tensors, reason):
    with pytest.raises(Refused, match=reason):
        _copy(tensors)
