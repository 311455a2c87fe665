"""Truncation of a generator with styles: in Python, served, and from its export."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import kgan
from kgan.games.exported import Exported
from kgan.games.sampler import to_uint8


@pytest.fixture(scope="module")
def gan():
    keras.utils.set_random_seed(0)
    networks = kgan.models.stylegan2(
        (16, 16, 3), 6, 3, channel_base=64, channel_max=8, mapping_layers=1
    )
    gan = kgan.GAN(*networks)
    gan.compile()
    rng = np.random.default_rng(0)
    images = rng.uniform(-1, 1, (8, 16, 16, 3)).astype("float32")
    gan.fit(images, np.arange(8, dtype="int32") % 3, batch_size=8, verbose=0)
    return gan


@pytest.fixture(scope="module")
def folder(gan, tmp_path_factory):
    return gan.export(tmp_path_factory.mktemp("export"))


@pytest.fixture(scope="module")
def exported(folder):
    return Exported(folder)


LABELS = np.array([0, 1, 2, 0], "int32")


def test_the_average_keeps_a_copy_of_the_center(gan):
    center = gan.generator.truncation.center.numpy()
    assert np.abs(center).max() > 0
    np.testing.assert_array_equal(gan.ema_generator.truncation.center, center)


@pytest.mark.parametrize("moved", [{"truncation": 0.5}, {"truncation_cutoff": 2}])
def test_generate_moves_styles(gan, moved):
    moved = {"truncation": 0.3, **moved}
    latents = kgan.latents.latents_at(gan.prior, kgan.latents.table(7), 0, 4)
    expected = gan.ema_generator(
        [latents, tf.constant(LABELS)],
        truncation=moved["truncation"],
        cutoff=moved.get("truncation_cutoff"),
    )
    found = gan.generate(4, seed=7, labels=LABELS, **moved)
    np.testing.assert_array_equal(found, to_uint8(expected))
    decoded = gan.decode(latents, LABELS, **moved)
    np.testing.assert_array_equal(found, decoded)
    plain = gan.generate(4, seed=7, labels=LABELS)
    assert not np.array_equal(found, plain)


def test_walks_and_seeds_move_styles_too(gan):
    moved = {"truncation": 0.3, "truncation_cutoff": 3}
    walk = gan.interpolate(3, 4, steps=3, label=1, **moved)
    first = gan.generate(1, seed=3, labels=1, **moved)
    np.testing.assert_array_equal(walk[0], first[0])
    known = gan.generate(seeds=[85, 2], labels=1, **moved)
    latents = kgan.latents.of_seeds(gan.prior, [85, 2])
    np.testing.assert_array_equal(known, gan.decode(latents, 1, **moved))


@pytest.mark.parametrize("psi", [0.0, 0.5, 1.0])
def test_an_export_truncates_as_the_model(gan, exported, psi):
    expected = gan.generate(5, seed=2, truncation=psi).astype(int)
    found = exported.generate(5, seed=2, truncation=psi)
    assert np.abs(found - expected).max() <= 1  # rounded once more
    if psi:
        assert np.abs(exported.generate(5, seed=2, truncation=0.0) - expected).max() > 1


def test_the_served_signatures(gan, folder):
    loaded = tf.saved_model.load(folder)
    signatures = loaded.signatures
    served = signatures["generate"](
        num_images=tf.constant(4),
        seed=tf.constant(2, tf.int64),
        labels=tf.constant(1),
        truncation=tf.constant(0.4),
    )["images"]
    expected = gan.generate(4, seed=2, labels=1, truncation=0.4)
    np.testing.assert_array_equal(served, expected)
    latents = kgan.latents.latents_at(gan.prior, kgan.latents.table(2), 0, 4)
    psi = tf.constant([0.4, 0.4, 1.0, 0.4])
    decoded = signatures["decode"](
        latents=latents, labels=tf.constant([1] * 4), truncation=psi
    )["images"]
    # Floats in [0, 1] are rounded once more.
    decoded = to_uint8(2.0 * decoded - 1.0).numpy().astype(int)
    expected[2] = gan.generate(4, seed=2, labels=1)[2]
    assert np.abs(decoded - expected).max() <= 1


def test_a_generator_without_styles_has_no_such_signature():
    gan = kgan.GAN(*kgan.models.mlp((4, 4, 1), latent_dim=3))
    gan.compile()
    assert "decode" not in gan.endpoints().endpoints
    with pytest.raises(ValueError, match="`truncation_cutoff` must be None"):
        gan.generate(2, truncation_cutoff=1)


@pytest.mark.parametrize(
    ("moved", "message"),
    [
        ({"truncation": 1.5}, r"`truncation` must lie in \[0, 1\]. Received: 1.5"),
        ({"truncation_cutoff": 7}, "`truncation_cutoff` must be at most 6, the number"),
        ({"truncation_cutoff": -1}, "`truncation_cutoff` must be an integer of at le"),
    ],
)
def test_bad_truncation(gan, moved, message):
    with pytest.raises(ValueError, match=message):
        gan.generate(2, **moved)
    with pytest.raises(ValueError, match=message):
        gan.decode(np.zeros((2, 6)), **moved)


def test_saved_and_loaded(gan, tmp_path):
    gan.save(tmp_path / "gan.keras")
    loaded = keras.models.load_model(tmp_path / "gan.keras")
    np.testing.assert_array_equal(
        loaded.generate(4, truncation=0.5), gan.generate(4, truncation=0.5)
    )
