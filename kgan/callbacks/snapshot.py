"""A copy of a game's state in memory, to which training can be rolled back."""

import keras
import numpy as np


def inner(optimizer):
    """Returns the optimizer that moves weights, inside of float16's loss scaling."""
    return getattr(optimizer, "inner_optimizer", optimizer)


class Snapshot:
    """All that training changes, in the host's memory: to be restored later.

    Left out are the position in the data, the number of rollbacks, which is never
    lowered, and learning rates that are variables: what was done to them stays done.

    Args:
        model: A compiled game.

    Attributes:
        step: The model's step at that time.
    """

    def __init__(self, model):
        self.step = model.step
        # Copies: an array may share its memory with the variable.
        self._values = [
            (v.path, np.array(keras.ops.convert_to_numpy(v))) for v in _variables(model)
        ]

    def first_not_finite(self):
        """Returns path and value of the first variable with NaN or infinity, if any."""
        for path, value in self._values:
            bad = ~np.isfinite(value.astype(np.float32))
            if bad.any():
                return path, value[bad][0]
        return None

    def restore(self, model):
        """Sets the variables of the model, on all replicas, and resets its metrics."""
        with model.distribute_strategy.scope():
            kept = zip(_variables(model), self._values, strict=True)
            for variable, (_, value) in kept:
                variable.assign(value)
            _reset_metrics(model)


def _variables(model):
    clock = model.clock
    kept = {id(clock.position), id(clock.rollbacks)}
    variables = list(model.weights)
    for optimizer in model.optimizers.values():
        kept.add(id(inner(optimizer).learning_rate))
        variables += optimizer.variables
    return [variable for variable in variables if id(variable) not in kept]


def _reset_metrics(model):
    """Starts new means; one that remembers a NaN from before starts at 0."""
    model.reset_metrics()
    for metric in model.metrics:
        for variable in metric.variables:
            value = keras.ops.convert_to_numpy(variable)
            variable.assign(np.where(np.isfinite(value), value, 0.0))
