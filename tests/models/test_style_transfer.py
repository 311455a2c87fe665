"""Layers of two networks are matched by their names; see tests/published, too."""

import numpy as np

import kgan
from kgan.models import style_transfer

SMALL = {"channel_base": 32, "channel_max": 4}


def test_layers_are_compared_and_carried():
    old, new = (
        kgan.models.stylegan2_discriminator((side, side, colors), **SMALL)
        for side, colors in ((8, 1), (8, 3))
    )
    same = style_transfer.compare(old, new)
    assert (same["new"], same["left_out"]) == (["b8_fromrgb"], ["b8_fromrgb"])
    found = style_transfer.compare(old, new, "repeat")
    assert (found["new"], found["converted"]) == ([], ["b8_fromrgb"])
    style_transfer.carry(old, new, "repeat")
    kernels = [np.array(d.get_layer("b8_fromrgb").kernel) for d in (old, new)]
    np.testing.assert_allclose(kernels[1], np.repeat(kernels[0], 3, 2) / 3**0.5)
    new.get_layer("b8_conv0").trainable = False
    assert style_transfer.held(new, found["copied"]) == ["b8_conv0"]
