"""An exported translator: it translates as the game that it came from."""

import contract
import numpy as np
import pytest
from contract import network
from two_sets import convolution

import kgan
from kgan.games import exported
from kgan.games.exported_translation import ExportedTranslation
from kgan.games.sampler import to_uint8

X, Y = (4, 4, 3), (4, 4, 1)


@pytest.fixture(scope="module")
def game():
    judges = network([Y], (1,)), network([X], (1,))
    game = kgan.CycleGAN(convolution(3, 1), convolution(1, 3), *judges, image_size=4)
    game.compile(dict.fromkeys(game.players, "sgd"))
    return game


@pytest.fixture(scope="module")
def folder(game, tmp_path_factory):
    path = tmp_path_factory.mktemp("exported") / "m"
    return kgan.export.saved_model(game, path, allow_untrained=True)


@pytest.fixture(scope="module")
def loaded(folder):
    return exported.load(folder)


@pytest.mark.parametrize("direction", [None, "to_target", "to_source"])
@pytest.mark.parametrize("size", [(4, 4), (5, 9)])
def test_it_translates(game, loaded, direction, size):
    assert isinstance(loaded, ExportedTranslation)
    channels = 1 if direction == "to_source" else 3
    images = to_uint8(contract.images(19, (*size, channels))).numpy()
    found = loaded.translate(images, direction=direction)
    assert found.dtype == np.uint8
    expected = game.translate(images, direction=direction).astype(int)
    assert np.abs(found.astype(int) - expected).max() <= 1


def test_what_others_ask_of_it(game, loaded):
    assert (loaded.step, loaded.notice, loaded.is_image) == (0, None, True)
    assert (loaded.source_shape, loaded.data_shape) == (X, Y)
    assert tuple(loaded.directions) == ("to_target", "to_source")
    assert sum(np.size(w) for w in loaded.weights) == sum(
        n.count_params() for n in (game.to_target, game.to_source)
    )
    batch = {"source": contract.images(3, X), "target": contract.images(3, Y)}
    shown = loaded.shown(2, examples=batch)
    assert list(shown) == list(game.shown(2, examples=batch))
    with pytest.raises(ValueError, match="was exported already"):
        loaded.endpoints()
    with pytest.raises(ValueError, match="`direction` must be one of"):
        loaded.translate(batch["source"], direction="back")


def test_one_direction_alone(game, tmp_path):
    options = {"direction": "to_source", "allow_untrained": True}
    loaded = exported.load(kgan.export.saved_model(game, tmp_path / "m", **options))
    assert tuple(loaded.directions) == ("to_source",)
    images = to_uint8(contract.images(2, Y)).numpy()
    expected = game.translate(images, direction="to_source").astype(int)
    assert np.abs(loaded.translate(images).astype(int) - expected).max() <= 1


def test_other_folders_are_refused(tmp_path):
    with pytest.raises(ValueError, match=r"must hold kgan\.json with its directions"):
        ExportedTranslation(tmp_path)
