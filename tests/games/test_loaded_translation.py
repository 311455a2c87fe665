"""A translator without a game: it translates, is measured and exported as one."""

import types

import contract
import numpy as np
import pytest
from two_sets import convolution

from kgan import export
from kgan.data.arrays import ArraySource
from kgan.games import exported
from kgan.games.direction import Direction
from kgan.games.loaded_translation import LoadedTranslation
from kgan.games.sampler import to_uint8

NOTICE = "The weights are of others"


@pytest.fixture(scope="module")
def model():
    ways = {"to_target": convolution(3, 1), "to_source": convolution(1, 3)}
    ways = {name: Direction(network) for name, network in ways.items()}
    return LoadedTranslation(ways, step=3, notice=NOTICE)


def images(count, channels):
    return to_uint8(contract.images(count, (5, 6, channels))).numpy()


def test_it_translates_in_both_directions(model):
    x, y = images(3, 3), images(3, 1)
    for given, name in ((x, "to_target"), (y, "to_source")):
        floats = given / np.float32(127.5) - 1
        expected = to_uint8(model.direction(name).network(floats)).numpy()
        found = model.translate(given, direction=name)
        assert np.abs(found.astype(int) - expected).max() <= 1
    np.testing.assert_array_equal(model.translate(x), model.translate(x, 1))
    assert (model.source_shape, model.data_shape) == ((None, None, 3), (None, None, 1))
    assert (model.step, model.notice, model.describe()) == (3, NOTICE, {})
    assert sum(np.size(w) for w in model.weights) == 28 + 30
    with pytest.raises(ValueError, match="`direction` must be one of"):
        model.direction("back")


def test_it_shows_and_makes_examples(model):
    batch = {"source": contract.images(2, (5, 6, 3)), "target": np.zeros((2, 5, 6, 1))}
    assert len(model.shown(2, examples=batch)) == 6
    x, y = (ArraySource("arrays", images(4, channels)) for channels in (3, 1))
    data = types.SimpleNamespace(sources=x, targets=y, shape=y.shape)
    ((found, _),) = model.examples(3, dataset=data).batches(4)
    np.testing.assert_array_equal(found, model.translate(x.read(np.arange(3))))


def test_it_is_exported(model, tmp_path):
    path = export.saved_model(model, tmp_path / "m", direction="to_target")
    card = (path / "README.md").read_text("utf-8")
    assert "A LoadedTranslation. It runs in" in card
    assert f"| notice | {NOTICE} |" in card
    again, x = exported.load(path), images(2, 3)
    assert (again.step, again.notice) == (3, NOTICE)
    expected = model.translate(x).astype(int)
    assert np.abs(again.translate(x).astype(int) - expected).max() <= 1
