import numpy as np
import pytest
import tensorflow as tf

from kgan.export.endpoints import Endpoint, Input

NUMBER = Input(tf.TensorSpec(None, tf.int32, "labels"), "in [0, 9]", 3, default=-1)
ROWS = Input(tf.TensorSpec((None, 2), tf.float32, "latents"), "finite", 0.5)


@pytest.mark.parametrize("rows", [1, 4])
def test_examples_have_an_axis_of_requests(rows):
    assert not NUMBER.is_of_rows
    example = NUMBER.examples(rows)
    assert example.dtype == tf.int32
    np.testing.assert_array_equal(example, [3] * rows)
    assert ROWS.is_of_rows
    np.testing.assert_array_equal(ROWS.examples(rows), np.full((rows, 2), 0.5))


def test_defaults_have_it_too():
    np.testing.assert_array_equal(NUMBER.default_value(), [-1])
    assert ROWS.default is None


def test_specs_are_in_order():
    endpoint = Endpoint(lambda labels, latents: {}, (NUMBER, ROWS), {})
    assert endpoint.specs == [NUMBER.spec, ROWS.spec]
