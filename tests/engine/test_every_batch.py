"""A batch that is not what the game takes is found before its step writes."""

import contextlib

import keras
import moves
import numpy as np
import pytest
import tensorflow as tf

from kgan.engine import every_batch
from kgan.engine.fields import Field

WAYS = [{}, {"jit_compile": True}, {"steps_per_execution": 16}, {"run_eagerly": True}]


class Pursuit(moves.Pursuit):
    def fields(self):
        return {"points": Field((2,), low=-9.0, high=9.0)}


def data(wrong=None, row=5, batches=4, batch=2):
    """Batches of 8 points, of which the third has a wrong value."""
    points = moves.POINTS[: 8 * batches].copy()
    if wrong is not None:
        points[8 * batch + row, 1] = wrong
    return tf.data.Dataset.from_tensor_slices(points).batch(8, drop_remainder=True)


def game(strategy=None, **compiled):
    compiled = {"run_eagerly": False, **compiled}
    keras.utils.set_random_seed(0)
    with strategy.scope() if strategy else contextlib.nullcontext():
        return moves.pursuit(kind=Pursuit, compiled=compiled)


def assert_as_after_two_batches(stopped, strategy=None, **compiled):
    good = game(strategy, **compiled)
    good.fit(data(batches=2), verbose=0)
    moves.assert_equal(stopped, good)
    assert stopped.step == 2


@pytest.mark.parametrize("compiled", WAYS)
@pytest.mark.parametrize("wrong", [np.nan, -np.inf, 9.5])
def test_nothing_of_its_step_is_written(wrong, compiled):
    found = game(**compiled)
    where = rf"{wrong:g} in example 5.*\(in the batch of step 3\)"
    with pytest.raises(ValueError, match=f"'points' must .* Received: {where}"):
        found.fit(data(wrong), verbose=0)
    assert_as_after_two_batches(found, **compiled)


@pytest.mark.parametrize("compiled", WAYS)
@pytest.mark.parametrize("row", [1, 5])  # of the first replica, of the second
def test_no_replica_writes(row, compiled, two_replicas):
    found = game(two_replicas, **compiled)
    message = rf"must be finite\. Received: nan in example {row} .*of step 3"
    with pytest.raises(ValueError, match=message):
        found.fit(data(np.nan, row), verbose=0)
    assert_as_after_two_batches(found, two_replicas, **compiled)


class Counted(moves.Pursuit):
    def fields(self):
        return {"points": Field((2,)), "count": Field((), "int32", low=0, high=300)}

    def unpack(self, element):
        return dict(zip(("points", "count"), element, strict=True))


def counted(counts, points=None, dtype="uint8"):
    points = moves.POINTS[:16].copy() if points is None else points
    pair = points, np.asarray(counts, dtype)
    return tf.data.Dataset.from_tensor_slices(pair).batch(8)


def test_bounds_that_a_narrow_dtype_does_not_hold():
    found = moves.pursuit(kind=Counted, compiled={"run_eagerly": False})
    found.fit(counted([255] * 16), verbose=0)
    assert found.step == 2


def test_integers_that_would_wrap():
    found = moves.pursuit(kind=Counted, compiled={"run_eagerly": False})
    with pytest.raises(ValueError, match=r"4\.29497e\+09 in example 7 .*of step 2"):
        found.fit(counted([2] * 15 + [2**32 + 2], dtype="int64"), verbose=0)
    assert found.step == 1


def test_floats_that_are_infinite_in_float32():
    points = moves.POINTS[:16].astype("float64")
    points[12, 0] = 1e300
    found = moves.pursuit(kind=Counted, compiled={"run_eagerly": False})
    with pytest.raises(ValueError, match=r"inf in example 4 .*of step 2"):
        found.fit(counted([2] * 16, points), verbose=0)


def test_rows_that_are_none_or_not_as_many():
    spec = tf.TensorSpec((None, 2)), tf.TensorSpec((None,), tf.int32)
    for second, message in (
        ((moves.POINTS[:8], [1] * 4), "8 of points, 4 of count|4 of count, 8 of poi"),
        ((moves.POINTS[:0], []), "must hold examples"),
    ):
        elements = [(moves.POINTS[:8], [1] * 8), second]
        data = tf.data.Dataset.from_generator(
            lambda elements=elements: iter(elements), output_signature=spec
        )
        found = moves.pursuit(kind=Counted, compiled={"run_eagerly": False})
        with pytest.raises(ValueError, match=f"({message}).*of step 2"):
            found.fit(data, verbose=0)


def test_the_rows_of_another_worker_have_an_error_there():
    def fails(iterator):
        raise tf.errors.InvalidArgumentError(None, None, every_batch._REFUSED)

    with pytest.raises(ValueError, match=r"another worker, .* says what \(in step 4\)"):
        every_batch.EveryBatch().naming(fails, lambda: "in step 4")(None)


def test_training_can_go_on():
    found, good = game(), game()
    with pytest.raises(ValueError, match="must be finite"):
        found.fit(data(np.nan), verbose=0)
    for each in (found, good):
        each.fit(data(batches=3), verbose=0)
    assert found.step == good.step + 2


def test_any_kind_of_data():
    def generator():
        for batch in data(np.nan):
            yield batch.numpy()

    with pytest.raises(ValueError, match=r"nan in example 5 \(in the batch of step 3"):
        game().fit(generator(), verbose=0)
    one_batch = game()
    one_batch.train_on_batch(moves.POINTS[:8])
    with pytest.raises(ValueError, match=r"nan in example 0 \(in the batch of step 2"):
        one_batch.train_on_batch(np.full((8, 2), np.nan, "float32"))


def test_arrays_are_looked_at_before_the_first_step():
    found = game()
    points = np.tile(moves.POINTS, (200, 1))
    points[5000] = np.inf
    with pytest.raises(ValueError, match="inf in example 5000"):
        found.fit(points, batch_size=8, verbose=0)
    assert found.step == 0


def test_held_out_data():
    found = game()
    with pytest.raises(ValueError, match=r"nan in example 5 \(in a batch of the held"):
        found.fit(data(), validation_data=data(np.nan), verbose=0)
    with pytest.raises(ValueError, match=r"nan in example 5 \(in a batch of the held"):
        found.evaluate(data(np.nan), verbose=0)


def test_a_game_without_fields_is_looked_at_too():
    found = moves.pursuit(compiled={"run_eagerly": False})
    with pytest.raises(ValueError, match=r"'points' must be finite.*nan in example 5"):
        found.fit(data(np.nan), verbose=0)
    assert found.step == 2


def test_other_errors_stay_as_they_are():
    def broken():
        yield moves.POINTS[:8]
        raise tf.errors.DataLossError(None, None, "the file is cut")

    data = tf.data.Dataset.from_generator(
        broken, output_signature=tf.TensorSpec((8, 2), tf.float32)
    )
    with pytest.raises(tf.errors.OpError, match="the file is cut"):
        game().fit(data, verbose=0)
