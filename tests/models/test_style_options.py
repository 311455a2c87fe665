"""Networks tell with which arguments they were built."""

import keras
import pytest

import kgan
from kgan.models import stylegan2, stylegan2_options

CASES = {
    "plain": ((16, 16, 3), {}),
    "wide": ((8, 8, 1), {"channel_base": 1000, "channel_max": 7}),
    "rectangular": ((12, 16, 1), {"num_classes": 3, "w_dim": 5, "clamp": 9.0}),
    "orig": ((16, 16, 3), {"architecture": "orig", "group_size": None}),
    "smallest": ((4, 4, 3), {"architecture": "resnet", "grouping": "strided"}),
    "rest": ((8, 8, 3), {"style_mixing": 0.0, "center_decay": 0.9, "noise": False}),
    "half": (
        (32, 32, 3),
        {"dtype": "mixed_bfloat16", "half_precision_stages": 2},
    ),
}


def shapes(networks):
    layers = [each for network in networks for each in network._flatten_layers()]
    found = [(w.path, tuple(w.shape)) for n in networks for w in n.weights]
    return found, [x.dtype_policy.name for x in layers if x.weights]


@pytest.mark.parametrize("case", CASES)
def test_networks_of_these_arguments_are_like_them(case):
    shape, options = CASES[case]
    small = {"channel_base": 64, "channel_max": 6, "mapping_layers": 2}
    networks = stylegan2(shape, 4, **{**small, **options})
    found = stylegan2_options(*networks)
    precision = found.pop("precision")
    assert precision == options.get("dtype", "float32")
    again = stylegan2(**found, dtype=precision)
    assert shapes(again) == shapes(networks)
    named = options.keys() - {"dtype", "channel_base"}
    assert {n: found[n] for n in named} == {n: options[n] for n in named}
    assert found["group_size"] == options.get("group_size", 4 if found else None)
    if case == "wide":
        assert found["channel_base"] == 7 * 8  # half as many in a further stage
    for one, other in zip(networks, again, strict=True):
        config = one.get_config()
        assert config.keys() == other.get_config().keys()


def test_other_networks_are_none():
    assert stylegan2_options(*kgan.models.dcgan((8, 8, 1), 4, width=4)) is None
    generator, discriminator = stylegan2((8, 8, 1), 4, channel_max=4)
    other = kgan.models.dcgan_discriminator((8, 8, 1), width=4)
    assert stylegan2_options(generator, other) is None
    images = keras.layers.Reshape((1, 1, 16))(keras.Input((4, 4)))
    inputs = keras.Input((4, 4))
    images = keras.layers.Reshape((1, 1, 16))(inputs)
    own = kgan.models.StyleGenerator(
        generator.mapping_network, keras.Model(inputs, images)
    )
    assert stylegan2_options(own, discriminator) is None
