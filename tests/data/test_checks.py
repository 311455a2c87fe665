import numpy as np
import pytest

from kgan.data import checks


@pytest.mark.parametrize("value", [1, 7, np.int32(3), np.uint8(9)])
def test_integer_returns_an_int(value):
    assert type(checks.integer("batch_size", value, 1)) is int


@pytest.mark.parametrize("value", [0, -1, 2.0, "3", None, True, np.float32(1)])
def test_integer_names_argument_and_value(value):
    with pytest.raises(ValueError, match="batch_size must be an integer of at least 1"):
        checks.integer("batch_size", value, 1)


@pytest.mark.parametrize(
    ("value", "expected"),
    [(None, None), (32, (32, 32)), ((3, 5), (3, 5)), ([3, 5], (3, 5))],
)
def test_image_size(value, expected):
    assert checks.image_size(value) == expected


@pytest.mark.parametrize("value", [0, -4, 3.5, "32", (3,), (3, 4, 1), (3, 0), True])
def test_image_size_refuses(value):
    with pytest.raises(ValueError, match="image_size must be a positive integer or"):
        checks.image_size(value)


def test_labels_become_int32_and_count_classes():
    labels, num_classes = checks.labels("x", [0, 2, 1], 3)
    assert labels.dtype == np.int32
    assert labels.tolist() == [0, 2, 1]
    assert num_classes == 3
    assert checks.labels("x", [0, 2, 1], 3, num_classes=7)[1] == 7


@pytest.mark.parametrize(
    "values", [[0, 1], [0.0, 1.0, 2.0], [[1, 0], [0, 1], [1, 0]], ["a", "b", "c"]]
)
def test_labels_refuse_shape_and_type(values):
    with pytest.raises(ValueError, match="labels of x must be 3 integers"):
        checks.labels("x", values, 3)


@pytest.mark.parametrize(("values", "came"), [([0, -1, 1], -1), ([0, 1, 4], 4)])
def test_labels_refuse_range(values, came):
    with pytest.raises(ValueError, match=rf"\[0, 4\)\. Received: {came} \(1 of 3"):
        checks.labels("x", values, 3, num_classes=4)


def test_labels_of_one_column_are_those_of_keras_datasets():
    assert checks.labels("x", [[0], [2], [1]], 3)[0].tolist() == [0, 2, 1]


@pytest.mark.parametrize(
    ("values", "how"),
    [
        (["a", "b", "a"], "np.unique(labels, return_inverse=True)[1] numbers them"),
        (np.array(["a", 1, None], object), "np.unique("),
        ([[1, 0], [0, 1], [1, 0]], "labels.argmax(-1) converts one-hot labels"),
        (np.eye(3), "labels.argmax(-1) converts one-hot labels"),
        ([0.0, 1.0, 2.0], "labels.astype(int) converts them"),
        ([True, False, True], "labels.astype(int) converts them"),
        ([0.5, 1.0, 2.0], "values between integers are no classes"),
    ],
)
def test_how_other_labels_become_integers_is_said(values, how):
    with pytest.raises(ValueError, match=r"labels of x must be 3 integers") as caught:
        checks.labels("x", values, 3)
    assert how in str(caught.value)


def test_the_example_of_a_wrong_label_is_named():
    with pytest.raises(ValueError, match=r"Received: -1 .* first that of example 2"):
        checks.labels("x", [0, 3, -1, -1], 4)


def test_classes_without_examples_are_remarked_on(caplog):
    assert checks.labels("x", [1, 2, 4], 3)[1] == 5
    assert "mean 5 classes, 0 to 4, of which 2 have no examples" in caplog.text
    caplog.clear()
    checks.labels("x", [1, 2, 4], 3, num_classes=5)
    checks.labels("x", [1, 2, 0], 3)
    assert caplog.text == ""
