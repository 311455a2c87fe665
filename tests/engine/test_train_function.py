import keras
import networks
import numpy as np
import pytest
import tensorflow as tf

from kgan.engine import train_function

DATA = networks.images(20)


def batches(count=5):
    return tf.data.Dataset.from_tensor_slices(DATA[: 4 * count]).batch(4)


def unknown_length(count=5):
    """Data whose end Keras learns from the iterator alone."""
    return batches(count).filter(lambda images: True)


def test_a_step_takes_a_batch_and_gives_logs():
    step = train_function.one_step(lambda x: {"sum": tf.reduce_sum(x)}, None)
    iterator = iter(tf.data.Dataset.from_tensor_slices([[1.0, 2.0], [3.0, 4.0]]))
    assert [float(step(iterator)["sum"]) for _ in range(2)] == [3.0, 7.0]
    with pytest.raises(StopIteration):
        step(iterator)


def test_a_step_without_data_leaves_no_trace():
    counter = tf.Variable(0)

    def count(x):
        return {"count": counter.assign_add(1)}

    step = train_function.one_step(count, None)
    iterator = iter(tf.data.Dataset.from_tensors(1.0))
    step(iterator)
    for _ in range(20):
        with pytest.raises(StopIteration):
            step(iterator)
    assert int(counter) == 1


def test_other_iterators_go_the_other_way():
    step = train_function.one_step(None, lambda iterator: sum(iterator))
    assert step(iter([1, 2, 3])) == 6


def test_what_an_element_lacks():
    def train_step(data):
        images, labels = data
        assert labels is None
        return {"sum": tf.reduce_sum(images)}

    nothing = tf.experimental.Optional.empty(tf.TensorSpec(()))
    data = tf.data.Dataset.from_tensors((tf.constant([1.0]), nothing))
    step = train_function.one_step(train_step, None)
    assert float(step(iter(data))["sum"]) == 1.0


def test_fit_on_data_of_unknown_length():
    gan = networks.gan()
    with pytest.warns(UserWarning, match="ran out of data"):
        gan.fit(unknown_length(), steps_per_epoch=9, verbose=0)
    assert gan.step == gan.position == 5


def test_fit_equals_keras_own_way():
    ours, theirs = networks.gan(dropout=0.3), networks.gan(dropout=0.3)
    theirs.set_weights(ours.get_weights())
    theirs.make_train_function = lambda force=False: keras.Model.make_train_function(
        theirs, force
    )
    for gan in (ours, theirs):
        gan.fit(batches(), epochs=2, verbose=0)
    for first, second in zip(ours.get_weights(), theirs.get_weights(), strict=True):
        np.testing.assert_array_equal(first, second)
    assert ours.history.history == theirs.history.history


def test_the_function_is_made_once_and_again_after_compile():
    gan = networks.gan()
    first = gan.make_train_function()
    assert gan.make_train_function() is first
    assert gan.make_train_function(force=True) is not first
    gan.compile()
    assert gan.train_function is None
