import keras
import numpy as np
import pytest
import tensorflow as tf

from kgan.core import seeds
from kgan.layers import ImagePool

SHAPE = (2, 3, 1)


def images(first, count=4):
    """Images whose entries are their number."""
    numbers = np.arange(first, first + count, dtype="float32")
    return np.broadcast_to(numbers[:, None, None, None], (count, *SHAPE)).copy()


def by_hand(pool, batch, swap):
    """What is shown, and the pool afterwards, lists; None is an empty place."""
    full, shown, held = None not in pool, [], list(pool)
    for number, place in zip(batch, swap, strict=True):
        if not full:
            if None in held:
                held[held.index(None)] = number
        elif place >= 0:
            shown.append(pool[place])
            held[place] = number
            continue
        shown.append(number)
    return shown, held


@pytest.mark.parametrize("jit_compile", [None, False, True])
def test_it_fills_and_then_exchanges(jit_compile):
    pool = ImagePool(SHAPE, size=6)

    def play(batch, swap):
        shown = pool(batch, swap)
        pool.absorb(batch, swap)
        return shown

    if jit_compile is not None:
        play = tf.function(play, jit_compile=jit_compile)
    expected, exchanged = [None] * 6, 0
    for update in range(6):
        swap = pool.swaps(4, seeds.root(update)).numpy()
        batch = images(4 * update + 1)
        shown, expected = by_hand(expected, batch[:, 0, 0, 0], swap)
        exchanged += sum(shown != batch[:, 0, 0, 0])
        np.testing.assert_array_equal(
            play(tf.constant(batch), tf.constant(swap))[:, 1, 2, 0], shown
        )
        held = [0.0 if number is None else number for number in expected]
        np.testing.assert_array_equal(pool.images.numpy()[:, 1, 1, 0], held)
        assert pool.count.numpy() == min(4 * update + 4, 6)
    assert exchanged > 3


def test_a_call_leaves_it_as_it_is():
    pool = ImagePool(SHAPE, size=4)
    pool.absorb(images(1), np.full(4, -1))
    before = pool.images.numpy()
    shown = pool(images(11), np.array([2, -1, 0, 1]))
    np.testing.assert_array_equal(shown[:, 0, 0, 0], [3, 12, 1, 2])
    np.testing.assert_array_equal(pool.images.numpy(), before)


def test_swaps_are_distinct_and_row_i_depends_on_i_alone():
    pool = ImagePool(SHAPE, size=20)
    drawn = [pool.swaps(30, seeds.root(seed)).numpy() for seed in range(200)]
    dynamic = tf.function(pool.swaps)
    for swap in drawn:
        places = swap[swap >= 0]
        assert len(set(places)) == len(places)
        assert places.max(initial=0) < 20
        assert (swap[20:] == -1).all()
    for rows in (1, 7, 20, 24):
        for swap in (pool.swaps(rows, seeds.root(3)), dynamic(rows, seeds.root(3))):
            np.testing.assert_array_equal(swap, drawn[3][:rows])
        np.testing.assert_array_equal(
            dynamic(tf.constant(rows), seeds.root(3)), drawn[3][:rows]
        )
    within = np.array(drawn)[:, :20]
    assert np.mean(within >= 0) == pytest.approx(0.5, abs=0.03)
    # Each place is as probable as any other.
    counts = np.bincount(within[within >= 0], minlength=20)
    assert counts.min() > 60
    assert counts.max() < 140


def test_points_and_half_precision():
    pool = ImagePool((3,), size=2)
    points = tf.cast([[1, 2, 3], [4, 5, 6]], tf.float16)
    pool.absorb(points, tf.constant([-1, -1]))
    shown = pool(points + 10, tf.constant([1, -1]))
    assert shown.dtype == tf.float32
    np.testing.assert_array_equal(shown, [[4, 5, 6], [14, 15, 16]])
    assert pool.images.dtype == "float32"


def test_it_is_saved_with_what_it_holds(tmp_path):
    pool = ImagePool(SHAPE, size=5, name="pool")
    assert ImagePool.from_config(pool.get_config()).get_config() == pool.get_config()
    serialized = keras.saving.serialize_keras_object(pool)
    assert serialized["registered_name"] == "kgan>ImagePool"
    pool.absorb(images(1), np.full(4, -1))
    inputs = keras.Input(SHAPE), keras.Input((), dtype="int32")
    keras.Model(inputs, pool(*inputs)).save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras").get_layer("pool")
    np.testing.assert_array_equal(loaded.images.numpy(), pool.images.numpy())
    assert loaded.count.numpy() == 4
    assert loaded.trainable_variables == []


def test_replicas_hold_the_same(two_replicas):
    with two_replicas.scope():
        pool = ImagePool(SHAPE, size=5)
    two_replicas.run(lambda: pool.absorb(images(1), np.full(4, -1)))
    for variable in (pool.images, pool.count):
        first, second = two_replicas.experimental_local_results(variable.value)
        np.testing.assert_array_equal(first, second)
    assert pool.count.numpy() == 4


def test_an_empty_pool_is_refused():
    with pytest.raises(ValueError, match="`size` must be a positive integer"):
        ImagePool(SHAPE, size=0)
