import numpy as np
import pytest

from kgan.models import style_discriminator, style_stages


def draw(*shape):
    return np.random.default_rng(0).normal(size=shape).astype("float32")


def build(shape=(16, 16, 3), **options):
    stages = style_stages.stages(shape, channel_base=64, channel_max=8)
    return style_discriminator.style_discriminator(stages, shape[-1], **options)


def test_residual_stages_keep_the_variance():
    network = build()
    stage = network.get_layer("b16_add").output
    assert stage.shape[1:] == (8, 8, 8)
    assert network.get_layer("b16_conv1").gain == pytest.approx(np.sqrt(0.5))
    assert network.get_layer("b16_skip").bias is None
    names = [layer.name for layer in build(architecture="orig").layers]
    assert not [name for name in names if name.endswith(("_skip", "_add"))]
    assert build(architecture="orig").get_layer("b16_conv1").gain == 1.0


@pytest.mark.parametrize("grouping", ["successive", "strided"])
def test_groups_of_the_batch(grouping):
    network = build(group_size=2, grouping=grouping)
    images = draw(4, 16, 16, 3)
    order = [0, 2, 1, 3]  # strided groups {0, 2} and {1, 3}, as successive ones
    other = build(group_size=2, grouping="successive")
    other.set_weights(network.get_weights())
    expected = other(images[order]).numpy()[order]
    if grouping == "successive":
        assert not np.allclose(network(images), expected, atol=1e-6)
        expected = other(images)
    np.testing.assert_allclose(network(images), expected, atol=1e-5)


def test_the_class_is_an_inner_product():
    network = build(num_classes=3)
    images, labels = draw(4, 16, 16, 3), np.array([0, 1, 2, 0])
    features = network.get_layer("b4_out")
    assert features.units == 8
    assert len(network.get_layer("mapping").layers) == 11  # 8 of them dense
    assert network([images, labels]).shape == (4, 1)
    dot = style_discriminator.ScaledDot()
    x, y = draw(4, 9), draw(4, 9)[::-1]
    np.testing.assert_allclose(
        dot([x, y]), (x * y).sum(axis=1, keepdims=True) / 3.0, rtol=1e-5
    )


def test_bad_architecture():
    with pytest.raises(ValueError, match="`architecture` must be one of resnet, orig"):
        build(architecture="skip")
