"""Cutout: erases a rectangle of an image."""

import tensorflow as tf


def cut_out(images, uniform):
    """Sets a rectangle of half of each side to zero, centred anywhere in the image.

    Of n pixels `c = ⌊n/2 + ½⌋` are erased from `⌊u (n + 1 − c mod 2)⌋ − ⌊c/2⌋` on, for
    u = `uniform[:, 0]` of the rows and `uniform[:, 1]` of the columns.

    Source: Zhao et al. (2020), Differentiable Augmentation for Data-Efficient GAN
    Training, section 3; Cutout of DeVries and Taylor (2017), Improved Regularization of
    Convolutional Neural Networks with Cutout.
    """
    rows = _erased(uniform[:, 0], images.shape[1])
    columns = _erased(uniform[:, 1], images.shape[2])
    erased = rows[:, :, None, None] & columns[:, None, :, None]
    return tf.where(erased, 0.0, images)


def _erased(uniform, size):
    cut = int(size / 2 + 0.5)
    begin = tf.floor(uniform * (size + 1 - cut % 2)) - cut // 2
    place = tf.range(size, dtype=tf.float32) - begin[:, None]
    return (place >= 0) & (place < cut)
