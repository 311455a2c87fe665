"""Short paths through the latents of a game, and the images at their two ends."""

import math

import numpy as np
import tensorflow as tf

from kgan import latents
from kgan.core import arguments, backend, registry
from kgan.games.generated import Generated
from kgan.games.sampler import rows_of

_SPACES, _SAMPLING = ("w", "z"), ("end", "full")
# Sides of images from twice as many pixels on are divided until they are near this.
_SIDE = 256


class Paths(Generated):
    """Pairs of images whose latents lie a share ε of a path from each other.

    A path leads from one latent to another, both of one class: on a line in w, behind
    the generator's mapping network, or along a great circle in z. Networks are in
    inference mode: stored noise is the same at both ends. Path i depends on the seed
    and on i alone.

    Args:
        sampler: A `kgan.games.sampler.Sampler`.
        shape: Shape of a sample.
        count: How many paths.
        space: "w" or "z". None: "w" where the generator has a mapping network.
        sampling: Where the first image is: "end": at the beginning of its path; "full":
            anywhere on it.
        epsilon: ε, a number in (0, 1).
        **options: As in `Generated`, without `truncation`.

    Raises:
        ValueError: If an argument is out of range, or the generator has no such space.
    """

    name = "generated paths"

    def __init__(
        self,
        sampler,
        shape,
        count,
        space=None,
        sampling="end",
        epsilon=1e-4,
        **options,
    ):
        super().__init__(sampler, shape, count, **options)
        has_mapping = hasattr(sampler.network, "mapping")
        self.space = space or ("w" if has_mapping else "z")
        registry.check_known("`space` must be one of", self.space, _SPACES)
        registry.check_known("`sampling` must be one of", sampling, _SAMPLING)
        if sampler.prior is False:
            raise ValueError(
                "Paths need a generator that takes latents. Received: one that takes "
                "its condition alone, prior=False"
            )
        if self.space == "w" and not has_mapping:
            raise ValueError(
                '`space` must be "z" for a generator without `mapping` and '
                f"`synthesis`. Received: 'w' for a {type(sampler.network).__name__}"
            )
        self.sampling = sampling
        self.epsilon = arguments.share("epsilon", epsilon)
        drawn = np.random.default_rng(self.seed).random(self.count)
        self._begins = drawn * (sampling == "full")
        self._pairs = backend.compiled(self._images)

    def batches(self, batch_size):
        """Yields float32 `(n, 2, ...)`: images in [0, 255] without rounding, or values.

        Images of 512 pixels a side and more are averaged over squares, to 256.
        """
        for first in range(0, self.count, batch_size):
            rows = min(batch_size, self.count - first)
            labels = rows_of(self.labels, first, rows)
            begins = self._begins[first : first + rows, None]
            # In float64: ε is near the resolution of a float32 beside 1.
            positions = np.concatenate([begins, begins + self.epsilon], axis=1)
            pairs = self._pairs(
                tf.constant(self.seed, tf.int64),
                tf.constant(first, tf.int64),
                tf.constant(positions, tf.float32),
                labels,
            )
            yield pairs.numpy(), None if self.num_classes is None else labels

    def provenance(self):
        how = {"space": self.space, "sampling": self.sampling, "epsilon": self.epsilon}
        return super().provenance() | how

    def _images(self, seed, start, positions, labels):
        rows = tf.shape(positions)[0]
        prior = self._sampler.prior
        drawn = latents.latents_at(prior, latents.table(seed), 2 * start, 2 * rows)
        ends = drawn[::2], drawn[1::2]
        images = (self._along_w if self.space == "w" else self._along_z)(
            ends, positions, labels
        )
        if self.is_image:
            images = _reduced((images + 1.0) * 127.5)
        return tf.reshape(images, (rows, 2, *images.shape[1:]))

    def _along_w(self, ends, positions, labels):
        network = self._sampler.network
        first, second = (
            network.mapping(self._sampler.inputs(end, labels)) for end in ends
        )
        shape = (-1, 2, *[1] * (first.shape.rank - 1))
        step = (second - first)[:, None] * tf.reshape(positions, shape)
        w = tf.reshape(first[:, None] + step, (-1, *first.shape[1:]))
        outputs = tf.nest.flatten(network.synthesis(w))
        largest = max(outputs, key=lambda output: math.prod(output.shape[1:]))
        return tf.cast(largest, tf.float32)

    def _along_z(self, ends, positions, labels):
        prior = self._sampler.prior
        normal = [prior.to_normal(end) for end in ends]
        way = tf.map_fn(
            lambda each: latents.slerp(*each),
            (*normal, positions),
            fn_output_signature=tf.TensorSpec((2, prior.latent_dim), tf.float32),
        )
        drawn = prior.from_normal(tf.reshape(way, (-1, prior.latent_dim)))
        if labels is not None:
            labels = tf.nest.map_structure(lambda x: tf.repeat(x, 2, axis=0), labels)
        return self._sampler.samples(drawn, labels)


def _reduced(images):
    factor = min(images.shape[1:3]) // _SIDE
    return tf.nn.avg_pool2d(images, factor, factor, "VALID") if factor > 1 else images
