import numpy as np
import pytest
from published_stylegan2 import Networks

from kgan.published import stylegan2_shapes
from kgan.published.stylegan2_options import Options

CASES = {
    "unconditional": Networks(size=16, channels=6),
    "classes, one color": Networks(classes=3, colors=1, mapping_layers=3),
    "orig": Networks(architecture="orig", latents=7),
    "one stage": Networks(size=4, classes=2),
}


def _options(case, **changed):
    of_stages = {"channel_base": 10**6, "channel_max": case.channels, "clamp": None}
    options = {
        "image_shape": (case.size, case.size, case.colors),
        "latent_dim": case.latents,
        "num_classes": case.classes or None,
        "w_dim": case.width,
        "mapping_layers": case.mapping_layers,
        "center_decay": 0.995,
        "generator_stages": of_stages,
        "discriminator_stages": of_stages,
        "architecture": case.architecture,
        "group_size": 2,
        "cmap_dim": None,
    }
    return Options(**options | changed)


def _shapes(tensors):
    return {
        name: np.shape(value)
        for name, value in tensors.items()
        if not name.endswith("resample_filter")
    }


@pytest.mark.parametrize("name", CASES)
def test_they_are_those_of_published_tensors(name):
    case = CASES[name]
    options = _options(case)
    of_generator = list(stylegan2_shapes.of_generator(options))
    of_discriminator = list(stylegan2_shapes.of_discriminator(options))
    assert dict(of_generator) == _shapes(case.generator())
    assert dict(of_discriminator) == _shapes(case.discriminator())
    assert len(of_generator) == len(dict(of_generator))


def test_stages_of_several_widths():
    several = {"channel_base": 64, "channel_max": 12, "clamp": None}
    options = _options(
        Networks(size=16),
        generator_stages=several,
        discriminator_stages=several,
    )
    found = dict(stylegan2_shapes.of_generator(options))
    assert found["synthesis.b4.const"] == (12, 4, 4)
    assert found["synthesis.b8.conv0.weight"] == (8, 12, 3, 3)
    assert found["synthesis.b8.conv0.affine.weight"] == (12, 6)
    assert found["synthesis.b16.torgb.affine.weight"] == (4, 6)
    found = dict(stylegan2_shapes.of_discriminator(options))
    assert found["b16.fromrgb.weight"] == (4, 3, 1, 1)
    assert found["b16.conv1.weight"] == (8, 4, 3, 3)
    assert found["b16.skip.weight"] == (8, 4, 1, 1)
    assert found["b4.fc.weight"] == (12, 192)


def test_the_width_of_classes():
    options = _options(Networks(classes=3), cmap_dim=9)
    assert stylegan2_shapes.class_width(options) == 9
    found = dict(stylegan2_shapes.of_discriminator(options))
    assert found["b4.out.weight"] == (9, 4)
    assert found["mapping.fc7.weight"] == (9, 9)


def test_no_claim_takes_memory():
    found = stylegan2_shapes.of_generator(_options(Networks(), mapping_layers=10**15))
    assert next(found) == ("mapping.fc0.weight", (6, 5))
