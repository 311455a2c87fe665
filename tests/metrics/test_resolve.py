"""From what a user names to examples and extractors."""

import numpy as np
import pytest
import tensorflow as tf
from metric_stand_ins import Means

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
