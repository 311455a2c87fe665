"""The pipeline of augmentations of StyleGAN2-ADA, each applied with probability p."""

from collections.abc import Sequence
from typing import Any

import keras
import tensorflow as tf

from kgan.augment import chances, colors, cutouts, geometry, policies, warps
from kgan.augment.base import Augmentation
from kgan.core import schedules
from kgan.core.schedules import Scheduled

_GEOMETRIC = geometry.TRANSFORMS
_COLOR = colors.TRANSFORMS
# What a policy may name: a transformation, or one of the paper's groups of them.
_GROUPS = {
    "blit": [t.name for t in _GEOMETRIC[:3]],
    "geometric": [t.name for t in _GEOMETRIC[3:]],
    "color": [t.name for t in _COLOR],
}
_NAMES = (*_GROUPS, *dict.fromkeys(t.name for t in (*_GEOMETRIC, *_COLOR)), "cutout")
# Of an image's numbers, those of the geometry come first, then colours, then cutout.
_GEOMETRIC_END = sum(t.columns for t in _GEOMETRIC)
_COLOR_END = _GEOMETRIC_END + sum(t.columns for t in _COLOR)
_CUTOUT_END = _COLOR_END + 3


def _spread(shares):
    spread = {t: s for name, s in shares.items() for t in _GROUPS.get(name, ())}
    return spread | {name: s for name, s in shares.items() if name not in _GROUPS}


@keras.saving.register_keras_serializable(package="kgan")
class Augment(Augmentation):
    """Flips, rotates, scales, shifts and recolours each image with probability p.

    Each transformation is drawn for each image by itself with probability p:

    - `blit`: `flip` left to right, in half of all cases; `quarter_turns` by 0, 90, 180
      or 270 degrees, or if not square by 0 or 180; `shift` by whole pixels, up to ⅛ of
      the side.
    - `geometric`: `scale` by 2^N(0, 0.2²); `rotation` by U(−π, π), before and after
      `stretch` with 1 − √(1 − p) each; `stretch` by 2^N(0, 0.2²) along x, its inverse
      along y; `translation` by N(0, ⅛²) of the side, also between pixels.
    - `color`: `brightness` adds N(0, 0.2²); `contrast` scales by 2^N(0, 0.5²);
      `luma_flip` reflects light and dark, keeping hue, in half of all cases; `hue`
      rotates by U(−π, π) about the grey axis, `saturation` scales by 2^N(0, 1).
    - `cutout` sets a rectangle of half of each side to zero.

    All of the plane are one matrix, applied once without aliasing to the image mirrored
    at its borders. Where none is drawn, an image stays as it is, bit by bit. For p
    below about 0.8 the generator does not reproduce the changes: undoing them would not
    preserve the distribution of the data.

    Args:
        probability: p, a number in [0, 1], or a
            `keras.optimizers.schedules.LearningRateSchedule` of the training step. Its
            current value is the float32 variable `current_probability`.
        policy: Some of these names, in a list or a text with commas, or a dictionary of
            names and shares s in [0, 1]: drawn with probability p s.
        seed: As in `Augmentation`.

    Raises:
        ValueError: If `probability` or a share is not in [0, 1], `policy` has no or
            unknown names, or colours are to change in other than 1 or 3 channels.

    Example: `kgan.augment.Augment(0.5, policy="blit,geometric,cutout")`

    Source: Karras et al. (2020), Training Generative Adversarial Networks with Limited
    Data, section 3.1 and appendix B. Shares and a scheduled p: Huang et al. (2024), The
    GAN is dead; long live the GAN! A Modern GAN Baseline.
    """

    numbers = _CUTOUT_END
    follows_discriminator = True

    def __init__(
        self,
        probability: Scheduled = 0.5,
        policy: str | Sequence[str] = ("blit", "geometric", "color"),
        seed: int | None = None,
        **kwargs: Any,
    ):
        super().__init__(seed=seed, **kwargs)
        self.probability = schedules.check("probability", probability, maximum=1.0)
        self.policy = policies.read_shares(policy, _NAMES)
        self._shares = _spread(self.policy)

    def build(self, input_shape):
        super().build(input_shape)
        recolours = any(name in self._shares for name in _GROUPS["color"])
        if recolours and input_shape[-1] not in colors.CHANNELS:
            raise ValueError(
                "Colours can be changed in images of 1 or 3 channels; of others, name "
                "in `policy` what is not of colours, for example 'blit,geometric'. "
                f"Received: images of {input_shape[-1]} channels"
            )
        self.current_probability = self.add_weight(
            name="probability",
            shape=(),
            initializer=lambda shape, dtype: tf.cast(self._scheduled(0), dtype),
            trainable=False,
        )

    def augment(self, images, uniform):
        p, shares = self.current_probability.value, self._shares
        numbers, size = uniform[:, :_GEOMETRIC_END], images.shape[1:3]
        matrices, touched = geometry.inverses(numbers, p, shares, size)
        images = _where_touched(touched, warps.warp, images, matrices)
        numbers = uniform[:, _GEOMETRIC_END:_COLOR_END]
        matrices, touched = colors.matrices(numbers, p, shares)
        images = _where_touched(touched, colors.apply, images, matrices)
        if "cutout" in shares:
            numbers = uniform[:, _COLOR_END:]
            touched = chances.chosen(numbers[:, 0], p * shares["cutout"])
            images = _where_touched(touched, cutouts.cut_out, images, numbers[:, 1:])
        return images

    def adapt(self, real_logits: tf.Tensor, step: Any) -> tf.Tensor:
        """Updates p at training step `step`, after an update of D.

        `real_logits` are D's logits of augmented reals, float32 `(rows, 1)`.
        """
        if callable(self.probability):
            self.current_probability.assign(self._scheduled(step))

    def _scheduled(self, step):
        p = schedules.at(self.probability, step)
        return tf.clip_by_value(tf.cast(p, tf.float32), 0.0, 1.0)

    def get_config(self):
        p = schedules.config(self.probability)
        return {**super().get_config(), "probability": p, "policy": dict(self.policy)}


def _where_touched(touched, transform, images, numbers):
    """Transforms images where something is drawn, and keeps the others bit by bit."""
    if numbers is None:
        return images
    return tf.where(touched[:, None, None, None], transform(images, numbers), images)
