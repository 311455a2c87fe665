"""Augmentation whose strength follows how much the discriminator overfits: ADA."""

import numbers

import keras
import tensorflow as tf

from kgan.augment.pipeline import Augment
from kgan.core import arguments, seeds


def next_probability(probability, signs, images, target, speed):
    """Moves p towards where D is as sure of the real images as it should be.

    `p + sign(r − target) · images / speed`, clamped to [0, 1], with r the mean of
    `sign(D(real))`: 0 where D cannot tell real images, 1 where it knows each.

    Args:
        probability: float32 scalar p.
        signs: float32 scalar, the sum of `sign(D(real))` since p was last moved.
        images: float32 scalar, the number of real images since then.
        target: r that is aimed at, a float.
        speed: Number of images in which p can move from 0 to 1, a float.

    Returns:
        float32 scalar.
    """
    surplus = signs / tf.maximum(images, 1.0) - target
    return tf.clip_by_value(probability + tf.sign(surplus) * images / speed, 0.0, 1.0)


@keras.saving.register_keras_serializable(package="kgan")
class AdaptiveAugment(Augment):
    """The augmentations of `Augment`, with a probability p that adapts itself (ADA).

    As a discriminator overfits, it becomes sure of the real images. With r the mean of
    `sign(D(real))` over all real images of the last `interval` updates of D (D less the
    loss's `boundary`, where that is not 0),

    `p ← min(max(p + sign(r − target) · images / speed, 0), 1)`.

    It is moved at the next update's end, when all replicas know the sums of all others.

    Args:
        probability: Where p starts, a number in [0, 1].
        target: r that is aimed at, a number in (-1, 1).
        interval: Number of updates of D between two moves of p, a positive integer.
        speed: Number of real images in which p can move from 0 to 1, a positive number.
            The smaller the data set and the slower its training, the more.
        policy: As `Augment` takes it.
        seed: Integer for the layer's own `keras.random.SeedGenerator`, or None. In a
            `kgan.GAN` the model's seed decides instead.
        **kwargs: Of `keras.layers.Layer`: `name`, `trainable`. The layer computes in
            float32 whatever the dtype policy.

    Attributes:
        current_probability: p, a float32 variable that is saved with the model, as the
            sums since its last move are.

    Input and output: float32 images in [-1, 1] of shape `(batch, height, width,
    channels)`, with 1 or 3 channels where colours are changed; the output may leave
    that range.

    Raises:
        ValueError: If an argument is out of its range, `policy` names no or unknown
            transformations, or the input is no batch of such images.

    Example:
        ```python
        augmentation = kgan.augment.AdaptiveAugment(speed=100_000)
        gan = kgan.GAN(generator, discriminator, augmentation=augmentation)
        ```

    Source: Karras et al. (2020), Training Generative Adversarial Networks with Limited
    Data, section 3.2, equation 1 (r_t), and appendix B.
    """

    needs_boundary = True

    def __init__(
        self,
        probability=0.0,
        target=0.6,
        interval=4,
        speed=500_000,
        policy=("blit", "geometric", "color"),
        seed=None,
        **kwargs,
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
        """Makes p and the sums since it was last moved."""
        super().build(input_shape)

        # All are floats, whose mean over the replicas is taken after each update; each
        # replica therefore adds as many times its own share as there are replicas.
        def add_sum(name):
            return self.add_weight(
                name=name, shape=(), initializer="zeros", trainable=False
            )

        self.signs = add_sum("signs")
        self.images = add_sum("images")
        self.updates = add_sum("updates")

    def adapt(self, real_logits, step):
        """Moves p if it is time, by the sums so far, and then counts this update.

        Args:
            real_logits: float32 of shape `(rows, 1)`: D's logits of augmented reals,
                above 0 where D takes them for real.
            step: Integer scalar, the training step.
        """
        p, signs, images, updates = self._sums()
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

    def _sums(self):
        variables = (self.current_probability, self.signs, self.images, self.updates)
        return tuple(tf.convert_to_tensor(variable.value) for variable in variables)

    def get_config(self):
        """Returns the constructor arguments."""
        return {
            **super().get_config(),
            "target": self.target,
            "interval": self.interval,
            "speed": self.speed,
        }


def _number_between(name, value, low, high):
    real = isinstance(value, numbers.Real) and not isinstance(value, bool)
    if not real or not low < value < high:
        limits = f"above {low:g}" if high == float("inf") else f"in ({low:g}, {high:g})"
        raise ValueError(f"`{name}` must be a number {limits}. Received: {value!r}")
    return float(value)
