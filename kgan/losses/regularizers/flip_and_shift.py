"""Small random changes of images, for consistency regularisation."""

import keras
import tensorflow as tf

from kgan.augment import Augmentation


@keras.saving.register_keras_serializable(package="kgan")
class FlipAndShift(Augmentation):
    """Mirrors half of the images, and shifts each by up to an eighth of its sides.

    Shifts are whole pixels, U{−r, …, r} with `r = ⌊n/8 + ½⌋` along a side of n. What
    lies beyond a border is the image's mirror image. Zhang et al. (2020), Consistency
    Regularization for Generative Adversarial Networks, section 3.1.
    """

    numbers = 3

    def augment(self, images, uniform):
        flipped = uniform[:, :1] < 0.5
        rows = _source(images.shape[1], uniform[:, 1:2])
        columns = _source(images.shape[2], uniform[:, 2:3])
        columns = tf.where(flipped, images.shape[2] - 1 - columns, columns)
        images = tf.gather(images, rows, axis=1, batch_dims=1)
        return tf.gather(images, columns, axis=2, batch_dims=1)


def _source(side, uniform):
    """Returns from where each pixel along a side comes, int32 of `(batch, side)`."""
    reach = int(side / 8 + 0.5)
    steps = tf.cast(tf.floor(uniform * (2 * reach + 1)), tf.int32)  # (batch, 1)
    source = tf.abs(tf.range(side) + steps - reach)
    return side - 1 - tf.abs(side - 1 - source)
