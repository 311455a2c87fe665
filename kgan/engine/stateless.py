"""A network or a layer as a pure function of its values."""

import keras
import tensorflow as tf

from kgan.core import independence, seeds


class Stateless:
    """A built network or layer as a pure function of its values.

    Args:
        network: A `keras.layers.Layer` whose variables exist.
        optimizer: The Keras optimizer that moves it, or None.

    Attributes:
        trainable: Its trainable variables.
        state: Variables that training moves without a gradient: moving statistics,
            spectral vectors.
        seed_states: States of its random layers, no weights for Keras.
        rows_together: How many successive rows it looks at together, 1 if at each by
            itself; None: perhaps at all, or it moves a state. Two batches that are
            multiples of it may be given to it as one.
    """

    def __init__(self, network, optimizer=None):
        self.network = network
        self.optimizer = optimizer
        self.trainable = list(network.trainable_variables)
        # A frozen weight is no trainable one, and must not be written all the same.
        frozen = {id(v) for v in frozen_weights(network)}
        weights = list(network.non_trainable_weights)
        self.state = [v for v in weights if id(v) not in frozen]
        self.frozen = [v for v in weights if id(v) in frozen]
        known = {id(variable) for variable in weights}
        self.seed_states = [
            variable
            for variable in network.non_trainable_variables
            if id(variable) not in known
        ]
        moves_itself = self.state or self.seed_states
        together = independence.rows_together(network)
        self.rows_together = None if moves_itself else together

    def values(self):
        """Returns the variables' values: `(trainable, state)`, two lists of tensors."""
        read = tf.convert_to_tensor
        return [read(v.value) for v in self.trainable], [
            read(v.value) for v in self.state
        ]

    def run(self, values, context, function):
        """Runs a function of no arguments in which the variables have given values.

        Args:
            values: `(trainable, state)` as `values` returns them.
            context: The `Context` from whose seed each random layer gets its own.
            function: The function.

        Returns:
            `(result, values, losses)`: its result, the values with the state that it
            has assigned, and the layers' own losses, float32 scalars.
        """
        trainable, state = values
        variables = [*self.trainable, *self.state, *self.seed_states]
        tensors = [*trainable, *state, *self._layer_seeds(context)]
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

    def _layer_seeds(self, context):
        def state(index):
            return seeds.layer_state(context.fold(index).seed, context.replica)

        return [
            tf.cast(state(index), variable.dtype)
            for index, variable in enumerate(self.seed_states)
        ]


def frozen_weights(network):
    """Weights of frozen layers that an optimizer would move if they were not frozen."""
    for layer in network._flatten_layers():
        if not layer.trainable:
            yield from layer._trainable_variables
