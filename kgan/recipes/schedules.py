"""Numbers that change over a run, as a recipe writes them: from, to, and how."""

import keras

from kgan.core import registry
from kgan.core.schedules import LinearAfter, is_number

_keras = keras.optimizers.schedules

# All begin at `first` and are at `last` after `steps` updates.
SCHEDULES = {
    "linear": lambda first, last, steps: _keras.PolynomialDecay(
        first, steps, end_learning_rate=last
    ),
    "cosine": lambda first, last, steps: _keras.CosineDecay(
        first, steps, alpha=last and last / first
    ),
    "exponential": lambda first, last, steps: _keras.ExponentialDecay(
        first, steps, decay_rate=last / first
    ),
}
# One that begins to fall after so many of the epochs into which the run is cut.
_AFTER = "linear_after"
# What of each must be above 0: it is a factor of the schedule.
_FACTORS = {"linear": (), "cosine": ("first",), "exponential": ("first", "last")}
# Recipes that were written by earlier versions name a schedule under the second key.
_KEYS = ("schedule", "course")


def expand(options: dict, steps: int) -> dict:
    """Returns options with a Keras schedule for each that is a schedule of a recipe.

    A schedule is a dictionary such as
    `{"schedule": "exponential", "first": 0.01, "last": 1e-5}`, or
    `{"schedule": "linear_after", "first": 2e-4, "epochs": 100, "decay_epochs": 100}`,
    `kgan.core.schedules.LinearAfter` with the run cut into 200 epochs. It lasts as long
    as the run, whatever its length, where a Keras schedule counts steps of its own:
    `steps` are the updates in the run of whoever reads it.

    Raises:
        ValueError: If a schedule is unknown, or its numbers do not fit it.

    Example:
        ```python
        weight = {"schedule": "cosine", "first": 1.0, "last": 0.1}
        expand({"weight": weight}, 1_000)["weight"](500)  # 0.55
        ```
    """
    return {
        name: _expanded(name, value, steps) if _is_schedule(value) else value
        for name, value in options.items()
    }


def keep(config: dict, options: dict) -> dict:
    """Returns an object's config with the schedules that its options had, as written.

    The config has them in full, for one length of run.
    """
    written = {name: value for name, value in options.items() if _is_schedule(value)}
    return {**config, **written}


def _is_schedule(value):
    return isinstance(value, dict) and any(key in value for key in _KEYS)


def _expanded(name, given, steps):
    bounds = dict(given)
    key = next(key for key in _KEYS if key in given)
    kind = bounds.pop(key)
    known = (*SCHEDULES, _AFTER)
    registry.check_known(f"`{key}` of `{name}` must be one of", kind, known)
    if kind == _AFTER:
        return _after(name, given, bounds, steps)
    factors = _FACTORS[kind]
    fit = (_fits(bound, key in factors) for key, bound in bounds.items())
    if set(bounds) != {"first", "last"} or not all(fit):
        above = f", {' and '.join(factors)} above 0" if factors else ""
        raise ValueError(
            f"The {kind} schedule of `{name}` must have the non-negative numbers "
            f"`first` and `last`{above}. Received: {given!r}"
        )
    # Floats: a Keras schedule computes in the dtype of its first value.
    first, last = (float(bounds[key]) for key in ("first", "last"))
    return SCHEDULES[kind](first, last, steps)


def _after(name, given, bounds, steps):
    counts = {"epochs", "decay_epochs"}
    whole = all(type(bounds.get(count)) is int for count in counts)
    fit = (
        bounds.keys() == {"first", *counts} and whole and _fits(bounds["first"], False)
    )
    if not fit or min(bounds[count] for count in counts) < 0:
        raise ValueError(
            f"The {_AFTER} schedule of `{name}` must have the non-negative number "
            "`first` and the whole numbers `epochs` and `decay_epochs`. "
            f"Received: {given!r}"
        )
    if not any(bounds[count] for count in counts):
        raise ValueError(
            f"The {_AFTER} schedule of `{name}` must have an epoch, of `epochs` or of "
            f"`decay_epochs`. Received: {given!r}"
        )
    return LinearAfter(**bounds | {"first": float(bounds["first"])}, steps=steps)


def _fits(bound, above_zero):
    return is_number(bound) and (bound > 0 if above_zero else bound >= 0)
