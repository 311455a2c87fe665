"""Pairs along paths: where they lie, and what depends on what."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from metric_stand_ins import digits_gan, points_gan

import kgan
from kgan import latents
from kgan.games import paths

WIDTH, SHAPE = 3, (2, 2, 2)


def ends(gan, count, seed=0):
    """The latents between which paths lead, two rows for each."""
    drawn = latents.latents_at(gan.prior, latents.table(seed), 0, 2 * count).numpy()
    return drawn[::2], drawn[1::2]


def linear_gan(layers=None, num_classes=None):
    """G(z) = A (M z), w perhaps with rows for layers; of no images."""
    shape = (WIDTH,) if layers is None else (layers, WIDTH)
    units = int(np.prod(shape))
    dense = keras.layers.Dense
    mapping = keras.Sequential(
        [keras.Input((4,)), dense(units), keras.layers.Reshape(shape)]
    )
    synthesis = keras.Sequential(
        [
            keras.Input(shape),
            keras.layers.Flatten(),
            dense(8, use_bias=False),
            keras.layers.Reshape(SHAPE),
        ]
    )
    generator = kgan.models.Mapped(mapping, synthesis)
    flat = [keras.Input(SHAPE), keras.layers.Flatten(), dense(1)]
    return kgan.GAN(generator, keras.Sequential(flat), as_images=False)


def read(examples, batch_size=64):
    data, labels = zip(*examples.batches(batch_size), strict=True)
    return np.concatenate(data), labels


@pytest.mark.parametrize("layers", [None, 5])
@pytest.mark.parametrize("sampling", ["end", "full"])
def test_lines_in_w(layers, sampling):
    gan = linear_gan(layers)
    examples = gan.paths(9, seed=3, sampling=sampling, epsilon=0.25)
    assert (examples.space, examples.shape) == ("w", SHAPE)
    pairs, _ = read(examples, 4)
    assert (pairs.shape, pairs.dtype) == ((9, 2, *SHAPE), np.float32)
    first, second = (gan(end).numpy() for end in ends(gan, 9, 3))
    step = (second - first) * 0.25  # a line in w is one in the images
    np.testing.assert_allclose(pairs[:, 1] - pairs[:, 0], step, rtol=1e-3, atol=1e-5)
    moved = (pairs[:, 0] - first) / (second - first)
    where = moved.reshape(9, -1).mean(axis=1)
    everywhere = np.repeat(where[:, None], 8, axis=1)
    np.testing.assert_allclose(moved.reshape(9, -1), everywhere, atol=1e-3)
    if sampling == "end":
        np.testing.assert_allclose(where, np.zeros(9), atol=1e-5)
    else:
        assert 0.0 <= where.min() < 0.3 < 0.7 < where.max() < 1.0


def test_great_circles_in_z():
    gan = points_gan(2)
    identity = keras.Sequential([keras.Input((2,)), keras.layers.Identity()])
    gan = kgan.GAN(identity, gan.discriminator, ema_momentum=None)
    pairs, _ = read(gan.paths(50, seed=1, epsilon=0.5, sampling="full"))
    for place, (first, second) in enumerate(zip(*ends(gan, 50, 1), strict=True)):
        begin = paths.Paths(gan.raw_sampler, (2,), 50, seed=1, sampling="full")._begins
        positions = tf.constant(begin[place] + np.array([0.0, 0.5]), tf.float32)
        expected = latents.slerp(first, second, positions)
        np.testing.assert_allclose(pairs[place], expected, rtol=1e-4, atol=1e-5)
    examples = gan.paths(1, space="z")
    told = {"space": "z", "sampling": "end", "epsilon": 1e-4}
    assert told.items() <= examples.provenance().items()


def test_a_mapping_network_may_be_passed_over():
    gan = linear_gan()
    pairs, _ = read(gan.paths(3, space="z"))
    first = gan(ends(gan, 3)[0])
    np.testing.assert_allclose(pairs[:, 0], first, rtol=1e-5, atol=1e-6)


def test_images_are_not_rounded_and_both_ends_have_one_class():
    gan = digits_gan(num_classes=3)
    pairs, labels = read(gan.paths(6, seed=2))
    np.testing.assert_array_equal(np.concatenate(labels), np.arange(6) % 3)
    first = gan([ends(gan, 6, 2)[0], np.arange(6) % 3])
    np.testing.assert_allclose(pairs[:, 0], (first + 1.0) * 127.5, rtol=1e-5, atol=1e-4)
    assert 0.0 < np.abs(pairs[:, 1] - pairs[:, 0]).max() < 0.1  # less than a level


def test_a_pair_depends_on_the_seed_and_its_index_alone():
    gan = linear_gan()
    for options in ({}, {"sampling": "full"}, {"space": "z"}):
        whole, _ = read(gan.paths(7, seed=1, **options))
        parts, _ = read(gan.paths(9, seed=1, **options), 2)
        np.testing.assert_allclose(whole, parts[:7], rtol=1e-5, atol=1e-6)
        other, _ = read(gan.paths(7, seed=2, **options))
        assert not np.allclose(whole, other)


def test_weights_are_chosen():
    gan = linear_gan()
    for weight in gan.ema_generator.weights:
        weight.assign(2.0 * weight)
    raw, _ = read(gan.paths(3, averaged=False))
    averaged, _ = read(gan.paths(3))
    np.testing.assert_allclose(averaged, 4.0 * raw, rtol=1e-4, atol=1e-6)


def test_large_images_are_averaged_over_squares():
    images = np.random.default_rng(0).random((2, 512, 768, 1), "float32")
    found = paths._reduced(tf.constant(images))
    assert found.shape == (2, 256, 384, 1)
    np.testing.assert_allclose(found[0, 3, 5, 0], images[0, 6:8, 10:12, 0].mean(), 1e-5)
    small = tf.zeros((1, 511, 511, 3))
    assert paths._reduced(small) is small


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"space": "w"}, r'`space` must be "z" for a generator without `mapping`'),
        ({"space": "x"}, "`space` must be one of"),
        ({"sampling": "middle"}, "`sampling` must be one of"),
        ({"epsilon": 0.0}, r"`epsilon` must lie in \(0, 1\)"),
        ({"seed": -1}, "`seed`"),
    ],
)
def test_paths_that_are_none(options, message):
    with pytest.raises(ValueError, match=message):
        points_gan().paths(3, **options)


def test_games_without_latents_have_no_paths():
    with pytest.raises(ValueError, match="no space through which paths lead"):
        kgan.Game().paths(3)
