"""Adaptive discriminator augmentation (ADA): a probability that follows overfitting."""

from collections.abc import Sequence
from typing import Any

import keras
import tensorflow as tf

from kgan.augment.pipeline import Augment
from kgan.core import arguments, schedules, seeds


def next_probability(probability, signs, images, target, speed):
    """Computes ADA's next p, `p + sign(r − target) · images / speed` within [0, 1].

    `signs` is the sum of `sign(D(real))` over the `images` real images (both float32
    scalars) since p last moved, r their ratio: 0 where D cannot recognise real images,
    1 where it recognises each. `target` and `speed`: see `AdaptiveAugment`.
    """
    surplus = signs / tf.maximum(images, 1.0) - target
    return tf.clip_by_value(probability + tf.sign(surplus) * images / speed, 0.0, 1.0)


@keras.saving.register_keras_serializable(package="kgan")
class AdaptiveAugment(Augment):
    """The augmentations of `Augment`, with a probability p that adapts itself (ADA).

        p ← min(max(p + sign(r − target) · images / speed, 0), 1)

    where r, the mean of `sign(D(real))` over the real images of the last `interval`
    updates of D (D less the loss's `boundary`), measures overfitting. It moves at the
    end of the next update, when every replica knows the global sums. p, the variable
    `current_probability`, and the sums are saved with the model. (In the authors'
    program p may pass 1, where it acts as 1, and takes the longer to come back.)

    Args:
        probability: Initial p, a number in [0, 1].
        target: r that is aimed at, a number in (-1, 1).
        interval: Number of updates of D between two moves of p, a positive integer.
        speed: Number of real images in which p can move from 0 to 1, a positive number;
            larger for small data sets, which take longer to train.
        policy, seed: As in `Augment`.

    Raises:
        ValueError: If an argument is out of its range.

    Example: `kgan.GAN(g, d, augmentation=kgan.augment.AdaptiveAugment(speed=100_000))`

    Source: Karras et al. (2020), Training Generative Adversarial Networks with Limited
    Data, section 3.2, equation 1 (r_t), and appendix B.
    """

    needs_boundary = True

    def __init__(
        self,
        probability: float = 0.0,
        target: float = 0.6,
        interval: int = 4,
        speed: float = 500_000,
        policy: str | Sequence[str] = ("blit", "geometric", "color"),
        seed: int | None = None,
        **kwargs: Any,
    ):
        super().__init__(probability=probability, policy=policy, seed=seed, **kwargs)
        if callable(self.probability):
            raise ValueError(
                "`probability` must be a number, where p starts; `Augment` takes a "
                f"schedule. Received: {probability!r}"
            )
        self.target = _number_between("target", target, -1.0, 1.0)
        self.interval = arguments.positive_integer("interval", interval)
        self.speed = _number_between("speed", speed, 0.0, float("inf"))

    def build(self, input_shape):
        super().build(input_shape)
        # All are floats, whose mean over the replicas is taken after each update; each
        # replica therefore adds as many times its own share as there are replicas.
        zero = {"shape": (), "initializer": "zeros", "trainable": False}
        self.signs = self.add_weight(name="signs", **zero)
        self.images = self.add_weight(name="images", **zero)
        self.updates = self.add_weight(name="updates", **zero)

    def adapt(self, real_logits, step):
        variables = (self.current_probability, self.signs, self.images, self.updates)
        p, signs, images, updates = (tf.convert_to_tensor(v.value) for v in variables)
        due = updates >= self.interval
        moved = next_probability(p, signs, images, self.target, self.speed)
        rows = tf.shape(real_logits)[0]
        of_rows = tf.reduce_mean(tf.reshape(tf.sign(real_logits), (rows, -1)), axis=1)
        replicas = float(seeds.num_replicas())
        self.current_probability.assign(tf.where(due, moved, p))
        kept = tf.where(due, 0.0, 1.0)
        self.signs.assign(kept * signs + replicas * tf.reduce_sum(of_rows))
        self.images.assign(kept * images + replicas * tf.cast(rows, tf.float32))
        self.updates.assign(kept * updates + 1.0)

    def get_config(self):
        return {
            **super().get_config(),
            "target": self.target,
            "interval": self.interval,
            "speed": self.speed,
        }


def _number_between(name, value, low, high):
    if not schedules.is_number(value) or not low < value < high:
        limits = f"above {low:g}" if high == float("inf") else f"in ({low:g}, {high:g})"
        raise ValueError(f"`{name}` must be a number {limits}. Received: {value!r}")
    return float(value)
