"""Actions of a watch that has found a symptom: warn, stop, or roll back."""

import typing

import keras

from kgan.callbacks.snapshot import Snapshot, inner
from kgan.core import registry
from kgan.core.arguments import positive_integer


class Outcome(typing.NamedTuple):
    """Result of an action: a sentence for the user, and what became of the training.

    `stopped` is whether training ends, `restored` whether the model is in an earlier
    state now.
    """

    sentence: str
    stopped: bool = False
    restored: bool = False


class Warn:
    """Returns what was found, and lets training go on; the base of all actions."""

    # Whether the model goes back to an earlier state.
    restores = False

    def begin(self, model):
        """Prepares for a training; raises `ValueError` where it cannot be watched."""

    def keep(self, model):
        """Notes a sound state; returns path and value of a variable that is NaN."""

    def act(self, model, found):
        """Acts on what has gone wrong, `found` in words; returns an `Outcome`."""
        return Outcome(f"Warning at step {model.step:,}: {found}")


class Stop(Warn):
    """Stops training; the model stays as it is."""

    def act(self, model, found):
        model.stop_training = True
        sentence = f"Training stopped at step {model.step:,}: {found}"
        return Outcome(sentence, stopped=True)


class RollBack(Warn):
    """Restores the last sound state, and training goes on; see `CollapseWatch`.

    Args:
        max_rollbacks: Number of rollbacks in the model's life.
        learning_rate_factor: Factor in (0, 1] of all learning rates at each.

    Raises:
        ValueError: If an argument is out of range.
    """

    restores = True

    def __init__(self, max_rollbacks=3, learning_rate_factor=1.0):
        self.max_rollbacks = positive_integer("max_rollbacks", max_rollbacks)
        if not 0.0 < learning_rate_factor <= 1.0:
            raise ValueError(
                "`learning_rate_factor` must lie in (0, 1]. "
                f"Received: {learning_rate_factor!r}"
            )
        self.learning_rate_factor = learning_rate_factor
        self._sound = None

    def begin(self, model):
        self._sound = None
        for player, optimizer in model.optimizers.items():
            multiplied = isinstance(inner(optimizer).learning_rate, keras.Variable)
            if self.learning_rate_factor < 1.0 and not multiplied:
                raise ValueError(
                    "`learning_rate_factor` must be 1 where a learning rate follows a "
                    "schedule, which cannot be multiplied. Received: "
                    f"{self.learning_rate_factor} with a schedule in "
                    f"`{player}_optimizer`"
                )

    def keep(self, model):
        snapshot = Snapshot(model)
        bad = snapshot.first_not_finite()
        if bad is None:
            self._sound = snapshot
        elif self._sound is None:
            raise ValueError(
                "A model that is watched must begin with finite weights. "
                f"Received: {bad[1]} in {bad[0]}"
            )
        return bad

    def act(self, model, found):
        step, back = model.step, self._sound.step
        self._sound.restore(model)
        if model.rollbacks >= self.max_rollbacks:
            model.stop_training = True
            sentence = (
                f"Training stopped at step {step:,} after {model.rollbacks} rollbacks, "
                f"with the model as it was at step {back:,}: {found}"
            )
            return Outcome(sentence, stopped=True, restored=True)
        with model.distribute_strategy.scope():
            model.clock.rollbacks.assign_add(1)
            self._slow_down(model)
        sentence = (
            f"Rolled back from step {step:,} to step {back:,} (rollback "
            f"{model.rollbacks} of {self.max_rollbacks}): {found}"
        )
        return Outcome(sentence, restored=True)

    def _slow_down(self, model):
        if self.learning_rate_factor < 1.0:
            for optimizer in model.optimizers.values():
                rate = inner(optimizer).learning_rate
                rate.assign(rate * self.learning_rate_factor)


def get(name, **arguments):
    """Returns the action "warn", "stop" or "rollback"; arguments are those of the last.

    Raises:
        ValueError: If there is no such action, or an argument is out of range.
    """
    known = {"warn": Warn(), "stop": Stop(), "rollback": RollBack(**arguments)}
    if name not in known:
        raise ValueError(registry.unknown("`action` must be one of", name, known))
    return known[name]
