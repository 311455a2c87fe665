"""What the recipes of all games share: objects by name, optimizers, precision."""

import contextlib
import inspect

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
        expected = f"`optimizers` of the game {recipe.game} must be of the players"
        registry.check_known(expected, player, recipe.players)
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
    known = arguments_of(_find_optimizer(player, name))
    for key, value in schedules.expand(_options(given), 1).items():
        registry.check_known(f"The arguments of the {player}'s {name} are", key, known)
        if key == "learning_rate":
            fits = callable(value) or (schedules.is_number(value) and value >= 0)
            expected = "a non-negative number or a schedule"
        else:
            fits, expected = _is_like(value, known[key]), f"like {known[key]!r}"
        if not fits:
            raise ValueError(
                f"`{key}` of the {player}'s {name} must be {expected}. "
                f"Received: {given[key]!r}"
            )


def _find_optimizer(player, name):
    kind = OPTIMIZERS.get(str(name).lower())
    if kind is None:
        expected = f"The {player}'s optimizer must be one of"
        raise ValueError(registry.unknown(expected, name, OPTIMIZERS))
    return kind


def _is_like(value, default):
    """Returns whether a value is of the type of its default; None says little of it."""
    if default is None:
        return not callable(value) and not isinstance(value, (str, dict))
    both_numbers = all(map(schedules.is_number, (value, default)))
    return type(value) is type(default) or both_numbers


def make_optimizers(recipe) -> dict:
    """Builds a recipe's Keras optimizers, by player.

    Schedules count rounds of the game; an optimizer counts its own updates, so its
    schedule is stretched by the updates that it makes in a round.
    """
    return {player: _make_optimizer(recipe, player) for player in recipe.players}


def _make_optimizer(recipe, player):
    given = recipe.optimizer_of(player)
    updates = recipe.steps * recipe.updates_a_round(player)
    arguments = schedules.expand(_options(given), updates)
    if isinstance(arguments.get("learning_rate"), int):
        # A Keras optimizer takes no integer.
        arguments["learning_rate"] = float(arguments["learning_rate"])
    return _find_optimizer(player, given["name"])(**arguments)


def optimizers_in_full(chosen: dict) -> dict:
    """Returns names and arguments of optimizers by player, defaults written out."""
    return {
        player: {
            "name": given["name"],
            **arguments_of(_find_optimizer(player, given["name"])),
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
    registry.check_known(f"`{what}` must be one of", name, table)
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
    return room.get(schedules.expand(given, steps))


def check_named(what: str, room, steps: int, given: dict) -> None:
    """Checks what `make` would build, and builds nothing."""
    kind = room.find(given.get("name"))
    check_options(what, given["name"], kind, _options(given))
    schedules.expand(given, steps)


def _options(given):
    return {key: value for key, value in given.items() if key != "name"}


def check_options(what: str, name: str, function, options: dict) -> None:
    """Checks that options are arguments of a function or class.

    Raises:
        ValueError: If one is not.
    """
    known = arguments_of(function)
    for option in options:
        registry.check_known(f"`{what}` of {name} must be one of", option, known)


def arguments_of(function) -> dict:
    """Returns a function's arguments that may be options, with their defaults."""
    parameters = inspect.signature(function).parameters
    return {
        n: p.default for n, p in parameters.items() if n not in _NO_OPTIONS | {"name"}
    }


def in_full(objects: list, given: tuple) -> list:
    """Returns the configs of objects beside their names, schedules as written.

    `given` is, for each object, the dictionary that it was built from.
    """
    return [
        {"name": options["name"], **schedules.keep(each.get_config(), options)}
        for each, options in zip(objects, given, strict=True)
    ]
