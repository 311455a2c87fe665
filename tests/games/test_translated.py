"""Translations of a data set: in order, beside their targets, there and back."""

import types

import contract
import numpy as np
import pytest
from contract import network

import kgan
from kgan.data.arrays import ArraySource
from kgan.games.sampler import to_uint8
from kgan.games.translated import Annotated, Cycles, Translated, TranslatedPairs

X, Y = (4, 4, 3), (4, 4, 1)


def sides(count=7, targets=None, kind="pairs"):
    """A stand-in for a source of two sides."""
    pixels = [
        to_uint8(contract.images(n, shape, seed)).numpy()
        for seed, (n, shape) in enumerate(((count, X), (targets or count, Y)))
    ]
    sources, targets = (ArraySource("arrays", each) for each in pixels)
    return types.SimpleNamespace(sources=sources, targets=targets, shape=Y, kind=kind)


@pytest.fixture(scope="module")
def game():
    networks = network([X], Y), network([Y], X), network([Y], (1,)), network([X], (1,))
    return kgan.CycleGAN(*networks)


def all_of(examples, batch_size):
    batches = [data for data, labels in examples.batches(batch_size) if labels is None]
    return np.concatenate(batches)


def test_translations(game):
    data = sides()
    examples = Translated(game, data, 5)
    assert (examples.count, examples.shape, examples.is_image) == (5, Y, True)
    expected = game.translate(data.sources.read(np.arange(5)))
    for batch_size in (2, 5):
        np.testing.assert_array_equal(all_of(examples, batch_size), expected)
    assert Translated(game, data, 100).count == 7


def test_label_maps(game):
    data = sides()
    with pytest.raises(ValueError, match="`dataset` must have label maps of up to"):
        Annotated(game, data, 5)
    data.sources.labels_of = data.targets.labels_of = "three classes"
    with pytest.raises(ValueError, match="which the first direction translates"):
        Annotated(game, data, 5, direction="to_source")
    found = all_of(Annotated(game, data, 5), 2)
    sources = data.sources.read(np.arange(5))
    np.testing.assert_array_equal(found[..., :1], game.translate(sources))
    np.testing.assert_array_equal(found[..., 1], sources.argmax(axis=-1))
    assert found.dtype == np.uint8


def test_pairs(game):
    data = sides()
    found = all_of(TranslatedPairs(game, data, 7), 3)
    assert found.shape == (7, 2, *Y)
    assert found.dtype == np.uint8
    expected = game.translate(data.sources.read())
    np.testing.assert_array_equal(found[:, 0], expected)
    np.testing.assert_array_equal(found[:, 1], data.targets.read())


@pytest.mark.parametrize("data", [sides(targets=5), sides(kind="unpaired")])
def test_what_has_no_pairs_is_refused(game, data):
    with pytest.raises(ValueError, match="`dataset` must be pairs, where a target"):
        TranslatedPairs(game, data, 7)
    with pytest.raises(ValueError, match="`dataset` must be a source of pairs"):
        Translated(game, None, 7)


def test_cycles(game):
    data = sides()
    x = data.sources.read() / np.float32(127.5) - np.float32(1)
    there = game.translated(data.sources.read())
    found = all_of(Cycles(game, data, 7), 4)
    np.testing.assert_allclose(found[:, 0], x, atol=1e-6)
    np.testing.assert_allclose(found[:, 1], game.to_source(there), atol=1e-5)


def test_disturbed_cycles(game):
    data = sides()
    clean, noise, jpeg = (
        Cycles(game, data, 7, disturbance=kind) for kind in (None, "noise", "jpeg")
    )
    images = game.translated(data.sources.read()).clip(-0.9, 0.9)
    moved = noise._disturbed(images, 0) - images
    np.testing.assert_allclose(np.abs(moved), 1 / 127.5, atol=1e-6)
    assert abs(np.sign(moved).mean()) < 0.5
    np.testing.assert_array_equal(clean._disturbed(images, 0), images)
    kept = jpeg._disturbed(images, 0)
    assert kept.shape == images.shape
    assert 0 < np.abs(kept - images).mean() < 0.5
    for cycles in (noise, jpeg):
        found = all_of(cycles, 7)
        assert found.shape == (7, 2, *X)
        np.testing.assert_array_equal(found, all_of(cycles, 7))  # the same each time
        assert (found[:, 1] != all_of(clean, 7)[:, 1]).any()


def test_what_cannot_be_disturbed_is_refused(game):
    with pytest.raises(ValueError, match="`disturbance` must be None or one of"):
        Cycles(game, sides(), 7, disturbance="blur")
    one_way = kgan.Pix2Pix(network([X], Y), network([X, Y], (1,)))
    with pytest.raises(ValueError, match="translates in one direction alone"):
        one_way.cycles(3, dataset=sides())


def test_what_is_not_finite_is_no_example():
    networks = network([X], Y), network([Y], X), network([Y], (1,)), network([X], (1,))
    game = kgan.CycleGAN(*networks)
    game.to_source.set_weights([np.nan * w for w in game.to_source.get_weights()])
    all_of(Translated(game, sides(), 7), 7)
    with pytest.raises(FloatingPointError, match="among translations 0 to 6"):
        all_of(Cycles(game, sides(), 7), 7)
