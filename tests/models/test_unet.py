import contracts
import keras
import numpy as np
import pytest

from kgan import models
from kgan.layers import CropLike, Dropout, PadToMultiple


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


def trained(network):
    return sum(int(np.prod(weight.shape)) for weight in network.trainable_weights)


def test_published_numbers_of_parameters():
    # The authors' program in PyTorch counts 54,413,955 for images of 256 pixels: its
    # batch normalisation has a scale and a shift, and its first and innermost
    # convolution have no bias.
    down = [128, 256, 512, 512, 512, 512]
    up = [512, 512, 512, 512, 256, 128, 64]
    ours = 54_413_955 - 2 * sum(down + up) + 64 + 512
    assert unet_parameters(64, 8, 3, 3) == ours
    published = {128: 41_828_995, 256: 54_413_955}
    for side, count in published.items():
        assert trained(models.unet((side, side, 3), normalization="batch")) == count


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


def test_dropout_stages_are_counted_from_the_innermost():
    # The authors' program in PyTorch has none in the innermost.
    network = models.unet((256, 256, 1), width=1, depth=8, dropout_stages=(1, 2, 3))
    found = [x.name for x in network.layers if isinstance(x, Dropout)]
    assert found == ["up_5_dropout", "up_4_dropout", "up_3_dropout"]


def test_dropout_at_test_time_is_repeated():
    images = _images(2, 16, 16, 1)
    network = models.unet((16, 16, 1), width=2, dropout_at_test=True)
    still = models.unet((16, 16, 1), width=2)
    still.set_weights(network.get_weights())
    found = network(images)
    np.testing.assert_array_equal(found, network(images))
    assert np.any(np.abs(found - still(images)) > 1e-3)


def test_what_skips_carry_is_the_same_behind_the_activation():
    # Published skips carry the LeakyReLU of what ours carry, and a ReLU follows.
    x = np.linspace(-2, 2, 9).astype("float32")
    relu, leaky = keras.layers.ReLU(), keras.layers.LeakyReLU(0.2)
    np.testing.assert_array_equal(relu(leaky(x)), relu(x))
    network = models.unet((16, 16, 1), width=2)
    for stage in range(2):
        (joined,) = network.get_layer(f"up_{stage}_skip")._outbound_nodes
        assert isinstance(joined.operation, keras.layers.ReLU)


@pytest.mark.parametrize("sides", [(8, 12), (13, 6), (1, 3)])
def test_sides_that_do_not_halve_are_padded_and_cut(sides):
    network = models.unet((*sides, 1), width=2, depth=3, dropout=0.0)
    assert network.output_shape == (None, *sides, 1)
    images = _images(2, *sides, 1)
    # As of images that were padded before.
    padded = PadToMultiple(8)(images)
    whole = models.unet(tuple(padded.shape[1:]), width=2, depth=3, dropout=0.0)
    whole.set_weights(network.get_weights())
    np.testing.assert_allclose(
        network(images), CropLike()([whole(padded), images]), atol=1e-6
    )


@pytest.fixture(scope="module")
def of_any_size():
    return models.unet((None, None, 2), 1, width=2, depth=3, normalization="batch")


def test_images_of_any_size(of_any_size):
    assert of_any_size.output_shape == (None, None, None, 1)
    for sides in ((16, 8), (13, 6)):
        images = _images(2, *sides, 2)
        fixed = models.unet((*sides, 2), 1, width=2, depth=3, normalization="batch")
        fixed.set_weights(of_any_size.get_weights())
        found = of_any_size(images)
        assert found.shape == (2, *sides, 1)
        np.testing.assert_allclose(found, fixed(images), atol=1e-6)
        # Each image by itself, whatever is in its batch.
        alone = of_any_size(images[:1])
        np.testing.assert_allclose(found[:1], alone, atol=1e-6)


def test_the_depth_of_images_of_any_size_is_the_published_one():
    network = models.unet((None, None, 1), width=1)
    assert network.get_layer("down_7").strides == (2, 2)
    assert "down_8" not in [layer.name for layer in network.layers]


def test_a_saved_one_keeps_its_choices(tmp_path, of_any_size):
    of_any_size.save(tmp_path / "g.keras")
    loaded = keras.models.load_model(tmp_path / "g.keras")
    images = _images(2, 9, 10, 2)
    np.testing.assert_array_equal(loaded(images), of_any_size(images))
    assert loaded.get_layer("down_1_norm").test_statistics == "image"
    moving = models.unet(
        (8, 8, 1), width=2, normalization="batch", test_statistics="moving", depth=3
    )
    assert moving.get_layer("down_1_norm").test_statistics == "moving"


def test_batch_contract():
    contracts.check_network(
        lambda: models.unet(
            (10, 8, 2), 1, width=2, dropout=0.0, normalization="batch", depth=2
        ),
        _images(4, 10, 8, 2),
        (4, 10, 8, 1),
        output_range=1,
        tolerance=1e-3,
    )


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


def test_half_precision_returns_float32():
    network = models.unet((8, 8, 1), width=2, dtype="mixed_bfloat16")
    assert network.output.dtype == "float32"
    hidden = [x for x in network.layers if isinstance(x, keras.layers.Conv2D)]
    assert hidden[0].compute_dtype == "bfloat16"


def test_other_arguments_are_refused():
    with pytest.raises(ValueError, match="depth"):
        models.unet((8, 8, 1), depth=0)
    with pytest.raises(ValueError, match="Received"):
        models.unet((8, 8))
    with pytest.raises(ValueError, match="`normalization` must be one of"):
        models.unet((8, 8, 1), normalization="layer")
