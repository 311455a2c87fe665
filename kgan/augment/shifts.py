"""Shifts of images by whole pixels."""

import tensorflow as tf


def shift(images, rows, columns):
    """Shifts each image by int32 `(batch,)` rows down and columns to the right.

    `y[b, i, j] = x[b, i − rows[b], j − columns[b]]`, or 0 where that lies outside.
    """
    images = _shift_along(images, rows, axis=1)
    return _shift_along(images, columns, axis=2)


def _shift_along(images, distance, axis):
    size = images.shape[axis]
    source = tf.range(size) - distance[:, None]  # (batch, size)
    inside = (source >= 0) & (source < size)
    picked = tf.clip_by_value(source, 0, size - 1)
    # Along the columns, rows are a second batch axis.
    if axis == 2:
        picked = tf.repeat(picked[:, None], images.shape[1], axis=1)
    moved = tf.gather(images, picked, axis=axis, batch_dims=axis)
    shape = (-1, size, 1, 1) if axis == 1 else (-1, 1, size, 1)
    return tf.where(tf.reshape(inside, shape), moved, 0.0)
