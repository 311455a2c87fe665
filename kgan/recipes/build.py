"""What the recipes of all games share: objects by name, optimizers, precision."""

import contextlib
import inspect
import numbers

import keras

from kgan import metrics
from kgan.core import registry
from kgan.recipes import schedules

# Keras' own, those that wrap other optimizers left out.
OPTIMIZERS = {
    name.lower(): kind
    for name, kind in vars(keras.optimizers).items()
    if isinstance(kind, type) and "learning_rate" in inspect.signature(kind).parameters
}
# Arguments that are a recipe's own fields, or follow from its data.
_NO_OPTIONS = {"image_shape", "data_shape", "latent_dim", "num_classes", "kwargs"}


def check(recipe) -> None:
    """Checks what the recipes of all games have, without building anything.

    Raises:
        ValueError: If a name is unknown, or a value does not fit.
    """
    for name in recipe.metrics:
        _check_best(recipe, metrics.get(name))
    if recipe.batch_size % recipe.micro_batches:
        raise ValueError(
            f"`micro_batches` must divide the batch size {recipe.batch_size}. "
            f"Received: {recipe.micro_batches}"
        )
    for player, given in recipe.optimizers.items():
        if player not in recipe.players:
            expected = f"`optimizers` of the game {recipe.game} must be of the players"
            raise ValueError(registry.unknown(expected, player, recipe.players))
        _check_optimizer(player, given)


def _check_best(recipe, metric):
    """Checks that `best_mode` does not keep the worst model."""
    for figure, better in zip(metric.figures, metric.best, strict=True):
        named = str(recipe.best) in (figure, metric.standard_name)
        named = named or str(recipe.best).startswith(f"{figure}_")
        if named and better in ("min", "max") and recipe.best_mode != better:
            raise ValueError(
                f"`best_mode` must be {better!r} for {recipe.best}. "
                f"Received: {recipe.best_mode!r}"
            )


def _check_optimizer(player, given):
    # An optimizer itself has variables, with which TensorFlow starts: too early for
    # workers that must find each other before.
    if not isinstance(given, dict):
        raise ValueError(
            f"`optimizers` of the {player} must be a dictionary with a `name`. "
            f"Received: {given!r}"
        )
    name = given.get("name")
    known = _arguments_of_optimizer(_find_optimizer(player, name))
    arguments = {key: value for key, value in given.items() if key != "name"}
    for key, value in schedules.expand(arguments, 1).items():
        if key not in known:
            expected = f"The arguments of the {player}'s {name} are"
            raise ValueError(registry.unknown(expected, key, known))
        if key == "learning_rate":
            fits = callable(value) or (_is_number(value) and value >= 0)
            expected = "a non-negative number or a schedule"
        else:
            fits, expected = _is_like(value, known[key]), f"like {known[key]!r}"
        if not fits:
            raise ValueError(
                f"`{key}` of the {player}'s {name} must be {expected}. "
                f"Received: {given[key]!r}"
            )


def _find_optimizer(player, name):
    kind = OPTIMIZERS.get(name.lower()) if isinstance(name, str) else None
    if kind is None:
        expected = f"The {player}'s optimizer must be one of"
        raise ValueError(registry.unknown(expected, name, OPTIMIZERS))
    return kind


def _arguments_of_optimizer(kind):
    return {n: d for n, d in arguments_of(kind).items() if n != "name"}


def _is_like(value, default):
    """Returns whether a value is of the type of its default; None says little of it."""
    if default is None:
        return not callable(value) and not isinstance(value, (str, dict))
    return type(value) is type(default) or (_is_number(value) and _is_number(default))


def _is_number(value):
    return isinstance(value, numbers.Real) and not isinstance(value, bool)


def make_optimizers(recipe) -> dict:
    """Builds a Keras optimizer for each player.

    Schedules count rounds of the game; an optimizer counts its own updates, so its
    schedule is stretched by the updates that it makes in a round.

    Args:
        recipe: A `Recipe`.

    Returns:
        A dictionary of optimizers by player.
    """
    return {player: _make_optimizer(recipe, player) for player in recipe.players}


def _make_optimizer(recipe, player):
    arguments = dict(recipe.optimizer_of(player))
    kind = _find_optimizer(player, arguments.pop("name"))
    rate = arguments.get("learning_rate")
    if isinstance(rate, int):  # a Keras optimizer takes no integer
        arguments["learning_rate"] = float(rate)
    updates = recipe.steps * recipe.updates_a_round(player)
    return kind(**schedules.expand(arguments, updates))


def optimizers_in_full(chosen: dict) -> dict:
    """Writes out the arguments of optimizers that are left to their defaults.

    Args:
        chosen: Name and arguments of an optimizer, by player.
    """
    return {
        player: {
            "name": given["name"],
            **_arguments_of_optimizer(_find_optimizer(player, given["name"])),
            **given,
        }
        for player, given in chosen.items()
    }


@contextlib.contextmanager
def in_precision(precision: str):
    """Sets Keras' policy of precision for networks that are built inside of `with`."""
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(precision)
    try:
        yield
    finally:
        keras.config.set_dtype_policy(before)


def find(what: str, name: str, table: dict):
    """Returns the entry of a table.

    Raises:
        ValueError: If there is none of that name; `what` is the field for the message.
    """
    if name not in table:
        raise ValueError(registry.unknown(f"`{what}` must be one of", name, table))
    return table[name]


def make(what: str, room, steps: int, given: dict):
    """Builds an object that a registry finds by its name.

    Args:
        what: The field of the recipe, for messages.
        room: A registry, or a module with its `find` and `get`.
        steps: Rounds of the run, for options that follow a schedule.
        given: The object's name under `"name"`, and its options.

    Raises:
        ValueError: If the name or an option is unknown or wrong.
    """
    check_named(what, room, steps, given)
    return room.get({"name": given.get("name"), **schedules.expand(given, steps)})


def check_named(what: str, room, steps: int, given: dict) -> None:
    """Checks what `make` would build, and builds nothing."""
    kind = room.find(given.get("name"))
    options = {key: value for key, value in given.items() if key != "name"}
    check_options(what, given["name"], kind, options)
    schedules.expand(options, steps)


def check_options(what: str, name: str, function, options: dict) -> None:
    """Checks that options are arguments of a function or class.

    Raises:
        ValueError: If one is not.
    """
    known = arguments_of(function)
    for option in options:
        if option not in known:
            expected = f"`{what}` of {name} must be one of"
            raise ValueError(registry.unknown(expected, option, known))


def arguments_of(function) -> dict:
    """Returns a function's arguments that may be options, with their defaults."""
    parameters = inspect.signature(function).parameters
    return {n: p.default for n, p in parameters.items() if n not in _NO_OPTIONS}


def in_full(objects: list, given: tuple) -> list:
    """Returns the configs of objects beside their names, schedules as written.

    Args:
        objects: Objects with `get_config`.
        given: For each, the dictionary that it was built from.
    """
    return [
        {"name": options["name"], **schedules.keep(each.get_config(), options)}
        for each, options in zip(objects, given, strict=True)
    ]
