"""From what a user names to examples and extractors."""

import pathlib

import numpy as np
import pytest
import tensorflow as tf
from metric_stand_ins import Means
from PIL import Image

import kgan
from kgan.metrics.examples import Real, Streamed
from kgan.metrics.frechet import Frechet
from kgan.metrics.parzen import Parzen
from kgan.metrics.resolve import Extractors, Finder


def test_named_data_are_brought_to_the_models_size():
    find = Finder((6, 6, 1), None, None, 0)
    assert find("digits").shape == (6, 6, 1)
    assert find(kgan.data.source("digits")).shape == (8, 8, 1)
    assert Finder(None, None, None, 0)("digits").shape == (8, 8, 1)
    assert Finder((2,), None, None, 0)("ring").shape == (2,)


def test_each_kind_of_data_is_found():
    find = Finder(None, None, 5, 3)
    arrays = find(np.zeros((9, 4, 4, 1), np.uint8))
    assert isinstance(arrays, Real)
    assert (arrays.count, arrays.seed) == (5, 3)
    assert find(arrays) is arrays
    dataset = tf.data.Dataset.from_tensor_slices(np.zeros((9, 2), "float32")).batch(3)
    streamed = find(dataset)
    assert isinstance(streamed, Streamed)
    assert streamed.count == 5


@pytest.mark.parametrize("shape", [(6, 3), (2, 3, 4, 1), (3, 3, 13)])
def test_arrays_beside_a_model_of_no_pictures_are_its_examples(shape):
    values = np.full((9, *shape), 300.0)
    for data in (values, (values, np.arange(9))):
        found = Finder(shape, None, None, 0)(data)
        assert (found.shape, found.count, found.is_image) == (shape, 9, False)
    ((read, labels),) = found.batches(9)
    assert (read == 300.0).all()
    assert sorted(labels) == list(range(9))


def test_pictures_that_are_values_are_read_so():
    values = np.full((9, 4, 4, 1), 300.0)
    found = Finder((4, 4, 1), None, None, 0, is_image=False)(values)
    ((read, _),) = found.batches(9)
    assert (read == 300.0).all()
    digits = Finder((6, 6, 1), None, None, 0, is_image=False)("digits")
    assert (digits.shape, digits.is_image) == ((6, 6, 1), False)
    assert Extractors(None, digits)(None).name == "points"
    with pytest.raises(ValueError, match=r"must lie in \[-1, 1\]"):
        Finder((4, 4, 1), None, None, 0)(values)


def test_an_extractor_is_found_once():
    images = Real(kgan.data.source("digits"))
    found = Extractors(None, images)
    assert found(None).name == "digits"
    assert found.of(Frechet()) is found.of(Frechet())
    assert found.of(Frechet(features="pixels")).name == "pixels"
    own = Means()
    assert Extractors(own, images).of(Frechet()) is own


@pytest.mark.parametrize(
    ("name", "expected"), [("digits", "pixels"), ("ring", "points")]
)
def test_metrics_of_examples_need_no_network(name, expected):
    found = Extractors(Means(), Real(kgan.data.source(name)))
    assert found.of(Parzen()).name == expected


@pytest.fixture
def scans(tmp_path):
    """A function that writes a folder of one 16-bit image of two values."""

    def write(name, low, high):
        folder = tmp_path / name
        folder.mkdir(parents=True)
        image = Image.fromarray(np.array([[low, high]] * 2, np.uint16))
        image.save(folder / "a.png")
        return str(folder)

    return write


@pytest.mark.parametrize(
    ("windows", "expected"), [(None, (0, 4000)), ({"window": (0, 2000)}, (0, 2000))]
)
def test_all_images_of_16_bits_are_scaled_as_the_reals(scans, windows, expected):
    find = Finder((2, 2, 1), None, None, 0, windows=windows)
    reals = find(scans("train", 0, 4000)).source
    held_out = find(scans("held_out", 0, 1000)).source
    assert reals.window == held_out.window == expected
    assert held_out.read().max() == pytest.approx(2000 / expected[1] - 1, abs=1e-6)
    # A named data set has no such window.
    assert find("digits").shape == (2, 2, 1)


def test_another_split_of_pairs_is_scaled_as_the_first(scans):
    for index in range(20):
        for name in ("a", "b"):
            scans(f"{name}/{index}", 0, 4000)
    path = pathlib.Path(scans("rest", 0, 1)).parent
    windows = {"source_window": (0, 500), "target_window": (0, 800)}
    find = Finder(None, None, None, 0, windows=windows)
    train = find(f"pairs:{path}:a:b").source
    test = find.other_split(train, "test").source
    assert test.split == "test"
    assert train.windows == test.windows == windows


def test_pairs_are_read_as_the_run_read_them(scans):
    for index in range(20):
        for name in ("a", "b"):
            scans(f"{name}/{index}", 0, 4000)
    path = pathlib.Path(scans("rest", 0, 1)).parent
    options = {
        "held_out_by": "match:^[^/]+",
        "held_out": 0.5,
        "direction": "BtoA",
        "target_channels": 3,
    }
    find = Finder((2, 2, 3), None, None, 0, windows=options | {"window": (0, 800)})
    train = find(f"pairs:{path}:a:b").source
    assert train.options == options | {
        "source_window": (0, 4000),
        "target_window": (0, 800),
    }
    test = find.other_split(train, "test").source
    groups = [{key.partition("/")[0] for key in s.keys} for s in (train, test)]
    assert not groups[0] & groups[1]
    assert find("digits").shape == (2, 2, 1)


def test_a_plain_folder_is_scaled_as_the_targets(scans):
    for index in range(20):
        for name in ("a", "b"):
            scans(f"{name}/{index}", 0, 4000)
    path = pathlib.Path(scans("rest", 0, 1)).parent
    find = Finder(None, None, None, 0, windows={"target_window": (0, 800)})
    assert find(f"pairs:{path}:a:b").source.windows["target_window"] == (0, 800)
    assert find(scans("outs", 0, 1000)).source.window == (0, 800)
    pairs = Finder(None, None, None, 0, windows={"window": (0, 900)})
    assert pairs(f"pairs:{path}:a:b").source.windows["target_window"] == (0, 900)


def test_samples_of_16_bits_beside_8_need_a_window(scans):
    reals, samples = np.zeros((3, 2, 2, 1), np.uint8), scans("outs", 0, 1000)
    stream = tf.data.Dataset.from_tensor_slices(reals).batch(2)
    for data in (reals, stream):
        find = Finder((2, 2, 1), None, None, 0)
        find(data)
        with pytest.raises(
            ValueError, match=r"`windows` must have the window of .*outs"
        ):
            find(samples)
        find = Finder((2, 2, 1), None, None, 0, windows={"window": (0, 2000)})
        find(data)
        assert find(samples).source.window == (0, 2000)


def test_float_images_are_given_as_bytes():
    levels = np.arange(0, 256, 4, dtype=np.uint8).reshape(1, 8, 8, 1)
    find = Finder(None, None, None, 0)
    ((images, _),) = find((levels / 127.5 - 1).astype(np.float32)).batches(9)
    assert images.dtype == np.uint8
    np.testing.assert_array_equal(images, levels)
    bands = np.random.default_rng(0).normal(size=(3, 4, 4, 7)).astype(np.float32)
    ((kept, _),) = find(bands).batches(9)
    assert kept.dtype == np.float32
