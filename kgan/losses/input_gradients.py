"""Evaluates a network and its input gradients, sharing forward passes.

A gradient penalty at a tensor that the loss evaluates too shares its pass; two
penalties at one tensor share theirs.
"""

import tensorflow as tf

from kgan.core.seeds import Use
from kgan.engine.update import dense_gradients

LOGITS = "logits"


def heads(outputs):
    """Returns a discriminator's output as a dictionary of its heads.

    A tensor, or a list of maps at several scales, is its logits.
    """
    named = outputs if isinstance(outputs, dict) else {LOGITS: outputs}
    tensors = all(hasattr(x, "shape") for x in tf.nest.flatten(named))
    if LOGITS not in named or not tensors:
        what = sorted(named) if isinstance(outputs, dict) else type(outputs).__name__
        raise ValueError(
            "`discriminator` must return its logits, or a dictionary of heads with "
            f"{LOGITS!r} among them. Received: {what}"
        )
    return named


def joined(data, condition):
    """Returns the inputs of a network: data alone, or data with a condition."""
    return data if condition is None else [data, condition]


class Judge:
    """D, or another network that scores data, in one update.

    Args:
        nets: The update's `Networks`.
        name: Name of the network.
        condition: What it takes besides, or None.
        method: Name of its method for scores; None: its call.
    """

    def __init__(self, nets, name, condition=None, method=None):
        self.nets, self.name = nets, name
        self.condition, self.method = condition, method

    def __call__(self, data, key=None, nets=None, condition=None):
        """Returns the heads for data; by other (frozen) `nets`, if they are given."""
        network = getattr(nets or self.nets, self.name)
        network = network if self.method is None else getattr(network, self.method)
        condition = self.condition if condition is None else condition
        return heads(network(joined(data, condition), key=key))

    def compare(self, real, fake, wanted=()):
        """Returns the heads for real and for generated data, two dictionaries.

        One pass over both is faster than two, where no layer sees the difference and
        neither is among `wanted`, the tensors at which a gradient will be asked for.
        """
        wanted = {id(points) for points in wanted}
        rows = tf.nest.flatten(real)[0].shape[0]
        if wanted & {id(real), id(fake)} or not self.nets.may_join(self.name, rows):
            keys = ((real, Use.REAL), (fake, Use.FAKE))
            return tuple(
                self._differentiate(x, key, self.nets)
                if id(x) in wanted
                else self(x, key)
                for x, key in keys
            )
        both = tf.nest.map_structure(lambda *x: tf.concat(x, axis=0), real, fake)
        condition = self.condition
        if condition is not None:
            condition = tf.nest.map_structure(
                lambda x: tf.concat([x, x], axis=0), condition
            )
        outputs = self(both, key=(), condition=condition)
        halves = [tf.split(head, 2) for head in tf.nest.flatten(outputs)]
        return tuple(
            tf.nest.pack_sequence_as(outputs, half)
            for half in zip(*halves, strict=True)
        )

    def gradient_at(self, points, shown=None):
        """Returns the gradient of the sum of logits; this pass moves no statistics.

        Args:
            points: Where it is taken, a tensor.
            shown: Function from the points to what the network sees of them. None: the
                points themselves.
        """
        known = self.nets.known
        if (self.name, id(points)) not in known:
            self._differentiate(points, Use.PENALTY, self.nets.frozen, shown)
        return known[self.name, id(points)][0]

    def _differentiate(self, points, key, nets, shown=None):
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(points)
            outputs = self(points if shown is None else shown(points), key, nets)
            logits = tf.nest.flatten(outputs[LOGITS])
            total = tf.add_n([tf.reduce_sum(each) for each in logits])
        (found,) = dense_gradients(tape, total, [points])
        # The points too: an id is theirs while they live.
        nets.known[self.name, id(points)] = found, points
        return outputs
