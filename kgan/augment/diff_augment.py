"""DiffAugment: augmentation of a fixed strength, for reals and fakes alike."""

from collections.abc import Sequence
from typing import Any

import keras
import tensorflow as tf

from kgan.augment import cutouts, jitter, policies, shifts
from kgan.augment.base import Augmentation


def color(images, uniform):
    """Brightness by U(−½, ½), saturation by U(0, 2), contrast by U(½, 1½)."""
    images = jitter.brighten(images, uniform[:, 0] - 0.5)
    images = jitter.saturate(images, uniform[:, 1] * 2)
    return jitter.contrast(images, uniform[:, 2] + 0.5)


def translation(images, uniform):
    """Shifts by U{−r, …, r} pixels with `r = ⌊n/8 + ½⌋` along a side of n."""

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

    - `color`: brightness `x + U(−½, ½)`, saturation `(x − m) U(0, 2) + m` with m the
      mean of a pixel's channels, contrast `(x − M) U(½, 1½) + M`, M the image's mean.
    - `translation`: a shift by whole pixels, up to an eighth of the side, zeros beyond.
    - `cutout`: a rectangle of half of each side is set to zero.

    D sees changed images alone and cannot memorise a small data set; G's gradient flows
    through the changes, so that G need not reproduce them.

    Args:
        policy: Names of these, in the order of their use: a list, or text with commas.
        seed: As in `Augmentation`.

    Raises:
        ValueError: If `policy` has no or unknown names.

    Example: `kgan.GAN(g, d, augmentation=DiffAugment("translation,cutout"))`

    Source: Zhao et al. (2020), Differentiable Augmentation for Data-Efficient GAN
    Training, sections 3 and 4.
    """

    numbers = 7

    def __init__(
        self,
        policy: str | Sequence[str] = ("color", "translation", "cutout"),
        seed: int | None = None,
        **kwargs: Any,
    ):
        super().__init__(seed=seed, **kwargs)
        self.policy = policies.read_names(policy, _TRANSFORMS)

    def augment(self, images, uniform):
        for name in self.policy:
            transform, columns = _TRANSFORMS[name]
            images = transform(images, uniform[:, columns])
        return images

    def get_config(self):
        return {**super().get_config(), "policy": list(self.policy)}
