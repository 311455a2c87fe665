import errno
import os

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

import kgan
from kgan.callbacks import FourPanels
from kgan.callbacks.theory import densities
from kgan.data import toys

SOURCE = toys.gaussian()


@pytest.fixture
def game(points):
    """A game of two overlapping densities, G: z → 3 + 3 z, and its data."""
    gan = points(width=64)
    gan.generator.layers[-1].bias.assign([3.0])
    hidden, output = gan.generator.layers[1], gan.generator.layers[-1]
    hidden.kernel.assign(np.eye(1, 64) - np.eye(1, 64, 1))
    output.kernel.assign((np.eye(64, 1) - np.eye(64, 1, -1)) * 3 / 1.2)
    data = tf.data.Dataset.from_tensor_slices(SOURCE.sample(1024, 1))
    return gan, data.batch(128, drop_remainder=True)


def _fit(gan, data, *callbacks):
    gan.fit(data, verbose=0, callbacks=[*callbacks], shuffle=False)


def _panels(path):
    panels = {panel: {} for panel in "abc"}
    with np.load(path) as values:
        for name, value in values.items():
            panels[name[0]][name[2:]] = value
    return panels.values()


def _distance_to_optimum(measured):
    """The mean of |D − D*| under p_data."""
    optimal = densities.optimal_discriminator(measured["p_data"], measured["p_g"])
    return np.average(abs(measured["d"] - optimal), weights=measured["p_data"])


def test_panels_show_what_the_paper_says(tmp_path, game):
    gan, data = game
    gan.compile()
    panels = FourPanels(tmp_path / "new" / "panels.png", SOURCE, data, 0, 400, 20)
    _fit(gan, data, panels)
    with Image.open(tmp_path / "new" / "panels.png") as image:
        assert image.size == (1232, 950)
    start, answered, updated = _panels(tmp_path / "new" / "panels.npz")
    # (b) G stands still, D comes near D*.
    np.testing.assert_array_equal(answered["p_g"], start["p_g"])
    assert _distance_to_optimum(answered) < 0.5 * _distance_to_optimum(start)
    # (c) D stands still, G's samples move to where D is higher.
    np.testing.assert_array_equal(updated["d"], answered["d"])
    fooled = [
        np.interp(panel["samples"], panel["x"], answered["d"]).mean()
        for panel in (answered, updated)
    ]
    assert fooled[1] > fooled[0] + 0.005
    assert int(start["step"]) == 0


def test_training_is_not_disturbed(tmp_path, game):
    gan, data = game
    gan.begin_averages()  # the generator of the game was given weights
    twin = kgan.GAN.from_config(gan.get_config())
    twin.set_weights(gan.get_weights())
    twin.compile(run_eagerly=True)
    _fit(gan, data, FourPanels(tmp_path / "panels.png", SOURCE, data, 2, 3, 3))
    _fit(twin, data)
    for watched, alone in zip(gan.get_weights(), twin.get_weights(), strict=True):
        np.testing.assert_array_equal(watched, alone)


def test_a_resumed_run_still_shows_its_start(tmp_path, game):
    gan, data = game
    path = tmp_path / "panels.png"
    _fit(gan, data, FourPanels(path, SOURCE, data, 0, 1, 1))
    first = [dict(panel) for panel in _panels(path.with_suffix(".npz"))]
    _fit(gan, data, FourPanels(path, SOURCE, data, 0, 1, 1))
    for before, after in zip(first, _panels(path.with_suffix(".npz")), strict=True):
        assert int(after["step"]) == int(before["step"]) < 8
        np.testing.assert_array_equal(before["p_g"], after["p_g"])


def test_a_new_run_replaces_the_old_panels(tmp_path, game):
    gan, data = game
    path = tmp_path / "panels.png"
    np.savez(path.with_suffix(".npz"), a_step=99)
    _fit(gan, data, FourPanels(path, SOURCE, data, 0, 1, 1))
    start, *_ = _panels(path.with_suffix(".npz"))
    assert int(start["step"]) == 0


def test_start_chooses_the_first_panel(tmp_path, game):
    gan, data = game
    _fit(gan, data, FourPanels(tmp_path / "panels.png", SOURCE, data, 5, 1, 1))
    start, *_ = _panels(tmp_path / "panels.npz")
    assert int(start["step"]) == 5


def test_a_run_that_ends_before_start_makes_no_picture(tmp_path, game):
    gan, data = game
    _fit(gan, data, FourPanels(tmp_path / "panels.png", SOURCE, data, 50, 1, 1))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["start", "discriminator_rounds", "generator_rounds"])
@pytest.mark.parametrize("value", [-1, 0.5])
def test_wrong_numbers_are_refused(game, name, value):
    least = "an integer of at least 0" if name == "start" else "a positive integer"
    with pytest.raises(ValueError, match=f"`{name}` must be {least}"):
        FourPanels("unused.png", SOURCE, game[1], **{name: value})


def test_what_cannot_be_drawn_is_refused(game, points):
    _, data = game
    with pytest.raises(ValueError, match="must know its density"):
        FourPanels("unused.png", kgan.data.source("digits"), data)
    panels = FourPanels("unused.png", SOURCE, data)
    panels.set_model(points(2))
    with pytest.raises(ValueError, match="`FourPanels` needs a model that generates"):
        panels.on_train_begin()


def test_a_full_disk_does_not_end_the_run(tmp_path, game, monkeypatch, capsys):
    def full(*paths):
        raise OSError(errno.ENOSPC, "No space left on device")

    gan, data = game
    gan.compile()
    monkeypatch.setattr(os, "replace", full)
    _fit(gan, data, FourPanels(tmp_path / "panels.png", SOURCE, data, 0, 2))
    assert gan.step == 8
    said = capsys.readouterr().out.split()
    assert {str(tmp_path / f"panels.{kind}") for kind in ("npz", "png")} <= {*said}
    assert list(tmp_path.iterdir()) == []
