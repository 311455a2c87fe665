"""What is refused before training: numbers, seeds, values."""

import numpy as np
import pytest
import tensorflow as tf

from kgan.core import arguments


def test_integers():
    for value in (1, 5, np.int64(3), np.uint8(200)):
        arguments.positive_integer("steps", value)
        arguments.index("start", value)
    arguments.index("start", 0)
    for value in (0, -1, 1.0, "1", None, True, np.float32(2)):
        with pytest.raises(ValueError, match=r"`steps` must be a positive integer\. R"):
            arguments.positive_integer("steps", value)
    for value in (-1, 1.0, "1", None, False):
        with pytest.raises(ValueError, match=r"`start` must be a non-negative integer"):
            arguments.index("start", value)


def test_booleans():
    assert arguments.boolean("through", True) is True
    for value in (1, 0, "yes", None, np.bool_(True)):
        with pytest.raises(ValueError, match=r"`through` must be True or False\. Rec"):
            arguments.boolean("through", value)


def test_values():
    image = np.array([-1.0, 0.0, 1.0])
    arguments.values(image, is_image=True)
    arguments.values(image * 1.0005, is_image=True)  # what rounding leaves
    arguments.values(image * 300, is_image=False)
    for bad in (np.nan, np.inf, -np.inf):
        for is_image in (True, False):
            with pytest.raises(ValueError, match="data must be finite"):
                arguments.values(np.array([0.0, bad]), is_image)
    with pytest.raises(ValueError, match=r"\[-1, 1\].*from 0 to 255.*127\.5"):
        arguments.values(np.array([0.0, 255.0]), is_image=True)
    with pytest.raises(ValueError, match=r"from -1\.5 to 0"):
        arguments.values(np.array([0.0, -1.5]), is_image=True)


def test_shares():
    assert arguments.share("alpha", np.float32(0.5)) == 0.5
    for value in (0, 1, 1.5, -0.1, np.nan, "0.5", True, None):
        with pytest.raises(
            ValueError, match=r"`alpha` must lie in \(0, 1\)\. Received"
        ):
            arguments.share("alpha", value)


def test_no_values():
    with pytest.raises(ValueError, match=r"hold examples.*\(0, 8, 8, 1\)"):
        arguments.values(np.zeros((0, 8, 8, 1)), is_image=True)


def test_label_values():
    for labels in ([0, 9], np.array([], int), np.uint8(3), tf.constant([[1], [2]])):
        arguments.label_values(labels, 10)
    for labels in ([0, 10], [-1, 0]):
        with pytest.raises(ValueError, match=rf"\[0, 10\).*{labels[0]} to {labels[1]}"):
            arguments.label_values(labels, 10)
    for labels in ([0.0, 1.0], ["a"], [True]):
        with pytest.raises(ValueError, match=r"labels must be integers\. Received"):
            arguments.label_values(labels, 10)


def test_labels_are_spread():
    assert arguments.spread_labels(3, 4, 10).tolist() == [3, 3, 3, 3]
    labels = arguments.spread_labels(np.array([1, 9], "uint8"), 2, 10)
    assert labels.tolist() == [1, 9]
    assert labels.dtype == np.int32
    for labels in ([1], [1, 2, 3], [[1], [2]], []):
        with pytest.raises(
            ValueError, match=r"`labels` must be one class or 2 of them"
        ):
            arguments.spread_labels(np.array(labels, int), 2, 10)
    with pytest.raises(ValueError, match=r"\[0, 10\)"):
        arguments.spread_labels([1, 10], 2, 10)


def test_codes():
    assert arguments.codes([10, np.int64(2)], 0) == ((10, 2), 0)
    assert arguments.codes((), 3) == ((), 3)


@pytest.mark.parametrize(
    ("categorical", "continuous", "message"),
    [
        (10, 0, "`categorical` must be a list of numbers of classes. Received: 10"),
        ([1], 0, "Each number of `categorical` must be an integer of at least 2"),
        ([2], -1, "`continuous` must be an integer of at least 0"),
        ([], 0, "`categorical` or `continuous` must define a code"),
    ],
)
def test_bad_codes(categorical, continuous, message):
    with pytest.raises(ValueError, match=message):
        arguments.codes(categorical, continuous)
