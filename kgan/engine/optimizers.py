"""The optimizers of a game: loss scaling, the view of all, what is refused."""

import itertools
import types
from collections.abc import Sequence
from typing import Any

import keras
import tensorflow as tf

from kgan.core import arguments, schedules
from kgan.core.schedules import Scheduled
from kgan.engine import fused_adam
from kgan.engine.stateless import frozen_weights


def lazy_adam(
    interval: int | Sequence[int],
    learning_rate: Scheduled = 0.0025,
    beta_1: float = 0.0,
    beta_2: float = 0.99,
    epsilon: float = 1e-8,
    **options: Any,
) -> keras.optimizers.Adam:
    """Builds an Adam for a player with lazy terms that are steps of their own.

    With one such term of an interval of r rounds it makes r + 1 steps in the time of r:
    with c = r / (r + 1), the step size c · lr and the decays β₁ᶜ, β₂ᶜ it goes and
    forgets as far in a round as one without. Karras et al., "Analyzing and Improving
    the Image Quality of StyleGAN" (2020), appendix B.

    Args:
        interval: r, or a sequence: one for each lazy term of the player.
        learning_rate: lr, a number or a schedule. A schedule counts the steps of this
            optimizer, 1 / c of them in a round.
        beta_1: β₁, in [0, 1).
        beta_2: β₂, in [0, 1).
        epsilon: As in `keras.optimizers.Adam`; 1e-8 as in the authors' program.
        **options: Further arguments of it.

    Raises:
        ValueError: If an interval is no positive integer.

    Example:
        ```python
        gan.compile(
            kgan.lazy_adam(4), kgan.lazy_adam(16), lazy="own_step", terms=[
                kgan.penalties.R1(10.0, interval=16), kgan.losses.PathLength(interval=4)
            ]
        )
        ```
    """
    share = 1.0 / steps_a_round(interval)
    return keras.optimizers.Adam(
        schedules.times(learning_rate, share),
        beta_1=beta_1**share,
        beta_2=beta_2**share,
        epsilon=epsilon,
        **options,
    )


def steps_a_round(intervals: int | Sequence[int]) -> float:
    """Returns the mean number of steps in a round: 1 + Σ 1 / interval.

    Raises a `ValueError` if an interval is no positive integer.
    """
    each = intervals if isinstance(intervals, (list, tuple)) else [intervals]
    return 1.0 + sum(1.0 / arguments.positive_integer("interval", i) for i in each)


def prepare(optimizer, network):
    """Returns a built optimizer for a network.

    It is wrapped in a `LossScaleOptimizer` of its own for float16, and has its slots
    before any weights are loaded, which would otherwise be skipped.

    Args:
        optimizer: A Keras optimizer, or its name.
        network: The network that it will move.

    Raises:
        ValueError: If it averages weights, or accumulates gradients over replicas.
    """
    optimizer = keras.optimizers.get(optimizer)
    _refuse(getattr(optimizer, "inner_optimizer", optimizer))
    scaled = isinstance(optimizer, keras.optimizers.LossScaleOptimizer)
    if _computes_in_float16(network) and not scaled:
        optimizer = keras.optimizers.LossScaleOptimizer(optimizer)
    # Frozen layers have slots as well: they may be freed, and what is loaded may have
    # been frozen after its `compile`.
    frozen = {id(v) for v in frozen_weights(network)}
    movable = [v for v in network.variables if v.trainable or id(v) in frozen]
    if not optimizer.built and movable:
        optimizer.build(movable)
    fused_adam.install(getattr(optimizer, "inner_optimizer", optimizer))
    return optimizer


def _computes_in_float16(network):
    # The layers may have a policy that the network itself does not.
    return any(layer.compute_dtype == "float16" for layer in network._flatten_layers())


def _refuse(optimizer):
    if optimizer.use_ema:
        raise ValueError(
            "An optimizer of a game must not have use_ema=True: Keras would exchange "
            "the weights of all players. Use the game's own average (ema_momentum)."
        )
    if optimizer.gradient_accumulation_steps and (
        tf.distribute.get_strategy().num_replicas_in_sync > 1
    ):
        raise ValueError(
            "gradient_accumulation_steps works on one device alone: Keras applies it "
            "inside a condition, which a distribution strategy cannot run. Use "
            "compile(micro_batches=...), which cuts the batch of each update. "
            f"Received: {optimizer.gradient_accumulation_steps}"
        )


def prepare_all(given, networks):
    """Returns the built optimizers of a game by player, in the order of `networks`.

    Args:
        given: By player, a Keras optimizer or its name.
        networks: By player, the network that it moves.

    Raises:
        ValueError: If a player has none, one belongs to no player, or one object is to
            serve two: it has slots for one network.
    """
    missing = [player for player in networks if player not in given]
    further = [player for player in given if player not in networks]
    if missing or further:
        raise ValueError(
            "`optimizers` must have one for each player: "
            f"{', '.join(networks)}. Received: "
            + (f"none for {', '.join(missing)}" if missing else "")
            + (" and " if missing and further else "")
            + (f"one for {', '.join(further)}" if further else "")
        )
    for first, second in itertools.combinations(networks, 2):
        one = given[first]
        if isinstance(one, keras.optimizers.Optimizer) and one is given[second]:
            raise ValueError(
                f"The optimizers of `{first}` and `{second}` must be two objects. "
                f"Received: one {type(one).__name__} for both"
            )
    return {player: prepare(given[player], n) for player, n in networks.items()}


class _Named:
    """An optimizer under its player's name, by which callbacks log it."""

    def __init__(self, name, optimizer):
        vars(self).update(name=name, optimizer=optimizer)

    def __getattr__(self, name):
        return getattr(self.optimizer, name)

    def __setattr__(self, name, value):
        setattr(self.optimizer, name, value)


class OptimizerView:
    """What callbacks know as `model.optimizer`, for a game of several players.

    A read-only view of all: no `keras.Optimizer`, which `fit` would call and Keras
    save. Keras' callbacks find `optimizers`, as in its own `MultiOptimizer`.

    Args:
        named: Optimizers by player.
    """

    built = True

    def __init__(self, named):
        # Trackers log it; no player has a comma in its name.
        self.name = ", ".join(named)
        self.named = types.MappingProxyType(dict(named))

    @property
    def optimizers(self):
        """All of them, in the order of the moves; each has the name of its player."""
        return [_Named(player, optimizer) for player, optimizer in self.named.items()]

    @property
    def variables(self):
        return [v for optimizer in self.optimizers for v in optimizer.variables]

    @property
    def learning_rate(self):
        """That of the first player."""
        return self.optimizers[0].learning_rate

    @learning_rate.setter
    def learning_rate(self, value):
        players = ", ".join(f'model.optimizers["{player}"]' for player in self.named)
        raise AttributeError(
            "A game has a learning rate for each player: set `learning_rate` of "
            f"{players}. Received: {value!r} for all"
        )

    @property
    def iterations(self):
        """Updates of the first player."""
        return self.optimizers[0].iterations

    def get_config(self):
        """Returns all arguments, with the player's name in front."""
        return {
            f"{player}_{key}": value
            for player, optimizer in self.named.items()
            for key, value in optimizer.get_config().items()
        }
