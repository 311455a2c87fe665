"""The discriminator within one update: what it says, and how steep it is."""

import tensorflow as tf

from kgan.core.seeds import Use
from kgan.engine.stateless import LOGITS, heads


def gradients(tape, total, sources):
    """Gives gradients as dense tensors, zeros where nothing leads to a source."""
    found = tape.gradient(total, sources, unconnected_gradients="zero")
    # An embedding's gradient comes as IndexedSlices, which neither XLA nor the sum over
    # replicas takes.
    return [tf.convert_to_tensor(gradient) for gradient in found]


class Critic:
    """D within one update: its moving values, and its gradients where they are known.

    A penalty at `real` or `fake` shares the pass that the adversarial loss makes; two
    penalties at the same tensor share theirs.

    Args:
        player: D, a `kgan.engine.stateless.Player`.
        values: Its values, `(trainable, state)`.
        labels: int32 of shape `(batch,)`, or None.
        wanted: Tensors at which a gradient will be asked for.

    Attributes:
        values: The values with the state that the passes have moved.
        loss: D's own regularisation losses, once for both passes.
    """

    def __init__(self, player, values, labels, wanted=()):
        self.player = player
        self.values = values
        self.labels = labels
        self.loss = tf.constant(0.0)
        self._wanted = {id(points) for points in wanted}
        self._known = {}

    def compare(self, real, fake, turn):
        """Gives the heads for real and for generated data, two dictionaries.

        One pass over both is faster than two, where no layer sees the difference and no
        penalty wants the gradient at either.
        """
        if self._wanted & {id(real), id(fake)} or not self.player.by_example:
            return self(real, turn.fold(Use.REAL)), self(fake, turn.fold(Use.FAKE))
        labels = None if self.labels is None else tf.concat([self.labels] * 2, axis=0)
        both = tf.concat([real, fake], axis=0)
        outputs, self.values, self.loss = self.player(self.values, both, labels, turn)
        halves = {name: tf.split(head, 2) for name, head in heads(outputs).items()}
        return tuple({name: half[i] for name, half in halves.items()} for i in (0, 1))

    def __call__(self, data, turn):
        """Gives the heads; keeps the new state, and the gradient if it is wanted."""
        if id(data) in self._wanted:
            outputs = self._differentiate(data, turn)
        else:
            outputs = self.player(self.values, data, self.labels, turn)
        outputs, self.values, loss = outputs
        self.loss += loss / 2.0  # D's own losses come with both passes, and count once
        return heads(outputs)

    def again(self, data, turn):
        """Gives the heads of further data; this pass moves no statistics."""
        return heads(self.player(self.values, data, self.labels, turn)[0])

    def gradient_at(self, points, turn):
        """Gives the gradient of the sum of logits; this pass moves no statistics."""
        if id(points) not in self._known:
            self._differentiate(points, turn.fold(Use.PENALTY))
        return self._known[id(points)]

    def _differentiate(self, points, turn):
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(points)
            outputs = self.player(self.values, points, self.labels, turn)
            total = tf.reduce_sum(heads(outputs[0])[LOGITS])
        (self._known[id(points)],) = gradients(tape, total, [points])
        return outputs
