"""D(x) for given data."""

import tensorflow as tf

from kgan.core import arguments
from kgan.engine import feeding
from kgan.games import gan_checks, network_checks
from kgan.games.sampler import as_floats, in_batches
from kgan.losses.input_gradients import LOGITS, heads, joined


class Scorer:
    """A discriminator's scores of real or generated data.

    Args:
        discriminator: D, a network.
        loss: The `kgan.losses.AdversarialLoss` by which its logits have a meaning.
        data_shape: Shape of one example.
        num_classes: Number of classes that D takes, or None.
        is_image: Whether data are images in [−1, 1].
    """

    def __init__(self, discriminator, loss, data_shape, num_classes, *, is_image):
        self.discriminator = discriminator
        self.loss = loss
        self.data_shape = data_shape
        self.num_classes = num_classes
        self.is_image = is_image
        self._batch = tf.function(self._score, reduce_retracing=True)

    def outputs(self, data, labels):
        """Returns `score`, the logits, and `probability` where the loss has one.

        Each is float32 of shape `(batch,)`: a mean where an example has several logits.

        Args:
            data: float32 images in [−1, 1], or other values.
            labels: int32 of shape `(batch,)`, or None.
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
        """Returns D(x) for each example as a float32 NumPy array."""
        data = as_floats("data", data, self.data_shape, self.is_image)
        gan_checks.labels_match(labels, self.num_classes)
        if labels is not None:
            labels = arguments.spread_labels(labels, len(data), self.num_classes)
        return in_batches(self._scores, batch_size, data, labels)

    def _scores(self, data, labels):
        """Scores a batch, filled from its start to whole groups of D's layers."""
        group = gan_checks.group_of(self.discriminator)
        batch = {"data": data} if labels is None else {"data": data, "labels": labels}
        filled = feeding.filled(group, batch)
        scores = self._batch(filled["data"], filled.get("labels"))
        return scores.numpy()[: len(data)]


def _mean_of_each(maps):
    """Returns the mean for each example over its logits, and over all maps."""
    means = [tf.reduce_mean(tf.reshape(x, (tf.shape(x)[0], -1)), axis=1) for x in maps]
    return means[0] if len(means) == 1 else tf.add_n(means) / len(means)
