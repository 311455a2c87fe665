"""How `fit` calls a training step on one device."""

import tensorflow as tf


def one_step(train_step, otherwise):
    """Makes what `fit` calls for each step: it takes a batch and plays with it.

    Keras' own function hands out what a step logs inside of an optional value, since
    one call may play several steps, and data may end between them. To unwrap a dozen
    scalars in Python takes a good part of the time of a small game.

    Args:
        train_step: Function of a batch; gives logs.
        otherwise: Keras' own function, for data that are no `tf.data.Dataset`.

    Returns:
        A function of an iterator; gives logs. It raises `StopIteration` where there is
        no batch left.
    """

    @tf.function(autograph=False, reduce_retracing=True)
    def play(iterator):
        data = tf.nest.map_structure(_none_for_optional, iterator.get_next())
        # A step that finds no data must leave no trace, not even in a counter.
        there = [tensor for tensor in tf.nest.flatten(data) if tensor is not None]
        with tf.control_dependencies(there):
            return train_step(data)

    def function(iterator):
        if not isinstance(iterator, tf.data.Iterator):
            return otherwise(iterator)
        try:
            return play(iterator)
        except tf.errors.OutOfRangeError:
            raise StopIteration from None

    return function


def _none_for_optional(value):
    # As Keras marks what an element of a data set lacks.
    return None if isinstance(value, tf.experimental.Optional) else value
