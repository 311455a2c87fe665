"""A network or a layer seen as a pure function of its values."""

import keras
import tensorflow as tf

from kgan.core import independence, seeds
from kgan.engine.feeding import join

LOGITS = "logits"


def heads(outputs):
    """Gives what a discriminator returned as a dictionary of its heads.

    A single tensor is its logits.

    Raises:
        ValueError: If it is neither a tensor nor a dictionary of tensors with logits.
    """
    named = outputs if isinstance(outputs, dict) else {LOGITS: outputs}
    tensors = all(hasattr(output, "shape") for output in named.values())
    if LOGITS not in named or not tensors:
        what = sorted(named) if isinstance(outputs, dict) else type(outputs).__name__
        raise ValueError(
            "`discriminator` must return its logits, or a dictionary of heads with "
            f"{LOGITS!r} among them. Received: {what}"
        )
    return named


class Player:
    """A network seen as a pure function of its values.

    Args:
        network: A built network or layer. One that judges several examples together
            has `pack`, which joins them, and `packed_network`, which takes them so.
        optimizer: The Keras optimizer that moves it, or None.
        takes_labels: Whether its inputs are `[data, labels]` where there are labels.

    Attributes:
        group_size: How many examples are judged together.
        trainable: Its trainable variables.
        state: Variables that training moves without a gradient: moving statistics,
            spectral vectors.
        seed_states: States of its random layers. They are no weights: Keras lists
            them among the variables only.
        by_example: Whether two batches may be given to it as one.
    """

    def __init__(self, network, optimizer=None, takes_labels=True):
        self.pack = getattr(network, "pack", lambda data: data)
        self.network = independence.unpacked(network)
        self.group_size = independence.together(network)
        self.optimizer = optimizer
        self.takes_labels = takes_labels
        self.trainable = list(network.trainable_variables)
        weights = list(network.non_trainable_weights)
        self.state = weights
        known = {id(variable) for variable in weights}
        self.seed_states = [
            variable
            for variable in network.non_trainable_variables
            if id(variable) not in known
        ]
        moves_itself = self.state or self.seed_states
        self.by_example = not moves_itself and independence.independent(self.network)

    def values(self):
        """Reads the variables: `(trainable, state)`, two lists of tensors."""
        read = tf.convert_to_tensor
        return [read(v.value) for v in self.trainable], [
            read(v.value) for v in self.state
        ]

    def __call__(self, values, data, labels, turn, training=True):
        """Calls the network with given values.

        Args:
            values: `(trainable, state)` as `values` gives them.
            data: A float32 batch: packed, if the network takes it so.
            labels: Integer tensor of shape `(batch,)`, or None.
            turn: The `Turn` from whose seed each random layer gets its own.
            training: Whether layers work in training mode.

        Returns:
            `(outputs, values, loss)`: float32 outputs, the values with the new state,
            and the sum of the network's own regularisation losses.
        """
        inputs = join(data, labels if self.takes_labels else None)
        outputs, values, losses = self.run(
            values, turn, lambda: self.network(inputs, training=training)
        )
        to_float32 = keras.tree.map_structure(lambda x: tf.cast(x, tf.float32), outputs)
        return to_float32, values, tf.add_n(losses) if losses else tf.constant(0.0)

    def run(self, values, turn, function):
        """Runs a function in which the variables have given values.

        Args:
            values: `(trainable, state)` as `values` gives them.
            turn: The `Turn` from whose seed each random layer gets its own.
            function: Function without arguments.

        Returns:
            `(result, values, losses)`: what the function returned, the values with the
            state that it has assigned, and the layers' own losses, float32 scalars.
        """
        trainable, state = values
        variables = [*self.trainable, *self.state, *self.seed_states]
        tensors = [*trainable, *state, *self._layer_seeds(turn)]
        pairs = zip(variables, tensors, strict=True)
        # Not `stateless_call`: it skips `__call__`, and with it the training flag that
        # a subclassed network's own layers look up, and the casts of mixed precision.
        with keras.StatelessScope(pairs, collect_losses=True) as scope:
            result = function()
            losses = [tf.cast(loss, tf.float32) for loss in self.network.losses]
        new_state = [
            tf.cast(scope.get_current_value(v), old.dtype)
            for v, old in zip(self.state, state, strict=True)
        ]
        return result, (trainable, new_state), losses

    def _layer_seeds(self, turn):
        def state(index):
            return seeds.layer_state(turn.fold(index).seed, turn.replica)

        return [
            tf.cast(state(index), variable.dtype)
            for index, variable in enumerate(self.seed_states)
        ]
