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
