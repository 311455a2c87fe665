import contracts
import keras
import numpy as np
import pytest

import kgan
from kgan.core import independence

SMALL = {
    "latent_dim": 6,
    "channel_base": 64,
    "channel_max": 8,
    "mapping_layers": 2,
    "group_size": 2,
}
CASES = {
    "square": ((16, 16, 3), {}),
    "rectangular": ((12, 16, 1), {}),
    "orig": ((16, 16, 3), {"architecture": "orig", "style_mixing": 0.0}),
}


def draw(*shape):
    return np.random.default_rng(0).normal(size=shape).astype("float32")


def conditional():
    return kgan.models.stylegan2((6, 8, 3), num_classes=3, **SMALL)


LABELS = np.array([0, 1, 2, 0], "int32")


def test_generator_contract():
    inputs = [draw(4, 6), LABELS]
    contracts.check_network(lambda: conditional()[0], inputs, (4, 6, 8, 3))


def test_discriminator_contract():
    # The mapping's weights, of multiplier 0.01, have derivatives near those of noise.
    inputs = [draw(4, 6, 8, 3), LABELS]
    contracts.check_network(lambda: conditional()[1], inputs, (4, 1), tolerance=5e-3)


@pytest.mark.parametrize("case", CASES)
def test_shapes_and_saving(case):
    shape, options = CASES[case]
    generator, discriminator = kgan.models.stylegan2(shape, **SMALL, **options)
    assert generator.output_shape == (None, *shape)
    contracts.check_saving(generator, draw(4, 6))
    contracts.check_saving(discriminator, draw(4, *shape))
    assert discriminator.output_shape == (None, 1)
    assert independence.rows_together(discriminator) == 2


def trainable(network):
    return sum(int(np.prod(v.shape)) for v in network.trainable_variables)


@pytest.mark.parametrize(
    ("shape", "options", "expected"),
    [
        ((1024, 1024), {"channel_base": 32768}, (30_370_060, 29_012_513)),
        ((256, 256), {}, (24_767_458, 24_001_089)),
        ((256, 256), {"mapping_layers": 2}, (23_191_522, 24_001_089)),
        (
            (32, 32),
            {"channel_base": 32768, "mapping_layers": 2, "architecture": "orig"},
            (19_947_539, 20_720_641),
        ),
        (
            (32, 32),
            {
                "channel_base": 32768,
                "mapping_layers": 2,
                "architecture": "orig",
                "num_classes": 10,
            },
            (20_215_315, 23_089_664),
        ),
    ],
    ids=["1024", "paper256", "auto256", "cifar", "cifar_conditional"],
)
def test_the_published_numbers_of_parameters(monkeypatch, shape, options, expected):
    # What counts are shapes: millions of normal draws would take seconds.
    monkeypatch.setattr(keras.initializers, "RandomNormal", keras.initializers.Zeros)
    monkeypatch.setattr(
        keras.initializers.Zeros, "__init__", lambda self, **options: None
    )
    networks = kgan.models.stylegan2((*shape, 3), **options)
    assert tuple(map(trainable, networks)) == expected


def test_a_style_behind_each_layer():
    generator, _ = kgan.models.stylegan2((32, 32, 3), **SMALL)
    assert generator.num_styles == 8
    assert generator.mapping(draw(4, 6)).shape == (4, 8, 6)


def test_unknown_arguments():
    with pytest.raises(TypeError, match="Unknown arguments: depth"):
        kgan.models.stylegan2_generator((8, 8, 3), depth=3)
