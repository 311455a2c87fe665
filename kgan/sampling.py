"""Latents and images by index: image i depends on the seed and i alone."""

import numpy as np
import tensorflow as tf

from kgan import checks, seeds
from kgan.batches import join
from kgan.seeds import Use

# Latents are drawn in blocks, each from a seed of its own, so that the millionth costs
# what the first does. Part of the meaning of a seed: another size gives other images.
_BLOCK = 64


def latents_at(prior, seed, start, count):
    """Draws rows `start` to `start + count` of the endless table of a seed's latents.

    Args:
        prior: A `kgan.priors.Prior`.
        seed: int32 of shape `(2,)`.
        start: First row, a non-negative integer or int64 scalar.
        count: Number of rows, a positive integer or integer scalar.

    Returns:
        A float32 tensor of shape `(count, latent_dim)`.
    """
    start, count = tf.cast(start, tf.int64), tf.cast(count, tf.int64)
    first = start // _BLOCK
    blocks = tf.range(first, (start + count - 1) // _BLOCK + 1)
    drawn = tf.map_fn(
        # Two folds: the number of a late block has more bits than a seed's part.
        lambda block: prior.sample(
            _BLOCK, seeds.fold(seed, block // 2**31, block % 2**31)
        ),
        blocks,
        fn_output_signature=tf.TensorSpec((_BLOCK, prior.latent_dim), tf.float32),
    )
    rows = tf.reshape(drawn, (-1, prior.latent_dim))
    offset = start - first * _BLOCK
    return rows[offset : offset + count]


def to_uint8(images):
    """Turns float images in [−1, 1] into uint8: round(127.5 (x + 1)), clipped."""
    scaled = tf.round((tf.cast(images, tf.float32) + 1.0) * 127.5)
    return tf.cast(tf.clip_by_value(scaled, 0.0, 255.0), tf.uint8)


def to_float(images):
    """Turns uint8 images into float32 in [−1, 1]: x / 127.5 − 1."""
    return tf.cast(images, tf.float32) / 127.5 - 1.0


class Sampler:
    """Generates by index from one network.

    Args:
        network: A generator.
        prior: The `kgan.priors.Prior` of its latents.
        num_classes: Number of classes, or None.
    """

    def __init__(self, network, prior, num_classes):
        self.network = network
        self.prior = prior
        self.num_classes = num_classes
        self._batch = tf.function(self.rows, reduce_retracing=True)

    def rows(self, count, seed, start, labels=None):
        """Generates rows `start` to `start + count`, in one batch.

        Args:
            count: Number of rows, an integer or a scalar tensor.
            seed: Integer or scalar tensor.
            start: Integer or scalar tensor.
            labels: int32 of shape `(count,)` or one for all; None for the classes in
                turn, or without classes.

        Returns:
            uint8 images, or float32 points, of shape `(count, ...)`.
        """
        seed = seeds.fold(seeds.root(seed), Use.GENERATE)
        latents = latents_at(self.prior, seed, start, count)
        if self.num_classes is not None:
            if labels is None:
                index = tf.cast(start, tf.int64) + tf.range(tf.cast(count, tf.int64))
                labels = index % self.num_classes
            labels = tf.broadcast_to(tf.cast(labels, tf.int32), (tf.shape(latents)[0],))
        samples = self.network(join(latents, labels), training=False)
        is_image = samples.shape.rank == 4
        return to_uint8(samples) if is_image else tf.cast(samples, tf.float32)

    def __call__(self, count, seed, start, labels, batch_size):
        """Generates any number of rows as a NumPy array, batch by batch."""
        checks.positive_integer("num_images", count)
        checks.positive_integer("batch_size", batch_size)
        checks.index("start", start)
        checks.index("seed", seed)
        labels = self._labels(count, labels)
        parts = []
        for first in range(0, count, batch_size):
            rows = min(batch_size, count - first)
            chosen = None if labels is None else labels[first : first + rows]
            parts.append(
                self._batch(
                    tf.constant(rows),
                    tf.constant(seed, tf.int64),
                    tf.constant(start + first, tf.int64),
                    chosen,
                ).numpy()
            )
        return np.concatenate(parts)

    def _labels(self, count, labels):
        if labels is None:
            return None
        if self.num_classes is None:
            raise ValueError(
                "`labels` must be None for a GAN whose networks take no labels. "
                f"Received: {labels!r}"
            )
        return checks.spread_labels(labels, count, self.num_classes)
