"""Samples by index: image i depends on the seed and i alone."""

import math

import numpy as np
import tensorflow as tf

from kgan import latents
from kgan.core import arguments, backend
from kgan.games import gan_checks
from kgan.losses.input_gradients import joined


def to_uint8(images):
    """Returns float images in [−1, 1] as uint8: round(127.5 (x + 1)), clipped."""
    scaled = tf.round((tf.cast(images, tf.float32) + 1.0) * 127.5)
    return tf.cast(tf.clip_by_value(scaled, 0.0, 255.0), tf.uint8)


def to_float(images):
    """Returns uint8 images as float32 in [−1, 1]: x / 127.5 − 1."""
    return tf.cast(images, tf.float32) / 127.5 - 1.0


def data_name(is_image, shape):
    """Returns what data are called where they are served: images, points or values."""
    if is_image:
        return "images"
    return "points" if len(shape) == 1 else "values"


def rows_of(labels, first, count):
    """Returns some rows of labels or of a nest of conditions; None of None."""
    if labels is None:
        return None
    return tf.nest.map_structure(lambda array: array[first : first + count], labels)


def as_floats(name, data, shape, is_image):
    """Returns a user's data as float32 examples; uint8 images are scaled to [−1, 1].

    Args:
        name: The argument, for messages.
        data: Array of floats, or of uint8 images.
        shape: Shape of one example.
        is_image: Whether they are images in [−1, 1].

    Raises:
        ValueError: If there are none, they have another shape or dtype, or values are
            not finite or out of range.
    """
    data = np.asarray(data)
    if data.shape[1:] != tuple(shape) or not len(data):
        raise ValueError(
            f"`{name}` must have shape ({', '.join(map(str, ('count', *shape)))}). "
            f"Received: an array of shape {data.shape}"
        )
    if is_image and data.dtype == np.uint8:
        return to_float(data).numpy()
    gan_checks.dtype(data, f"`{name}`")
    arguments.values(data, is_image)
    return data.astype(np.float32, copy=False)


def in_batches(function, batch_size, *arrays):
    """Computes a function of arrays, batch by batch, as one NumPy array.

    Args:
        function: It takes a batch of each array, and returns NumPy rows.
        batch_size: Rows in memory at a time.
        *arrays: Arrays, or nests of them, with as many rows as the first; or None.
    """
    arguments.positive_integer("batch_size", batch_size)
    batches = [
        [rows_of(array, first, batch_size) for array in arrays]
        for first in range(0, len(arrays[0]), batch_size)
    ]
    return np.concatenate([function(*batch) for batch in batches])


def samples(network, drawn, labels=None, inputs=joined, **options):
    """Generates float32 samples in inference mode, images in [−1, 1].

    Args:
        network: A generator; of several outputs the largest counts.
        drawn: float32 latents of shape `(count, latent_dim)`.
        labels: int32 of shape `(count,)`, or None without classes.
        inputs: Function of both that returns what the network takes.
        **options: Of the network's call.
    """
    outputs = tf.nest.flatten(backend.infer(network, inputs(drawn, labels), **options))
    largest = max(outputs, key=lambda output: math.prod(output.shape[1:]))
    return tf.cast(largest, tf.float32)


class Sampler:
    """Generates by index from one network.

    Args:
        network: A generator.
        prior: The `kgan.priors.Prior` of its latents.
        num_classes: Number of classes, or None.
        conditions: The `kgan.games.conditions.Conditions` of a network that takes what
            is no class, or its latents in another shape; None for others. `labels` of
            all methods are then such conditions, one for each sample.
        is_image: Whether samples are images in [−1, 1], which become uint8; others
            stay float32 of any range.
    """

    def __init__(self, network, prior, num_classes, conditions=None, *, is_image):
        self.network = network
        self.is_image = is_image
        self.prior = prior
        self.num_classes = num_classes
        self.conditions = conditions
        self._batch = backend.compiled(self.rows)
        self._checked = backend.compiled(self._rows_and_finite)
        self._decoded = backend.compiled(self.decode)

    def rows(self, count, seed, start, labels=None, truncation=1.0, cutoff=None):
        """Generates rows `start` to `start + count`, in one batch.

        Args:
            count: Number of rows, an integer or a scalar tensor.
            seed: Integer or scalar tensor.
            start: Integer or scalar tensor.
            labels: int32 of shape `(count,)` or one for all; None for the classes in
                turn, or without classes.
            truncation: As of `samples`, and so is the next.
            cutoff: The same.
        """
        drawn = self._inputs(count, seed, start, labels)
        return self.decode(*drawn, truncation, cutoff)

    def _inputs(self, count, seed, start, labels):
        drawn = None
        if self.prior is not False:
            drawn = latents.latents_at(self.prior, latents.table(seed), start, count)
        if self.num_classes is not None:
            if labels is None:
                index = tf.cast(start, tf.int64) + tf.range(tf.cast(count, tf.int64))
                labels = index % self.num_classes
            labels = tf.broadcast_to(tf.cast(labels, tf.int32), (count,))
        return drawn, labels

    def _rows_and_finite(self, count, seed, start, labels, truncation):
        samples = self.samples(*self._inputs(count, seed, start, labels), truncation)
        finite = tf.reduce_all(tf.math.is_finite(samples))
        return self._finished(samples), finite

    def decode(self, drawn, labels=None, truncation=None, cutoff=None):
        """Generates uint8 images, or float32 values, from latents, in one batch."""
        return self._finished(self.samples(drawn, labels, truncation, cutoff))

    def _finished(self, samples):
        return to_uint8(samples) if self.is_image else samples

    def samples(self, drawn, labels=None, truncation=None, cutoff=None):
        """Returns the network's float32 output, images in [−1, 1]; see `decode`.

        Args:
            drawn: float32 latents of shape `(count, latent_dim)`.
            labels: int32 of shape `(count,)`, or None.
            truncation: ψ, a scalar or of shape `(count,)`: of `kgan.latents.truncate`,
                or where a network has styles, of `kgan.layers.Truncation`. None: 1.
            cutoff: Number of layers whose style ψ moves; None: all.
        """
        if self.has_styles and truncation is not None:
            options = {"truncation": truncation, "cutoff": cutoff}
            return samples(self.network, drawn, labels, self.inputs, **options)
        if truncation is not None and drawn is not None:
            drawn = latents.truncate(self.prior, drawn, truncation)
        return samples(self.network, drawn, labels, self.inputs)

    @property
    def has_styles(self):
        """Whether the network truncates by itself, in the space of its styles."""
        return getattr(self.network, "truncates", False)

    def check_truncation(self, truncation, cutoff=None):
        """Checks ψ, and the number of layers whose style it moves.

        Raises:
            ValueError: If one is out of range, or the network has no styles.
        """
        arguments.truncation(truncation)
        if cutoff is None:
            return
        most = getattr(self.network, "num_styles", None)
        if most is None:
            raise ValueError(
                "`truncation_cutoff` must be None for an exported generator, and for "
                f"one without styles. Received: {cutoff!r}"
            )
        if arguments.integer("`truncation_cutoff`", cutoff, 0) > most:
            raise ValueError(
                f"`truncation_cutoff` must be at most {most}, the number of styles. "
                f"Received: {cutoff}"
            )

    @property
    def told(self):
        """Whether the network takes a condition that is no class."""
        return self.conditions is not None and self.conditions.fields is not None

    def inputs(self, drawn, labels):
        """Returns what the network takes."""
        if self.conditions is None:
            return joined(drawn, labels)
        return self.conditions.generator_inputs(drawn, labels)

    def __call__(
        self, count, seed, start, labels, batch_size, truncation=1.0, cutoff=None
    ):
        """Generates any number of rows as a NumPy array, batch by batch."""
        arguments.positive_integer("num_images", count)
        arguments.positive_integer("batch_size", batch_size)
        arguments.index("start", start)
        arguments.index("seed", seed)
        self.check_truncation(truncation, cutoff)
        labels = self.labels(count, labels)
        parts = []
        for first in range(0, count, batch_size):
            rows = min(batch_size, count - first)
            chosen = rows_of(labels, first, rows)
            parts.append(
                self._batch(
                    tf.constant(rows),
                    tf.constant(seed, tf.int64),
                    tf.constant(start + first, tf.int64),
                    chosen,
                    tf.constant(truncation, tf.float32),
                    cutoff,
                ).numpy()
            )
        return np.concatenate(parts)

    def finite_rows(self, count, seed, start, truncation=1.0, labels=None):
        """Generates rows in one batch, as a NumPy array; see `rows`.

        Raises:
            FloatingPointError: For NaN or infinity, which uint8 would hide.
        """
        rows, finite = self._checked(
            tf.constant(count),
            tf.constant(seed, tf.int64),
            tf.constant(start, tf.int64),
            labels,
            tf.constant(truncation, tf.float32),
        )
        if not finite:
            raise FloatingPointError(
                "The generator must give finite samples. Received: NaN or infinity "
                f"among samples {start} to {start + count - 1} of seed {seed}"
            )
        return rows.numpy()

    def walk(self, first_seed, second_seed, steps, label, batch_size, *truncation):
        """Generates a walk from one seed's image to another's, as a NumPy array."""
        arguments.integer("`steps`", steps, 2)
        arguments.index("first_seed", first_seed)
        arguments.index("second_seed", second_seed)
        self._require_latents("interpolate")
        way = latents.walk(self.prior, first_seed, second_seed, steps)
        label = 0 if label is None and self.num_classes else label
        return self.from_latents(way, label, batch_size, *truncation)

    def of_seeds(self, seeds, labels, batch_size, *truncation):
        """Generates from the latents of `kgan.latents.of_seeds`, as a NumPy array."""
        drawn = latents.of_seeds(self.prior, seeds)
        if labels is None and self.num_classes is not None:
            labels = np.asarray(seeds) % self.num_classes
        return self.from_latents(drawn, labels, batch_size, *truncation)

    def from_latents(self, drawn, labels, batch_size=128, truncation=1.0, cutoff=None):
        """Generates from any number of latents as a NumPy array, batch by batch."""
        self._require_latents("decode")
        self.check_truncation(truncation, cutoff)
        drawn = arguments.latents(drawn, self.prior.latent_dim)
        if labels is None and self.num_classes is not None:
            labels = np.arange(len(drawn)) % self.num_classes
        labels = self.labels(len(drawn), labels)
        psi = tf.constant(truncation, tf.float32)

        def decoded(drawn, labels):
            return self._decoded(tf.constant(drawn), labels, psi, cutoff).numpy()

        return in_batches(decoded, batch_size, drawn, labels)

    def _require_latents(self, who):
        if self.prior is False:
            raise ValueError(
                f"`{who}` needs a generator that takes latents. Received: one that "
                "takes its condition alone, prior=False"
            )

    def labels(self, count, labels):
        """Returns int32 labels of shape `(count,)`, checked, or None for none."""
        if self.told:
            return self.conditions.rows(labels, count)
        if labels is None:
            return None
        if self.num_classes is None:
            raise ValueError(
                "`labels` must be None for a GAN whose networks take no labels. "
                f"Received: {labels!r}"
            )
        return arguments.spread_labels(labels, count, self.num_classes)
