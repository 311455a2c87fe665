"""The optimizers of a game: loss scaling, the view of all, what is refused."""

import itertools
import types

import keras
import tensorflow as tf

from kgan.engine.stateless import frozen_weights


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
