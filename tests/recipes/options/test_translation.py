"""What recipes of all games of translation share: networks by name, decay."""

import types

import pytest

from kgan.recipes import Recipe
from kgan.recipes.options import translation


def recipe(game="pix2pix", **values):
    return Recipe(name="any", game=game, generator_width=2, **values)


@pytest.mark.parametrize(
    ("shape", "normalization", "depth"),
    [
        ((64, 64, 3), "instance", 5),
        ((64, 64, 3), "batch", 6),
        ((256, 256, 3), "batch", 8),
        ((1024, 300, 3), "instance", 7),
        ((3, 3, 1), "instance", 1),
    ],
)
def test_a_u_net_is_as_deep_as_images_of_the_data_allow(shape, normalization, depth):
    found = recipe(normalization=normalization)
    network = found.make_generator(shape, 1)
    stages = [x.name for x in network.layers if x.name.endswith(("up_0", "down_0"))]
    assert stages
    downs = {layer.name for layer in network.layers}
    assert f"down_{depth - 1}" in downs
    assert f"down_{depth}" not in downs
    assert network.input_shape == (None, None, None, shape[-1])
    assert network.output_shape[-1] == 1


def test_a_resnet_by_name():
    network = recipe("cyclegan", generator_blocks=2).make_generator((8, 8, 3), 1)
    assert hasattr(network, "features")
    assert network.output_shape == (None, None, None, 1)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({}, 2e-4),
        ({"learning_rate": 1e-3}, 1e-3),
        (
            {"constant_epochs": 5, "decay_epochs": 7},
            {
                "schedule": "linear_after",
                "first": 2e-4,
                "epochs": 5,
                "decay_epochs": 7,
            },
        ),
    ],
)
def test_the_learning_rate(values, expected):
    found = recipe(**values).optimizer_of("generator")
    assert found == {"name": "adam", "learning_rate": expected, "beta_1": 0.5}


def test_an_optimizer_that_is_given_has_its_own_rate():
    given = {"generator": {"name": "sgd", "learning_rate": 0.1}}
    found = recipe("cyclegan", optimizers={"to_target": given["generator"]})
    assert found.optimizer_of("to_target") == given["generator"]
    assert found.optimizer_of("to_source")["learning_rate"]["epochs"] == 100


def test_both_sides_have_one_size():
    def sides(first, second):
        return types.SimpleNamespace(source_shape=first, shape=second)

    found = translation.one_size(sides((8, 6, 3), (8, 6, 1)))
    assert found == (8, 6)
    with pytest.raises(ValueError, match=r"of one size.*\(8, 6\) and \(8, 8\)$"):
        translation.one_size(sides((8, 6, 3), (8, 8, 1)))


@pytest.mark.parametrize("depth", [1, 3])
def test_images_smaller_than_a_patch_are_named(depth, caplog):
    found = recipe(discriminator_depth=depth, discriminator_width=2)
    judge = found.make_discriminator((32, 20, 1), (32, 20, 3))
    patch = {1: 16, 3: 70}[depth]
    assert judge.receptive_field == patch
    named = (
        f"discriminator: its patches of {patch} pixels are larger than images of 20x32"
    )
    assert (named in caplog.text) == (depth == 3)


def test_images_of_which_no_patch_is_left_are_refused():
    found = recipe(discriminator_depth=3, normalization="instance")
    message = "`discriminator_depth` must suit the images: .* of more than 8 pixels"
    with pytest.raises(ValueError, match=message):
        found.make_discriminator((8, 8, 3))
