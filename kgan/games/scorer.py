"""D(x) for data a user holds in their hands."""

import numpy as np
import tensorflow as tf

from kgan.core import arguments
from kgan.engine import feeding
from kgan.games import gan_checks, network_checks
from kgan.games.sampler import to_float
from kgan.losses.input_gradients import LOGITS, heads, joined


class Scorer:
    """Asks a discriminator about real or generated data.

    Args:
        discriminator: D, a network.
        loss: The `kgan.losses.AdversarialLoss` that says what its logits mean.
        data_shape: Shape of one example.
        num_classes: Number of classes that D takes, or None.
    """

    def __init__(self, discriminator, loss, data_shape, num_classes):
        self.discriminator = discriminator
        self.loss = loss
        self.data_shape = data_shape
        self.num_classes = num_classes
        self._batch = tf.function(self._score, reduce_retracing=True)

    def outputs(self, data, labels):
        """Gives D's opinion of a batch.

        Args:
            data: float32 images in [−1, 1], or points.
            labels: int32 of shape `(batch,)`, or None.

        Returns:
            `score`, the logits, and where the loss has one `probability`, each float32
            of shape `(batch,)`: the mean where D gives several for an example.
        """
        self._refuse_packs()
        outputs = heads(self.discriminator(joined(data, labels), training=False))
        maps = [tf.cast(x, tf.float32) for x in tf.nest.flatten(outputs[LOGITS])]
        opinion = {"score": maps}
        if self.loss.probabilistic:
            opinion["probability"] = [self.loss.score(logits) for logits in maps]
        return {name: _mean_of_each(values) for name, values in opinion.items()}

    def _refuse_packs(self):
        together = network_checks.together(self.discriminator)
        if together > 1:
            raise ValueError(
                "A discriminator must judge each example by itself to tell D(x). "
                f"Received: one that judges {together} together"
            )

    def _score(self, data, labels):
        opinion = self.outputs(data, labels)
        return opinion.get("probability", opinion["score"])

    def __call__(self, data, labels, batch_size):
        """Gives D(x) for each example as a float32 NumPy array."""
        arguments.positive_integer("batch_size", batch_size)
        data = np.asarray(data)
        if data.dtype == np.uint8 and len(self.data_shape) == 3:
            data = to_float(data).numpy()
        if labels is not None:
            gan_checks.labels_match(labels, self.num_classes)
            labels = arguments.spread_labels(labels, len(data), self.num_classes)
        example = data if labels is None else (data, labels)
        gan_checks.check_example(example, self.data_shape, self.num_classes)
        data = data.astype(np.float32)
        return np.concatenate(
            [
                self._scores(data[part], None if labels is None else labels[part])
                for part in _slices(len(data), batch_size)
            ]
        )

    def _scores(self, data, labels):
        """Scores a batch; one that D's layers cannot group is filled from its start."""
        group = gan_checks.group_of(self.discriminator)
        batch = {"data": data} if labels is None else {"data": data, "labels": labels}
        filled = feeding.filled(group, batch)
        scores = self._batch(filled["data"], filled.get("labels"))
        return scores.numpy()[: len(data)]


def _slices(count, size):
    return [slice(first, first + size) for first in range(0, count, size)]


def _mean_of_each(maps):
    """The mean for each example over its logits, and over all maps."""
    means = [tf.reduce_mean(tf.reshape(x, (tf.shape(x)[0], -1)), axis=1) for x in maps]
    return means[0] if len(means) == 1 else tf.add_n(means) / len(means)
