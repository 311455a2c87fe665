"""Augmentation of a fixed strength, for reals and fakes alike: DiffAugment."""

import keras
import tensorflow as tf

from kgan.augment import cutouts, jitter, policies, shifts
from kgan.augment.base import Augmentation


def color(images, uniform):
    """Moves brightness by U(−½, ½), scales saturation by U(0, 2), contrast by U(½, 1½).

    Args:
        images: float32 of shape `(batch, height, width, channels)`.
        uniform: float32 in [0, 1) of shape `(batch, 3)`.

    Returns:
        float32 of the same shape.
    """
    images = jitter.brighten(images, uniform[:, 0] - 0.5)
    images = jitter.saturate(images, uniform[:, 1] * 2)
    return jitter.contrast(images, uniform[:, 2] + 0.5)


def translation(images, uniform):
    """Shifts by U{−r, …, r} pixels with `r = ⌊n/8 + ½⌋` along a side of n.

    Args:
        images: float32 of shape `(batch, height, width, channels)`.
        uniform: float32 in [0, 1) of shape `(batch, 2)`.

    Returns:
        float32 of the same shape, zero where nothing was.
    """

    def distance(index):
        reach = int(images.shape[1 + index] / 8 + 0.5)
        steps = tf.floor(uniform[:, index] * (2 * reach + 1))
        return tf.cast(steps, tf.int32) - reach

    return shifts.shift(images, distance(0), distance(1))


# Which of an image's numbers belong to whom: the same whatever the policy.
_TRANSFORMS = {
    "color": (color, slice(0, 3)),
    "translation": (translation, slice(3, 5)),
    "cutout": (cutouts.cut_out, slice(5, 7)),
}


@keras.saving.register_keras_serializable(package="kgan")
class DiffAugment(Augmentation):
    """Changes colours, shifts, and cuts out, always and differentiably.

    `color`: brightness `x + U(−½, ½)`, saturation `(x − m) U(0, 2) + m` with m the mean
    of a pixel's channels, contrast `(x − M) U(½, 1½) + M` with M the image's mean.
    `translation`: a shift by whole pixels, up to an eighth of the side, zeros coming
    in. `cutout`: a rectangle of half of each side is set to zero.

    D and G are trained on changed images alone, so that D cannot learn a small data set
    by heart; as G's gradient flows through the changes, G need not show them.

    Args:
        policy: Which of `"color"`, `"translation"` and `"cutout"`, in this order of
            being applied: a list, or a text with commas.
        seed: Integer for the layer's own `keras.random.SeedGenerator`, or None. In a
            `kgan.GAN` the model's seed decides instead.
        **kwargs: Of `keras.layers.Layer`: `name`, `trainable`. The layer computes in
            float32 whatever the dtype policy.

    Input and output: float32 images in [-1, 1] of shape `(batch, height, width,
    channels)`; colours may leave that range.

    Raises:
        ValueError: If `policy` names no or unknown transformations, or the input is no
            batch of images.

    Example:
        ```python
        augmentation = kgan.augment.DiffAugment("translation,cutout")
        gan = kgan.GAN(generator, discriminator, augmentation=augmentation)
        ```

    Source: Zhao et al. (2020), Differentiable Augmentation for Data-Efficient GAN
    Training, sections 3 and 4.
    """

    numbers = 7

    def __init__(self, policy=("color", "translation", "cutout"), seed=None, **kwargs):
        super().__init__(seed=seed, **kwargs)
        self.policy = policies.read_names(policy, _TRANSFORMS)

    def augment(self, images, uniform):
        """Applies each transformation of the policy to all images."""
        for name in self.policy:
            transform, columns = _TRANSFORMS[name]
            images = transform(images, uniform[:, columns])
        return images

    def get_config(self):
        """Returns the constructor arguments."""
        return {**super().get_config(), "policy": list(self.policy)}
