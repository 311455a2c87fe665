"""Brightness, saturation and contrast, changed by float32 amounts `(batch,)`."""

import tensorflow as tf


def _per_image(amounts):
    return tf.reshape(amounts, (-1, 1, 1, 1))


def brighten(images, amounts):
    """Adds an amount to each image: `y = x + a`."""
    return images + _per_image(amounts)


def saturate(images, amounts):
    """Scales each pixel about the mean of its channels: `y = (x − m) a + m`."""
    grey = tf.reduce_mean(images, axis=-1, keepdims=True)
    return (images - grey) * _per_image(amounts) + grey


def contrast(images, amounts):
    """Scales each image about its mean: `y = (x − M) a + M`."""
    mean = tf.reduce_mean(images, axis=[1, 2, 3], keepdims=True)
    return (images - mean) * _per_image(amounts) + mean
