"""Numbers that change over a run, as a recipe writes them: from, to, and how."""

import numbers

import keras

from kgan.core import registry

_schedules = keras.optimizers.schedules

# All begin at `first` and are at `last` after `steps` rounds of the game.
COURSES = {
    "linear": lambda first, last, steps: _schedules.PolynomialDecay(
        first, steps, end_learning_rate=last
    ),
    "cosine": lambda first, last, steps: _schedules.CosineDecay(
        first, steps, alpha=last and last / first
    ),
    "exponential": lambda first, last, steps: _schedules.ExponentialDecay(
        first, steps, decay_rate=last / first
    ),
}
# What of each must be above 0: it is a factor of the schedule.
_FACTORS = {"linear": (), "cosine": ("first",), "exponential": ("first", "last")}


def expand(options: dict, steps: int) -> dict:
    """Turns each course among the options of a term into a Keras schedule.

    A course is a dictionary such as
    `{"course": "exponential", "first": 0.01, "last": 1e-5}`. It lasts as long as the
    run, whatever its length, where a Keras schedule counts steps of its own.

    Args:
        options: A dictionary of options; those that are no courses are left alone.
        steps: Rounds of the game in the run.

    Returns:
        A new dictionary.

    Raises:
        ValueError: If a course is unknown, or its numbers do not fit it.

    Example:
        ```python
        weight = {"course": "cosine", "first": 1.0, "last": 0.1}
        expand({"weight": weight}, 1_000)["weight"](500)  # 0.55
        ```
    """
    return {
        name: _schedule(name, value, steps) if _is_course(value) else value
        for name, value in options.items()
    }


def keep(config: dict, options: dict) -> dict:
    """Gives a term's config with courses as they were written, for any length of run.

    Args:
        config: The config of the term, with schedules in full.
        options: The options that it was made of.

    Returns:
        A new dictionary.
    """
    courses = {name: value for name, value in options.items() if _is_course(value)}
    return {**config, **courses}


def _is_course(value):
    return isinstance(value, dict) and "course" in value


def _schedule(name, given, steps):
    course = given["course"]
    if course not in COURSES:
        raise ValueError(
            registry.unknown(f"`course` of `{name}` must be one of", course, COURSES)
        )
    bounds = {key: value for key, value in given.items() if key != "course"}
    factors = _FACTORS[course]
    fit = (_fits(bound, key in factors) for key, bound in bounds.items())
    if set(bounds) != {"first", "last"} or not all(fit):
        above = f", {' and '.join(factors)} above 0" if factors else ""
        raise ValueError(
            f"The {course} course of `{name}` must have the non-negative numbers "
            f"`first` and `last`{above}. Received: {given!r}"
        )
    # Floats: a Keras schedule computes in the dtype of its first value.
    first, last = (float(bounds[key]) for key in ("first", "last"))
    return COURSES[course](first, last, steps)


def _fits(bound, above_zero):
    number = isinstance(bound, numbers.Real) and not isinstance(bound, bool)
    return number and (bound > 0 if above_zero else bound >= 0)
