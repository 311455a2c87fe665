"""What each named tensor of a batch must be."""

import json

import keras
import numpy as np
import pytest
import tensorflow as tf

from kgan.engine import fields
from kgan.engine.fields import Field

IMAGES = Field((2, 2, 1), low=-1.0, high=1.0)
FIELDS = {
    "images": IMAGES,
    "told": {"class": Field((), "int32"), "words": [Field((None,), "int32")]},
    "mask": Field((2, 2), "bool", optional=True),
}


def batch(rows=3, **changes):
    good = {
        "images": np.zeros((rows, 2, 2, 1), "float32"),
        "told": {
            "class": np.zeros(rows, "int64"),
            "words": [np.zeros((rows, 7), "uint8")],
        },
    }
    return {**good, **changes}


def told(**changes):
    return batch(told=batch()["told"] | changes)


def test_batches_that_fit():
    for given in (
        batch(),
        batch(mask=np.ones((3, 2, 2), bool)),
        batch(images=np.full((3, 2, 2, 1), 1.0005)),  # rounding is forgiven
        tf.nest.map_structure(tf.constant, batch()),
    ):
        fields.check(given, FIELDS, values=True)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"images": batch()["images"]}, r"fields images, mask, told\.class, told\.wor"),
        ({}, "Received: none"),
        (batch(more=np.zeros(3)), r"Received: images, more, told\.class"),
        (told(words=np.zeros((3, 7), int)), r"told\.words\[0\].*Received: .*told\.wor"),
        (batch(images=np.zeros((3, 2, 2, 3))), r"'images'.*\(2, 2, 1\).*\(2, 2, 3\)"),
        (batch(images=np.zeros((3, 2, 2))), r"'images'.*\(2, 2, 1\).*shape \(2, 2\)"),
        (batch(images=np.zeros((3, 2, 2, 1), int)), "'images' must be float32.*int64"),
        (told(**{"class": np.zeros(3)}), r"'told\.class' must be int32.*float64"),
        (told(words=[np.zeros((3,), int)]), r"'told\.words\[0\]'.*\(None,\).*\(\)"),
        (batch(mask=np.zeros((3, 2, 2))), "'mask' must be bool.*float64"),
        (batch(images=np.full((3, 2, 2, 1), 255.0)), r"\[-1, 1\].*from 255 to 255"),
        (batch(images=np.full((3, 2, 2, 1), np.nan)), "'images' must be finite"),
        (batch(0), "'images' must hold examples"),
    ],
)
def test_batches_that_do_not_fit(given, message):
    with pytest.raises(ValueError, match=message):
        fields.check(given, FIELDS, values=True)


def test_values_are_looked_at_where_asked():
    fields.check(batch(images=np.full((3, 2, 2, 1), np.nan)), FIELDS)


@pytest.mark.parametrize(
    ("field", "values", "message"),
    [
        (Field((), low=0.0), [-1.0], r"must be at least 0.*from -1 to -1"),
        (Field((), "int32", high=4), [2, 5], r"must be at most 4.*from 2 to 5"),
    ],
)
def test_a_range_may_have_one_end(field, values, message):
    with pytest.raises(ValueError, match=f"The field 'x' {message}"):
        fields.check({"x": np.array(values)}, {"x": field}, values=True)
    fields.check({"x": np.array([0] * 2, field.dtype)}, {"x": field}, values=True)


def test_in_a_graph_shapes_and_dtypes_are_checked():
    @tf.function
    def run(images):
        fields.check({"images": images}, {"images": IMAGES})
        return fields.cast({"images": images}, {"images": IMAGES})["images"]

    assert run(tf.zeros((3, 2, 2, 1), "float64")).dtype == tf.float32
    unknown = tf.TensorSpec((None, None, 2, 1), "float32")
    assert run.get_concrete_function(unknown).outputs[0].dtype == tf.float32
    with pytest.raises(ValueError, match=r"'images'.*\(2, 2, 3\)"):
        run(tf.zeros((3, 2, 2, 3)))


def test_cast():
    given = batch(mask=np.ones((3, 2, 2), bool))
    cast = fields.cast(given, FIELDS)
    dtypes = tf.nest.map_structure(lambda x: x.dtype.name, cast)
    assert dtypes == {
        "images": "float32",
        "told": {"class": "int32", "words": ["int32"]},
        "mask": "bool",
    }
    assert "mask" not in fields.cast(batch(), FIELDS)


def test_fields_like_a_batch():
    found = fields.like(batch())
    assert found["images"] == Field((2, 2, 1))
    assert found["told"] == {
        "class": Field((), "int64"),
        "words": [Field((7,), "uint8")],
    }
    fields.check(batch(5), found, values=True)


def test_a_field_is_saved():
    saved = keras.saving.serialize_keras_object(FIELDS["told"]["words"][0])
    assert saved["registered_name"] == "kgan>Field"
    again = keras.saving.deserialize_keras_object(json.loads(json.dumps(saved)))
    assert again == Field((None,), "int32")
