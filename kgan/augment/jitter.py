"""Brightness, saturation and contrast of an image, each moved by one number."""

import tensorflow as tf


def _per_image(amounts):
    return tf.reshape(amounts, (-1, 1, 1, 1))


def brighten(images, amounts):
    """Adds a number to each image: `y = x + a`.

    Args:
        images: float32 of shape `(batch, height, width, channels)`.
        amounts: float32 of shape `(batch,)`, here and below.

    Returns:
        float32 of the same shape, here and below.
    """
    return images + _per_image(amounts)


def saturate(images, amounts):
    """Stretches each pixel about its mean over the channels: `y = (x − m) a + m`."""
    grey = tf.reduce_mean(images, axis=-1, keepdims=True)
    return (images - grey) * _per_image(amounts) + grey


def contrast(images, amounts):
    """Stretches each image about its mean over everything: `y = (x − M) a + M`."""
    mean = tf.reduce_mean(images, axis=[1, 2, 3], keepdims=True)
    return (images - mean) * _per_image(amounts) + mean
