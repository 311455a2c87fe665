import contracts
import keras
import numpy as np
import pytest

from kgan import models
from kgan.core import independence


def _images(*shape):
    return np.tanh(np.random.default_rng(0).normal(size=shape)).astype("float32")


def patchgan_parameters(width, depth, channels):
    """Of 4×4 convolutions; the first and the last alone have biases."""
    sizes = [width * min(2**stage, 8) for stage in range(depth + 1)]
    pairs = zip([channels, *sizes], [*sizes, 1], strict=True)
    return 16 * sum(i * o for i, o in pairs) + sizes[0] + 1


def trained(network):
    return sum(int(np.prod(weight.shape)) for weight in network.trainable_weights)


def test_published_numbers_of_parameters():
    # The authors' program in PyTorch counts 2,768,705 for pairs of 256 pixels: its
    # batch normalisation has a scale and a shift.
    ours = 2_768_705 - 2 * (128 + 256 + 512)
    assert patchgan_parameters(64, 3, 6) == ours
    shape = (256, 256, 3)
    assert trained(models.patchgan(shape, shape)) == ours
    assert trained(models.patchgan(shape, shape, normalization="batch")) == 2_768_705
    # CycleGAN's judge of single images has biases before its normalisation.
    for antialiased in (False, True):
        judge = models.patchgan(shape, antialiased=antialiased)
        assert trained(judge) == 2_764_737
    assert trained(models.patchgan(shape, use_bias=False)) == 2_764_737 - 896


def test_patchgan_contract():
    source, target = keras.Input((8, 8, 2)), keras.Input((8, 8, 1))
    network = models.patchgan((8, 8, 2), (8, 8, 1), width=2, depth=1)
    assert network([source, target]).shape == (None, 4, 4, 1)
    assert network.output.dtype == "float32"
    contracts.check_names(lambda: models.patchgan((16, 16, 2), (16, 16, 1), width=2))
    pair = [_images(4, 8, 8, 2), _images(4, 8, 8, 1)]
    contracts.check_saving(network, pair)
    contracts.check_modes(network, pair)


def test_contract_of_single_images():
    def build():
        return models.patchgan(
            (10, 8, 2), width=2, depth=1, antialiased=True, use_bias=False
        )

    contracts.check_network(build, _images(4, 10, 8, 2), (4, 5, 4, 1))


@pytest.mark.parametrize(
    ("depth", "pixels"), [(0, 1), (1, 16), (2, 34), (3, 70), (4, 142), (5, 286)]
)
def test_a_logit_sees_a_patch(depth, pixels):
    network = models.patchgan((64, 64, 3), (64, 64, 1), width=2, depth=depth)
    if depth:
        assert network.count_params() == patchgan_parameters(2, depth, 4)
    assert network.output_shape == (None, 64 // 2**depth, 64 // 2**depth, 1)
    side = 1
    for layer in network.layers[::-1]:
        if isinstance(layer, keras.layers.Conv2D):
            side = (side - 1) * layer.strides[0] + layer.kernel_size[0]
    assert side == pixels
    assert network.receptive_field == pixels


@pytest.mark.parametrize(
    ("depth", "antialiased"), [(0, False), (2, False), (1, True), (2, True)]
)
def test_no_logit_sees_more_than_its_patch(depth, antialiased):
    # Without a normalisation, by which a logit sees all of an image.
    network = models.patchgan(
        (96, 96, 1), width=1, depth=depth, antialiased=antialiased, use_bias=False
    )
    assert network.receptive_field == {0: 1, 2: 34}.get(depth) or antialiased
    image = np.zeros((1, 96, 96, 1), "float32")
    for layer in network.layers:
        if isinstance(layer, keras.layers.GroupNormalization):
            layer.call = lambda x: x
        elif isinstance(layer, keras.layers.Conv2D):
            layer.kernel.assign(keras.ops.ones_like(layer.kernel))
    middle = network.output_shape[1] // 2
    plain = network(image)[0, middle, middle, 0]
    seen = []
    for place in range(96):
        image[:] = 0.0
        image[0, place] = 1.0
        seen.append(float(network(image)[0, middle, middle, 0] - plain) != 0.0)
    assert sum(seen) == network.receptive_field


def test_images_of_any_size():
    network = models.patchgan((None, None, 3), width=2, depth=2)
    assert network.output_shape == (None, None, None, 1)
    images = _images(2, 20, 28, 3)
    fixed = models.patchgan((20, 28, 3), width=2, depth=2)
    fixed.set_weights(network.get_weights())
    np.testing.assert_array_equal(network(images), fixed(images))


def test_it_says_whether_it_looks_at_the_batch():
    network = models.patchgan((16, 16, 1), width=1, depth=1)
    assert independence.independent(network)
    network = models.patchgan((16, 16, 1), width=1, depth=1, normalization="batch")
    assert not independence.independent(network)


def test_a_loaded_one_knows_its_patches(tmp_path):
    models.patchgan((16, 16, 1), width=1, depth=2).save(tmp_path / "d.keras")
    loaded = keras.models.load_model(tmp_path / "d.keras")
    assert type(loaded) is models.PatchGAN
    assert loaded.receptive_field == 34


def test_half_precision_returns_float32():
    shapes = [(8, 8, 1), (8, 8, 3)]
    network = models.patchgan(*shapes, width=2, depth=2, dtype="mixed_bfloat16")
    assert network.output.dtype == "float32"
    hidden = [x for x in network.layers if isinstance(x, keras.layers.Conv2D)]
    assert hidden[0].compute_dtype == "bfloat16"


def test_images_of_which_nothing_would_be_left_are_refused():
    reason = r"a side of more than 8 pixels with depth=3.*Received: \(8, 5, 1\)"
    with pytest.raises(ValueError, match=reason):
        models.patchgan((8, 5, 1), (8, 5, 1))
    with pytest.raises(ValueError, match="more than 1 pixels with depth=0"):
        models.patchgan((1, 1, 1), depth=0)
    assert models.patchgan((9, 5, 1), width=1).output_shape == (None, 2, 1, 1)
    batch = models.patchgan((8, 8, 1), width=1, normalization="batch")
    assert batch.output_shape == (None, 1, 1, 1)


def test_other_arguments_are_refused():
    with pytest.raises(ValueError, match="depth"):
        models.patchgan((8, 8, 1), (8, 8, 1), depth=-1)
    with pytest.raises(ValueError, match="`target_shape`"):
        models.patchgan((8, 8, 1), (8, 8), depth=1)
    with pytest.raises(ValueError, match="`normalization` must be one of"):
        models.patchgan((8, 8, 1), normalization="layer")
