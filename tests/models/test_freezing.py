"""The first layers of D, counted from the image, stay bit for bit as they are."""

import keras
import numpy as np
import pytest
from keras import layers

import kgan
from kgan.models import freeze_from_image

SMALL = {"channel_base": 64, "channel_max": 4, "group_size": 2}
PUBLISHED = [
    *("b16_fromrgb", "b16_conv0", "b16_conv1", "b16_skip"),
    *("b8_conv0", "b8_conv1", "b8_skip", "b4_conv", "b4_fc", "b4_out"),
]


@pytest.mark.parametrize("num_classes", [None, 3])
def test_the_order_is_that_of_the_published_program(num_classes):
    build = kgan.models.stylegan2_discriminator
    discriminator = build((16, 16, 3), num_classes, **SMALL)
    # What becomes of a label alone is no layer from the image on.
    assert freeze_from_image(discriminator, 9) == PUBLISHED[:9]
    held = [w.path for w in discriminator.non_trainable_weights]
    assert {path.split("/")[0] for path in held} == {*PUBLISHED[:9]}
    assert freeze_from_image(discriminator, 0) == []


def _images():
    return keras.Input((8, 8, 1))


def _sequential():
    first = layers.Conv2D(2, 3, name="one")
    rest = [layers.ReLU(), layers.Flatten(), layers.Dense(1, name="two")]
    return keras.Sequential([_images(), first, *rest])


@pytest.mark.parametrize(
    ("build", "names"),
    [
        (
            lambda: kgan.models.dcgan_discriminator((8, 8, 1), width=4, num_classes=3),
            ["down_1", "logits"],
        ),
        (
            lambda: kgan.models.dcgan_discriminator(
                (16, 16, 1), width=4, batch_normalization=True
            ),
            ["down_1", "down_2", "down_2_norm", "logits"],
        ),
        (
            lambda: kgan.models.mlp((8, 8, 1), 4, packing=2)[1],
            ["hidden_1", "hidden_2", "logits"],
        ),
        (_sequential, ["one", "two"]),
    ],
)
def test_other_networks(build, names):
    discriminator = build()
    most = len(names) - 1
    assert freeze_from_image(discriminator, most) == names[:most]
    message = rf"at most {most}: D has {most + 1} layers with.*Received: {most + 1}"
    with pytest.raises(ValueError, match=message):
        freeze_from_image(discriminator, most + 1)


@pytest.mark.parametrize("n", [-1, 2.5])
def test_numbers_that_are_none(n):
    message = r"of 10 layers \(`freeze_d`\) must be an integer of at least 0"
    discriminator = kgan.models.stylegan2_discriminator((16, 16, 3), **SMALL)
    with pytest.raises(ValueError, match=message):
        freeze_from_image(discriminator, n)


def test_a_network_without_an_order_is_refused():
    class Subclass(keras.Model):
        pass

    with pytest.raises(ValueError, match=r"Functional or Sequential.*: a Subclass"):
        freeze_from_image(Subclass(), 1)


@pytest.mark.parametrize("normalized", ["batch", "spectral"])
def test_frozen_layers_stay_and_the_others_move(normalized, tmp_path):
    generator = kgan.models.mlp_generator((16, 16, 1), latent_dim=3)
    option = {f"{normalized}_normalization": True}
    discriminator = kgan.models.dcgan_discriminator((16, 16, 1), width=4, **option)
    names = freeze_from_image(discriminator, 3 if normalized == "batch" else 2)
    gan = kgan.GAN(generator, discriminator)
    if normalized == "batch":
        gan.compile()
    else:  # a penalty as well, which has a step of its own
        gan.compile(None, kgan.lazy_adam(2, 0.01), lazy="own_step", penalties=[R1])
    before = _weights(discriminator)
    gan.fit(IMAGES, batch_size=4, verbose=0)
    _compare(before, _weights(discriminator), names)
    assert "of them frozen" in gan.describe()["discriminator"]
    gan.save(tmp_path / "gan.keras")
    loaded = keras.models.load_model(tmp_path / "gan.keras")
    before = _weights(loaded.discriminator)
    loaded.fit(IMAGES, batch_size=4, verbose=0)
    _compare(before, _weights(loaded.discriminator), names)


R1 = kgan.penalties.R1(1.0, interval=2)
IMAGES = np.random.default_rng(0).uniform(-1, 1, (16, 16, 16, 1)).astype("float32")


def _weights(network):
    return {w.path: np.array(w) for w in network.weights}


def _compare(before, after, frozen):
    """Weights of frozen layers are equal, and each other layer has moved."""
    stayed = {path: np.array_equal(before[path], after[path]) for path in before}
    for name in {path.split("/")[0] for path in before}:
        own = [stayed[path] for path in before if path.split("/")[0] == name]
        assert all(own) if name in frozen else not all(own), name
