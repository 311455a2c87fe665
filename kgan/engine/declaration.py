"""Checks what a game declares: its methods, networks and moves."""

import warnings

import keras

from kgan.engine.clock import Clock
from kgan.engine.move import players_of
from kgan.engine.networks import Networks

# Keras sets these in the constructor, or reads them as properties: a method of that
# name would be gone, or in the way.
_OF_KERAS = {"compiled", "history", "loss", "metrics", "optimizer", "stop_training"}
_OF_NETWORKS = {
    *(name for name in dir(Networks) if not name.startswith("_")),
    *("step", "context", "values", "rows", "known", "fixed"),
}


def check_methods(cls):
    """Raises a ValueError for a method of a game's class whose name Keras needs."""
    for name in _OF_KERAS & vars(cls).keys():
        if callable(vars(cls)[name]):
            raise ValueError(
                f"{cls.__name__} must not have a method `{name}`: Keras sets an "
                "attribute of that name. Call it by what it computes, such as "
                "`reconstruction_loss`"
            )


def check_attribute(game, name, value):
    """Checks that a network does not hide a member of the engine or of Keras.

    Args:
        game: The class `kgan.Game`.
        name: Name of the attribute that is set.
        value: What it is set to.
    """
    is_network = isinstance(value, keras.layers.Layer) and not isinstance(value, Clock)
    needed = name in _OF_NETWORKS | _OF_KERAS | {"clock"} or hasattr(game, name)
    if is_network and needed:
        raise ValueError(
            "A network of a game must have a name that neither Keras nor the engine "
            f"needs. Received: {type(value).__name__} as the attribute {name!r}"
        )


def checked(game):
    """Returns the moves of a game, once names, streams and networks are checked."""
    networks, moves = game.networks, tuple(game.moves())
    if not moves:
        raise ValueError("`moves` must return at least one move. Received: none")
    for name, network in networks.items():
        _check_built(name, network)
    for place, move in enumerate(moves):
        for what in ("players", "writes"):
            _check_names(what, getattr(move, what), networks)
        _check_stream(place, moves)
    for player in game.averages():
        _check_names("averages", [player], players_of(moves))
    return moves


def freeze(frozen, players, before=()):
    """Freezes players, and frees those that an earlier `compile` had frozen.

    Args:
        frozen: Their names.
        players: Networks by name.
        before: Names of those that were frozen.
    """
    for player in players.keys() & {*frozen, *before}:
        players[player].trainable = player not in frozen


def stuck(players):
    """Returns the names of players none of whose weights can move, a set."""
    return {p for p, n in players.items() if n.weights and not n.trainable_weights}


def warn_of_frozen(players):
    """Warns of players that are frozen, which is rarely meant."""
    for player in sorted(players):
        warnings.warn(
            f"The {player} is frozen: `fit` will not change its weights. Set "
            f"`{player}.trainable = True` (a game knows itself who moves when), or "
            f'say that it is meant: compile(..., frozen=["{player}"])',
            UserWarning,
            stacklevel=4,
        )


def check_compile(optimizers, frozen, players):
    """Checks that optimizers come by player, and that players alone are frozen.

    Args:
        optimizers: What `compile` was given, and so `frozen`.
        frozen: The same.
        players: Networks by name.
    """
    if isinstance(frozen, str):
        raise ValueError(f"`frozen` must be a list of names. Received: {frozen!r}")
    _check_names("frozen", frozen, players)
    if not isinstance(optimizers, dict):
        raise ValueError(
            "`optimizers` must be a dictionary with a Keras optimizer for each player. "
            f"Received: {optimizers!r}"
        )


def _check_built(name, network):
    if not network.built:
        raise ValueError(
            f"`{name}` must be built before `compile`: call it once, or give it an "
            f"`Input`. Received: {type(network).__name__} without variables"
        )


def _check_names(what, names, known):
    for name in names:
        if name not in known:
            raise ValueError(
                f"`{what}` must name networks of the game: {', '.join(known)}. "
                f"Received: {name!r}"
            )


def _check_stream(place, moves):
    streams = [move.seed_stream(index) for index, move in enumerate(moves)]
    if streams[place] in streams[:place]:
        raise ValueError(
            "Each move must have a stream of seeds of its own. Received: "
            f"stream={moves[place].stream!r} for {moves[place].players} and for "
            f"{moves[streams.index(streams[place])].players}"
        )
