"""Samples are drawn in pieces that add up to the whole."""

import pathlib

import numpy as np
import pytest

from kgan.cli import outputs
from kgan.runs import directory


@pytest.mark.parametrize("labels", [None, 1, [0, 1, 2, 1, 0, 2, 2]])
def test_pieces_add_up(model, labels):
    gan = directory.load_model(model("classes"))
    samples = outputs.Samples(gan, 7, labels=labels, start=4, seed=2)
    pieces = list(samples.chunks(3))
    assert [list(numbers) for numbers, _ in pieces] == [[4, 5, 6], [7, 8, 9], [10]]
    whole = gan.generate(7, seed=2, start=4, labels=labels)
    np.testing.assert_array_equal(np.concatenate([p for _, p in pieces]), whole)
    np.testing.assert_array_equal(samples.all(), whole)


@pytest.mark.parametrize("labels", [None, 1, [0, 1, 2]])
def test_samples_of_seeds_have_their_numbers(model, labels):
    gan = directory.load_model(model("classes"))
    samples = outputs.SamplesOfSeeds(gan, [85, 0, 7], labels=labels, truncation=0.5)
    pieces = list(samples.chunks(2))
    assert [numbers for numbers, _ in pieces] == [[85, 0], [7]]
    whole = gan.generate(seeds=[85, 0, 7], labels=labels, truncation=0.5)
    np.testing.assert_array_equal(np.concatenate([p for _, p in pieces]), whole)
    np.testing.assert_array_equal(samples.all(), whole)


@pytest.mark.parametrize(
    ("path", "shape", "writer"),
    [
        ("folder", (8, 8, 1), outputs.write_folder),
        ("folder/", (8, 8, 1), outputs.write_folder),
        ("grid.png", (8, 8, 1), outputs.write_grid),
        ("all.npy", (8, 8, 1), outputs.write_array),
        ("all.gif", (8, 8, 1), outputs.write_film),
        ("points", (2,), outputs.write_array),
        ("points.csv", (2,), outputs.write_table),
    ],
)
def test_the_suffix_says_what_is_written(path, shape, writer):
    found = outputs.find_writer(pathlib.Path(path), shape, len(shape) == 3)
    assert found is writer


@pytest.mark.parametrize("shape", [(24, 3), (4, 4, 4, 1), (8, 8, 13), (8, 8, 3)])
def test_other_data_are_written_as_arrays(shape):
    for path in ("folder", "all.npy"):
        found = outputs.find_writer(pathlib.Path(path), shape, False)
        assert found is outputs.write_array
    for path in ("grid.png", "film.gif", "all.csv"):
        with pytest.raises(ValueError, match=r"for values, in \.npy\. Received"):
            outputs.find_writer(pathlib.Path(path), shape, False)


def test_a_folder_may_have_a_dot(tmp_path):
    (tmp_path / "images.v2").mkdir()
    found = outputs.find_writer(tmp_path / "images.v2", (8, 8, 1), True)
    assert found is outputs.write_folder


def test_a_grid_that_nobody_could_look_at_is_refused_at_once(tmp_path):
    samples = outputs.Samples(None, 2_000_000_000)
    with pytest.raises(ValueError, match=r"at most 10000.*num_images=2000000000"):
        outputs.write_grid(tmp_path / "grid.png", samples, None, None)
    assert not list(tmp_path.iterdir())


def test_samples_that_are_drawn_together_are_given_in_pieces():
    drawn = outputs.Together(7, lambda: np.arange(7))
    pieces = list(drawn.chunks(3))
    assert [list(numbers) for numbers, _ in pieces] == [[0, 1, 2], [3, 4, 5], [6]]
    np.testing.assert_array_equal(np.concatenate([p for _, p in pieces]), drawn.all())
    assert drawn.count == 7


def test_a_film_that_would_leave_frames_out_is_refused_at_once(tmp_path):
    drawn = outputs.Together(121, lambda: pytest.fail("drew"))
    with pytest.raises(ValueError, match=r"at most 120 images\. Received: 121"):
        outputs.write_film(tmp_path / "film.gif", drawn, None, None)
    assert not list(tmp_path.iterdir())
