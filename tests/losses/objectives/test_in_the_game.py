"""Small games of points in the plane, in which a further head has a task."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import kgan
from kgan.latents import priors
from kgan.losses import objectives

CENTRES = np.array([[1, 1], [-1, 1], [-1, -1], [1, -1]], "float32")
CLASSES = np.random.default_rng(0).integers(0, 4, 512).astype("int32")
NOISE = np.random.default_rng(1).normal(0, 0.1, (512, 2)).astype("float32")
POINTS = CENTRES[CLASSES] + NOISE


def generator(latent_dim=8, num_classes=None):
    latents = keras.Input((latent_dim,))
    x, inputs = latents, latents
    if num_classes:
        labels = keras.Input((), dtype="int32")
        embedded = keras.layers.Embedding(num_classes, 4)(labels)
        x, inputs = keras.layers.Concatenate()([latents, embedded]), [latents, labels]
    x = keras.layers.Dense(32, activation="relu")(x)
    return keras.Model(inputs, keras.layers.Dense(2)(x), name="generator")


def discriminator(head, width):
    points = keras.Input((2,))
    x = keras.layers.Dense(32, activation="leaky_relu")(points)
    x = keras.layers.Dense(32, activation="leaky_relu")(x)
    outputs = {"logits": keras.layers.Dense(1)(x), head: keras.layers.Dense(width)(x)}
    return keras.Model(points, outputs, name="discriminator")


def play(gan, objective, data, epochs):
    gan.compile(
        keras.optimizers.Adam(3e-3, 0.5),
        keras.optimizers.Adam(3e-3, 0.5),
        objectives=[objective],
    )
    history = gan.fit(*data, batch_size=64, epochs=epochs, verbose=0).history
    for name, values in history.items():
        assert np.isfinite(values).all(), name
    return history


def said(gan, head, points):
    return np.asarray(gan.discriminator(points, training=False)[head])


def nearest(points):
    return np.linalg.norm(points[:, None] - CENTRES, axis=-1).argmin(axis=1)


def test_an_auxiliary_classifier_teaches_the_generator_its_classes(tmp_path):
    gan = kgan.GAN(
        generator(num_classes=4), discriminator("classes", 4), ema_momentum=None
    )
    objective = objectives.AuxiliaryClassifier(generator_weight=0.5)
    history = play(gan, objective, (POINTS, CLASSES), epochs=20)
    assert (
        history["auxiliary_classifier"][-1] < 0.3 * history["auxiliary_classifier"][0]
    )
    assert history["g_auxiliary_classifier"][-1] < 0.5
    assert np.mean(said(gan, "classes", POINTS).argmax(axis=1) == CLASSES) > 0.95
    wanted = np.arange(200) % 4
    fakes = gan.generate(200, labels=wanted)
    assert np.mean(nearest(fakes) == wanted) > 0.9
    gan.save(tmp_path / "gan.keras")
    loaded = keras.models.load_model(tmp_path / "gan.keras")
    assert loaded.terms[0].get_config() == objective.get_config()
    loaded.fit(POINTS, CLASSES, batch_size=64, verbose=0)


def test_information_gives_the_codes_a_meaning():
    codes = {"categorical": (4,), "continuous": 0}
    prior = priors.Codes(8, **codes)
    gan = kgan.GAN(
        generator(), discriminator("codes", 4), prior=prior, ema_momentum=None
    )
    history = play(gan, objectives.Information(**codes), (POINTS,), epochs=15)
    # Less surprise than log 4: a part of I(c; x).
    assert history["information"][-1] < 0.5 * np.log(4)
    assert history["g_information"][-1] < 0.5 * np.log(4)
    latents = prior.sample(400, kgan.seeds.root(3))
    drawn = np.argmax(latents[:, 4:], axis=1)
    read = said(gan, "codes", gan.decode(latents)).argmax(axis=1)
    assert np.mean(read == drawn) > 0.9
    assert gan.generate(5).shape == (5, 2)
    assert gan.interpolate(0, 1, 7).shape == (7, 2)


def likeliest(gan):
    """How sure D is of the style of what the generator gives, on the mean."""
    logits = said(gan, "styles", gan.generate(300))
    return tf.reduce_max(tf.nn.softmax(logits), axis=1).numpy().mean()


def test_style_ambiguity_drives_the_generator_away_from_known_styles():
    found = []
    for generator_weight in (0.0, 3.0):
        keras.utils.set_random_seed(0)
        gan = kgan.GAN(generator(), discriminator("styles", 4), ema_momentum=None)
        objective = objectives.StyleAmbiguity(generator_weight=generator_weight)
        play(gan, objective, (POINTS, CLASSES), epochs=15)
        assert np.mean(said(gan, "styles", POINTS).argmax(axis=1) == CLASSES) > 0.95
        found.append(likeliest(gan))
    without, with_ambiguity = found
    assert with_ambiguity < without - 0.1


def test_a_discriminator_without_the_head_is_refused():
    gan = kgan.GAN(generator(), discriminator("styles", 4))
    with pytest.raises(ValueError, match=r"'codes' has the shape \(batch, 12\)"):
        gan.compile(objectives=["information"])
