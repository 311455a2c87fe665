"""docs/coming_from.md: its code runs, its names exist, and public examples do as well.

The networks below are small ones in the manner of the examples that they are named for.
"""

import inspect
import pathlib
import re

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

import kgan

ROOT = pathlib.Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "coming_from.md").read_text("utf-8")
BLOCKS = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
ROWS = [
    row.strip("|").split(" | ")[-1]
    for row in re.findall(r"^\|.*\|$", PAGE, re.MULTILINE)
    if not row.startswith(("|---", "| there"))
]
HERE = [code for row in ROWS for code in re.findall(r"`([^`]+)`", row)]


@pytest.fixture(scope="module")
def names():
    """All names of the page, after its blocks ran."""
    found = {}
    for block in BLOCKS:
        exec(compile(block, "coming_from.md", "exec"), found)  # the point
    return found


def test_every_gan_of_the_page_trains_and_generates(names):
    assert names["samples"].shape == names["sevens"].shape == (4, 8, 8, 1)
    for name in ("gan", "conditional", "wasserstein", "dcgan"):
        assert names[name].step > 0
    assert names["dcgan"].generate(2).shape == (2, 8, 8, 1)


def arguments():
    functions = (kgan.GAN, kgan.GAN.compile, kgan.Game.compile, keras.layers.Dense)
    return {name for f in functions for name in inspect.signature(f).parameters}


@pytest.mark.parametrize("code", [c for c in HERE if re.match(r"\w+=", c)])
def test_every_argument_of_the_tables_is_one(code):
    name, _, value = code.partition("=")
    assert name in arguments()
    if name == "loss":
        assert value.strip('"') in kgan.losses.names()
    elif value:
        made = eval(value, {"kgan": kgan})
        if name in ("penalties", "regularizers", "objectives"):
            kgan.GAN(*kgan.models.mlp((8, 8, 1), latent_dim=4)).compile(
                **{name: made if name != "objectives" else ()}
            )


@pytest.mark.parametrize("code", [c for c in HERE if re.match(r"(kgan|keras)\.", c)])
def test_every_name_of_the_tables_is_one(code):
    expression = code if "(" in code else f"({code})"
    skipped = ("kgan.data.load", "keras.models.load_model", "keras.config", "kgan.GAN(")
    if code.startswith(skipped):
        expression = code.partition("(")[0]
    assert eval(expression, {"kgan": kgan, "keras": keras}) is not None


def test_every_file_that_is_named_is_there():
    links = re.findall(r"\]\((?!https?:)([^)#]+)", PAGE)
    assert links
    assert not [link for link in links if not (ROOT / "docs" / link).exists()]


# === Public examples: they run, or are told the line to change ===

IMAGES = np.random.default_rng(0).uniform(-1, 1, (16, 8, 8, 1)).astype("float32")


def generator(inputs=16, activation="tanh"):
    """In the manner of keras.io's DCGAN: latents to 8 × 8 images."""
    return keras.Sequential(
        [
            keras.Input((inputs,)),
            layers.Dense(4 * 4 * 2),
            layers.LeakyReLU(0.2),
            layers.Reshape((4, 4, 2)),
            layers.Conv2DTranspose(
                1, 4, strides=2, padding="same", activation=activation
            ),
        ]
    )


def discriminator(channels=1):
    return keras.Sequential(
        [
            keras.Input((8, 8, channels)),
            layers.Conv2D(4, 3, strides=2, padding="same"),
            layers.LeakyReLU(0.2),
            layers.GlobalMaxPooling2D(),
            layers.Dense(1),
        ]
    )


def play(gan, data=IMAGES, **compiled):
    gan.compile(run_eagerly=True, **compiled)
    return gan.fit(data, batch_size=8, verbose=0).history


def augmenter():
    """In the manner of gan_ada: Keras' layers, applied by chance, with an `update`."""

    class Augmenter(keras.Model):
        def __init__(self):
            super().__init__()
            self.probability = tf.Variable(0.5)
            self.inner = keras.Sequential(
                [
                    keras.Input((8, 8, 1)),
                    layers.RandomFlip("horizontal"),
                    layers.RandomRotation(0.1),
                ]
            )

        def call(self, images, training):
            if not training:
                return images
            chance = tf.random.uniform((tf.shape(images)[0], 1, 1, 1))
            changed = self.inner(images, training=training)
            return tf.where(chance < self.probability, changed, images)

        def update(self, logits):
            self.probability.assign(0.6)

    return Augmenter()


def test_a_tutorial_of_layers_without_an_input_is_told():
    network = keras.Sequential([layers.Dense(64), layers.Reshape((8, 8, 1))])
    with pytest.raises(ValueError, match=r"a Sequential that does not begin with ker"):
        kgan.GAN(network, discriminator())
    gan = kgan.GAN(network, discriminator(), prior=kgan.priors.Normal(100))
    assert np.isfinite(play(gan)["d_loss"]).all()


def test_images_and_sigmoids_of_0_to_1_are_told():
    with pytest.raises(ValueError, match=r'Give the last layer activation="tanh"'):
        kgan.GAN(generator(activation="sigmoid"), discriminator())
    with pytest.raises(ValueError, match=r"becomes \[-1, 1\] by x \* 2 - 1"):
        play(kgan.GAN(generator(), discriminator()), (IMAGES + 1) / 2)
    gan = kgan.GAN(generator(activation="sigmoid"), discriminator(), as_images=False)
    assert np.isfinite(play(gan, (IMAGES + 1) / 2)["d_loss"]).all()


def test_a_condition_among_the_channels_is_told():
    message = (
        r"the other 10 channels are a condition, let it be an input of its own, and "
        r"concatenate inside: keras.Model\(\[data, condition\], logits\)"
    )
    with pytest.raises(ValueError, match=message):
        kgan.GAN(generator(26), discriminator(11))


@pytest.mark.parametrize("label", [7, [7] * 4, np.full(4, 7)])
def test_a_class_in_place_of_a_one_hot_vector_is_told(label, names):
    with pytest.raises(ValueError, match=r"keras.ops.one_hot\(labels, num_classes\)"):
        names["conditional"].generate(4, labels=label)


@pytest.mark.parametrize(
    ("given", "line"),
    [
        ({"d_optimizer": "adam"}, "d_optimizer: discriminator_optimizer="),
        ({"optimizer": "adam"}, "generator_optimizer= and discriminator_optimizer="),
        ({"loss_fn": None}, "loss= with a name of"),
        ({"metrics": []}, r"fit\(callbacks=\[kgan.callbacks.EvaluateGenerator"),
        ({"weather": "fine"}, "unexpected keyword argument 'weather'$"),
    ],
)
def test_arguments_of_others_are_told_what_they_are_called(given, line):
    gan = kgan.GAN(generator(), discriminator())
    with pytest.raises(TypeError, match=rf"^GAN.compile\(\) got .*{line}"):
        gan.compile(**given)


def test_latents_of_pytorch_are_taken_flat_or_in_their_shape(names):
    gan, flat = names["dcgan"], np.ones((2, 100), "float32")
    expected = gan.sampler(flat.reshape((2, 1, 1, 100)), training=False)
    for latents in (flat, flat.reshape((2, 1, 1, 100))):
        np.testing.assert_array_equal(gan(latents), expected)
        found = gan.predict(latents, verbose=0)
        np.testing.assert_allclose(found, expected, atol=1e-6)


def test_images_of_pytorch_are_told(names):
    with pytest.raises(ValueError, match=r"channels last.*numpy.moveaxis\(x, 1, -1\)"):
        play(kgan.GAN(generator(), discriminator()), np.moveaxis(IMAGES, -1, 1))


def test_an_augmenter_of_keras_layers_runs_and_is_told_of_its_update():
    gan = kgan.GAN(generator(), discriminator(), augmentation=augmenter())
    with pytest.warns(UserWarning, match=r"method `update`, which nobody calls here"):
        history = play(gan)
    assert np.isfinite(history["d_loss"]).all()
    assert float(gan.augmentation.probability) == 0.5
