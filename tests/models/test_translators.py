import contracts
import keras
import numpy as np
import pytest

from kgan import models
from kgan.layers import Dropout


def _images(*shape):
    return np.tanh(np.random.default_rng(0).normal(size=shape)).astype("float32")


def unet_parameters(width, depth, channels_in, channels_out):
    """Of 4×4 convolutions; those that are not normalised have biases."""
    sizes = [width * min(2**stage, 8) for stage in range(depth)]
    down = zip([channels_in, *sizes], sizes, strict=False)
    # On the way up each but the innermost takes a skip connection, too.
    taken = [sizes[-1], *(2 * size for size in sizes[-2::-1])]
    up = zip(taken, [*sizes[-2::-1], channels_out], strict=True)
    biases = sizes[0] + (sizes[-1] if depth > 1 else 0) + channels_out
    return 16 * sum(i * o for i, o in (*down, *up)) + biases


def patchgan_parameters(width, depth, channels):
    sizes = [width * min(2**stage, 8) for stage in range(depth + 1)]
    pairs = zip([channels, *sizes], [*sizes, 1], strict=True)
    return 16 * sum(i * o for i, o in pairs) + sizes[0] + 1


def test_published_numbers_of_parameters():
    # The authors' program in PyTorch counts 54,413,955 and 2,768,705 for images of 256
    # pixels: its batch normalisation has a scale and a shift, and U-Net's first and
    # innermost convolution have no bias.
    down = [128, 256, 512, 512, 512, 512]
    up = [512, 512, 512, 512, 256, 128, 64]
    ours = 54_413_955 - 2 * sum(down + up) + 64 + 512
    assert unet_parameters(64, 8, 3, 3) == ours
    ours = 2_768_705 - 2 * (128 + 256 + 512)
    assert patchgan_parameters(64, 3, 6) == ours


@pytest.mark.parametrize(
    ("shape", "channels", "depth", "stages"),
    [
        ((8, 8, 1), None, None, 2),
        ((16, 32, 3), 1, None, 3),
        ((32, 32, 1), 2, None, 4),
        ((64, 64, 1), 1, None, 5),
        ((16, 16, 2), 3, 4, 4),
        ((8, 8, 1), 1, 1, 1),
    ],
)
def test_unet_has_the_layers_of_the_paper(shape, channels, depth, stages):
    network = models.unet(shape, channels, width=2, depth=depth)
    out = channels or shape[-1]
    assert network.output_shape == (None, *shape[:2], out)
    assert network.count_params() == unet_parameters(2, stages, shape[-1], out)
    names = [layer.name for layer in network.layers]
    assert f"down_{stages - 1}" in names
    assert f"down_{stages}" not in names
    # The first and the innermost stage are not normalised.
    assert "down_0_norm" not in names
    assert f"down_{stages - 1}_norm" not in names


def test_unet_contract():
    contracts.check_network(
        lambda: models.unet((8, 8, 2), 1, width=2, dropout=0.0),
        _images(4, 8, 8, 2),
        (4, 8, 8, 1),
        output_range=1,
    )


def test_unet_skips_to_the_stage_of_its_size():
    network = models.unet((16, 16, 1), width=2)
    for stage in range(2):
        seen = network.get_layer(f"down_{stage}" + ("_norm" if stage else "")).output
        joined = network.get_layer(f"up_{stage}_skip").input
        assert joined[1] is seen
        assert joined[0].shape == joined[1].shape


@pytest.mark.parametrize(
    ("size", "stages"), [(256, (5, 4, 3)), (64, (3, 2, 1)), (16, (1,)), (8, ())]
)
def test_dropout_in_the_innermost_stages(size, stages):
    network = models.unet((size, size, 1), width=1)
    found = [x.name for x in network.layers if isinstance(x, Dropout)]
    assert found == [f"up_{stage}_dropout" for stage in stages]
    without = models.unet((size, size, 1), width=1, dropout=0.0)
    assert not any(isinstance(x, Dropout) for x in without.layers)


def test_sides_that_do_not_halve_are_refused():
    with pytest.raises(ValueError, match=r"2\*\*depth = 8 divides. Received: \(8, 12"):
        models.unet((8, 12, 1), depth=3)


def test_patchgan_contract():
    source, target = keras.Input((8, 8, 2)), keras.Input((8, 8, 1))
    network = models.patchgan((8, 8, 2), (8, 8, 1), width=2, depth=1)
    assert network([source, target]).shape == (None, 4, 4, 1)
    assert network.output.dtype == "float32"
    contracts.check_names(lambda: models.patchgan((8, 8, 2), (8, 8, 1), width=2))
    pair = [_images(4, 8, 8, 2), _images(4, 8, 8, 1)]
    contracts.check_saving(network, pair)
    contracts.check_modes(network, pair)


@pytest.mark.parametrize(("depth", "pixels"), [(1, 16), (2, 34), (3, 70), (4, 142)])
def test_a_logit_sees_a_patch(depth, pixels):
    network = models.patchgan((32, 32, 3), (32, 32, 1), width=2, depth=depth)
    assert network.count_params() == patchgan_parameters(2, depth, 4)
    assert network.output_shape == (None, 32 // 2**depth, 32 // 2**depth, 1)
    side = 1
    for layer in network.layers[::-1]:
        if isinstance(layer, keras.layers.Conv2D):
            side = (side - 1) * layer.strides[0] + layer.kernel_size[0]
    assert side == pixels


def test_each_image_is_normalised_by_itself():
    images = _images(3, 16, 16, 1)
    network = models.unet((16, 16, 1), width=2, dropout=0.0)
    whole = network(images, training=True)
    alone = [network(images[i : i + 1], training=True)[0] for i in range(3)]
    np.testing.assert_allclose(whole, alone, atol=1e-5)
    norm = network.get_layer("down_1_norm")
    values = np.asarray(norm(_images(2, 4, 4, 4)))
    np.testing.assert_allclose(values.mean(axis=(1, 2)), 0.0, atol=1e-5)
    np.testing.assert_allclose(values.std(axis=(1, 2)), 1.0, atol=1e-3)
    assert norm.weights == []


@pytest.mark.parametrize("builder", [models.unet, models.patchgan])
def test_half_precision_returns_float32(builder):
    shapes = [(8, 8, 1)] if builder is models.unet else [(8, 8, 1), (8, 8, 3)]
    network = builder(*shapes, width=2, dtype="mixed_bfloat16")
    assert network.output.dtype == "float32"
    hidden = [x for x in network.layers if isinstance(x, keras.layers.Conv2D)]
    assert hidden[0].compute_dtype == "bfloat16"


def test_other_arguments_are_refused():
    with pytest.raises(ValueError, match="depth"):
        models.patchgan((8, 8, 1), (8, 8, 1), depth=0)
    with pytest.raises(ValueError, match="Received"):
        models.unet((8, 8))
