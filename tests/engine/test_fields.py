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


def _check(batch, expected):
    fields.check(batch, expected)
    fields.check_values(batch, expected)


def test_batches_that_fit():
    for given in (
        batch(),
        batch(mask=np.ones((3, 2, 2), bool)),
        batch(images=np.full((3, 2, 2, 1), 1.0005)),  # rounding is forgiven
        tf.nest.map_structure(tf.constant, batch()),
    ):
        _check(given, FIELDS)


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
        _check(given, FIELDS)


def test_values_are_looked_at_where_asked():
    fields.check(batch(images=np.full((3, 2, 2, 1), np.nan)), FIELDS)


@pytest.mark.parametrize(
    ("field", "values", "message"),
    [
        (Field((), low=0.0), [-1.0], r"must be at least 0.*: -1 in example 0"),
        (Field((), "int32", high=4), [2, 5], r"must be at most 4.*: 5 in example 1"),
    ],
)
def test_a_range_may_have_one_end(field, values, message):
    with pytest.raises(ValueError, match=f"The field 'x' {message}"):
        _check({"x": np.array(values)}, {"x": field})
    _check({"x": np.array([0] * 2, field.dtype)}, {"x": field})


def test_the_first_wrong_value_is_named():
    images = np.zeros((4, 2, 2, 1), "float32")
    images[2, 1, 0, 0], images[3] = 7.0, -9.0
    expected = {"images": Field((2, 2, 1), low=-1.0, called="images", advice="scale")}
    message = r"^images must be at least -1\. Received: -9 in example 3 .* 7; scale$"
    with pytest.raises(ValueError, match=message):
        fields.check_values({"images": images}, expected)
    with pytest.raises(ValueError, match="example 103"):
        fields.check_values({"images": images}, expected, first=100)


def test_rows_must_be_as_many():
    with pytest.raises(ValueError, match=r"one row of each.*3 of images, 2 of told\.c"):
        _check(told(**{"class": np.zeros(2, int)}), FIELDS)


@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float32", "float64"])
def test_values_are_looked_at_in_a_graph(dtype):
    run = tf.function(lambda x: fields.are_right({"x": x}, {"x": IMAGES}))
    good = np.linspace(-1, 1, 12).reshape(3, 2, 2, 1)
    assert bool(run(tf.cast(good, dtype)))
    for value in (np.nan, np.inf, -np.inf, 1.5, -1.5):
        bad = good.copy()
        bad[2, 1, 1, 0] = value
        assert not bool(run(tf.cast(bad, dtype)))
        with pytest.raises(ValueError, match="in example 2"):
            fields.check_values({"x": tf.cast(bad, dtype)}, {"x": IMAGES})


def test_other_values_in_a_graph():
    classes, free = Field((), "int32", low=0, high=4), Field((2,))
    expected = {"class": classes, "free": free, "word": Field((), "string")}

    def right(label, value):
        words = np.array(["a", "b"])
        batch = {"class": [0, label], "free": [[9e9, 0.0], [0.0, value]], "word": words}
        batch = {name: tf.constant(x) for name, x in batch.items()}
        return bool(fields.are_right(batch, expected))

    assert right(4, -9e9)
    assert not right(5, 0.0)
    assert not right(-1, 0.0)
    assert not right(0, np.nan)
    assert bool(fields.are_right({}, {}))


SIGNED = {"x": Field((2,), signed="shift them"), "y": Field(())}


def signs(*values):
    for value in values:
        yield {"x": np.array([[1.0, value]]), "y": np.array([1.0])}


def test_values_of_both_signs():
    fields.check_signs(signs(-0.1), SIGNED)
    fields.check_signs(signs(0.0, 0.5, -0.1), SIGNED)
    rest = signs(-1.0, 2.0)
    fields.check_signs(rest, SIGNED)
    assert len(list(rest)) == 1  # the first batch has settled it
    message = "'x' must have values below 0.*first 2 batches.*reach 3; shift them"
    with pytest.raises(ValueError, match=message):
        fields.check_signs(signs(0.0, 3.0), SIGNED)


def test_one_example_without_a_batch_axis():
    with pytest.raises(ValueError, match=r"without a batch axis.*dataset\.batch"):
        fields.check({"x": np.zeros((2, 2, 1), "float32")}, {"x": IMAGES})


def test_a_shape_that_the_graph_does_not_know():
    @tf.function(input_signature=[tf.TensorSpec(None)])
    def run(x):
        fields.check({"x": x}, {"x": IMAGES})
        cast = fields.cast({"x": x}, {"x": IMAGES})["x"]
        assert cast.shape.as_list() == [None, 2, 2, 1]
        return cast

    run(tf.zeros((3, 2, 2, 1)))
    with pytest.raises(tf.errors.InvalidArgumentError):
        run(tf.zeros((3, 2, 2, 3)))


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
    _check(batch(5), found)


def test_a_field_is_saved():
    saved = keras.saving.serialize_keras_object(FIELDS["told"]["words"][0])
    assert saved["registered_name"] == "kgan>Field"
    again = keras.saving.deserialize_keras_object(json.loads(json.dumps(saved)))
    assert again == Field((None,), "int32")
    # As files of before have it.
    assert set(saved["config"]) == {"shape", "dtype", "low", "high", "optional"}
    words = Field((), called="labels", advice="shift", signed="scale")
    assert Field.from_config(words.get_config()) == words
