"""What a GAN is used for, on networks of a few weights."""

import networks
import numpy as np
import pytest
import small_games

from kgan import latents
from kgan.games import generative

CLASSES = 3


@pytest.fixture(scope="module")
def gan():
    return networks.gan()


@pytest.fixture(scope="module")
def by_class():
    return networks.gan(num_classes=CLASSES)


def test_truncation_one_is_none(gan):
    whole = gan.generate(5, seed=3)
    np.testing.assert_array_equal(gan.generate(5, seed=3, truncation=1), whole)
    assert (gan.generate(5, seed=3, truncation=0.5) != whole).any()
    alike = gan.generate(5, seed=3, truncation=0)
    np.testing.assert_array_equal(alike, alike[[0, 0, 0, 0, 0]])


def test_generate_and_decode_agree(gan, by_class):
    drawn = latents.latents_at(gan.prior, latents.table(3), 2, 5)
    np.testing.assert_array_equal(gan.decode(drawn), gan.generate(5, seed=3, start=2))
    drawn = latents.latents_at(by_class.prior, latents.table(3), 0, 200)
    np.testing.assert_array_equal(by_class.decode(drawn), by_class.generate(200, 3))
    np.testing.assert_array_equal(
        by_class.decode(drawn, 2, batch_size=7), by_class.generate(200, 3, labels=2)
    )


def test_seeds_of_stylegan_are_latents_of_numpy(gan, by_class):
    drawn = latents.of_seeds(gan.prior, [85, 3])
    np.testing.assert_array_equal(gan.generate(seeds=[85, 3]), gan.decode(drawn))
    np.testing.assert_array_equal(
        gan.generate(seeds=[85, 3], truncation=0.5),
        gan.decode(latents.truncate(gan.prior, drawn, 0.5)),
    )
    drawn = latents.of_seeds(by_class.prior, [85, 3])
    np.testing.assert_array_equal(
        by_class.generate(seeds=[85, 3], batch_size=1),
        by_class.decode(drawn, [85 % CLASSES, 3 % CLASSES]),
    )
    np.testing.assert_array_equal(
        by_class.generate(seeds=[85, 3], labels=2), by_class.decode(drawn, 2)
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"num_images": 1}, r"`seeds` must be given without .*: num_images=1"),
        ({"seed": 2, "start": 3}, r"Received also: seed=2, start=3"),
        ({"truncation": 1.5}, r"truncation"),
    ],
)
def test_seeds_stand_alone(gan, arguments, message):
    with pytest.raises(ValueError, match=message):
        gan.generate(seeds=[3], **arguments)
    with pytest.raises(ValueError, match="`num_images` must be a positive integer"):
        gan.generate()


def test_a_walk_joins_two_images(gan, by_class):
    images = gan.interpolate(3, 8, steps=11)
    assert images.shape == (11, *networks.IMAGE_SHAPE)
    assert images.dtype == np.uint8
    np.testing.assert_array_equal(images[:1], gan.generate(1, seed=3))
    np.testing.assert_array_equal(images[-1:], gan.generate(1, seed=8))
    # Neighbours are nearer to each other than the ends are.
    change = np.abs(np.diff(images.astype(float), axis=0)).mean(axis=(1, 2, 3))
    assert change.max() < np.abs(images[0] - images[-1].astype(float)).mean()
    np.testing.assert_array_equal(
        by_class.interpolate(3, 8, steps=2, label=1)[:1],
        by_class.generate(1, seed=3, labels=1),
    )
    np.testing.assert_array_equal(
        by_class.interpolate(3, 8, 4), by_class.interpolate(3, 8, 4, label=0)
    )
    np.testing.assert_array_equal(
        gan.interpolate(3, 8, 5, truncation=0.3)[:1],
        gan.generate(1, seed=3, truncation=0.3),
    )


def test_the_raw_generator_is_asked_if_it_is_wanted():
    gan = networks.gan()
    gan.ema_generator.set_weights([0 * w for w in gan.ema_generator.get_weights()])
    for verb, arguments in [
        ("generate", [2]),
        ("interpolate", [1, 2]),
        ("decode", [np.ones((2, networks.LATENT_DIM))]),
    ]:
        averaged = getattr(gan, verb)(*arguments)
        assert (averaged == averaged[0]).all()
        assert (getattr(gan, verb)(*arguments, averaged=False) != averaged).any()


@pytest.mark.parametrize("truncation", [-0.1, 1.1, float("nan"), None, "1"])
def test_truncation_outside_its_range_is_refused(gan, truncation):
    for call in (
        lambda: gan.generate(1, truncation=truncation),
        lambda: gan.interpolate(1, 2, truncation=truncation),
    ):
        with pytest.raises(ValueError, match=r"`truncation` must lie in \[0, 1\]"):
            call()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([1, 2, 1], "`steps` must be an integer of at least 2"),
        ([1, 2, 2.5], "`steps`"),
        ([-1, 2], "`first_seed` must be a non-negative"),
        ([1, -2], "`second_seed` must be a non-negative"),
        ([1, 2, 3, 0], "`labels` must be None"),
    ],
)
def test_wrong_walks_are_refused(gan, arguments, message):
    with pytest.raises(ValueError, match=message):
        gan.interpolate(*arguments)


def test_a_walk_of_an_unknown_class_is_refused(by_class):
    with pytest.raises(ValueError, match=r"labels must lie in \[0, 3\)"):
        by_class.interpolate(1, 2, label=3)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (np.zeros((2, networks.LATENT_DIM + 1)), r"`latents` must have shape \(count"),
        (np.zeros(networks.LATENT_DIM), "`latents` must have shape"),
        (np.zeros((0, networks.LATENT_DIM)), "`latents` must have shape"),
        (np.full((2, networks.LATENT_DIM), np.nan), "`latents` must be finite"),
    ],
)
def test_wrong_latents_are_refused(gan, given, message):
    with pytest.raises(ValueError, match=message):
        gan.decode(given)


# === What other rooms ask ===


def test_a_picture_shows_samples_in_order(gan):
    columns = gan.shown(2, seed=5, columns=3)
    picture = np.stack(list(columns.values()), axis=1)
    assert picture.shape == (2, 3, *networks.IMAGE_SHAPE)
    images = picture.reshape(6, *networks.IMAGE_SHAPE)
    np.testing.assert_array_equal(images, gan.generate(6, seed=5))
    assert {len(column) for column in gan.shown().values()} == {8}


def test_a_picture_shows_a_class_in_each_row(by_class):
    picture = np.stack(list(by_class.shown(columns=2).values()), axis=1)
    assert picture.shape[:2] == (CLASSES, 2)
    expected = by_class.generate(6, labels=np.array([0, 0, 1, 1, 2, 2]))
    np.testing.assert_array_equal(picture.reshape(expected.shape), expected)


def test_other_games_are_refused_in_a_sentence(gan):
    generative.require(gan, "`kgan generate`")
    with pytest.raises(
        ValueError,
        match=r"^`kgan generate` needs a game of latents, such as kgan\.GAN\. "
        "Received: a Translator$",
    ):
        generative.require(small_games.translator(), "`kgan generate`")
