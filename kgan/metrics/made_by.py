"""What a game makes for metrics: its options, and what some metrics need besides."""

import inspect

import kgan.data
from kgan.core import registry
from kgan.core.pictures import is_picture
from kgan.engine.interface import Interface

# Options of a measurement, and their values where nobody asks for others.
PLAIN = {"averaged": True, "truncation": 1.0, "labels": "data", "direction": None}
_LEAST_SIDE = 11  # of pictures that have a structural similarity
# The side of the data with which translations of a direction are compared.
_REFERENCES = {"to_target": "targets", "to_source": "sources"}


def reference(direction):
    """Returns the side of two sets of images that is the reference of a direction.

    None stands for the first direction. Raises a `ValueError` if there is no such one.
    """
    if direction is None:
        return "targets"
    registry.check_known("`direction` must be one of", direction, _REFERENCES)
    return _REFERENCES[direction]


def _is_plain(option, value):
    return isinstance(value, type(PLAIN[option])) and value == PLAIN[option]


def own_options(options):
    """Returns the options of a measurement that were asked for, as `PLAIN` has them.

    Not every game has an average, latents that could be truncated, or labels.
    """
    return {k: v for k, v in options.items() if not _is_plain(k, v)}


def check_options(game, options):
    """Raises a `ValueError` for options that a game's `examples` does not take."""
    known = inspect.signature(game.examples).parameters.values()
    if any(parameter.kind is parameter.VAR_KEYWORD for parameter in known):
        return
    for name in options.keys() - {parameter.name for parameter in known}:
        raise ValueError(
            f"`{name}` must be left out for a {type(game).__name__}, for which it has "
            f"no meaning. Received: {options[name]!r}"
        )


def key(metric, role):
    """Returns what two metrics share that ask for the same examples."""
    method, options = metric.made[role]
    return method, metric.reads_held_out, repr(sorted(options.items()))


def further(game, evaluator, metric, role, seed, options):
    """Returns the `Examples` that a game makes for one metric, as `Metric.made` says.

    Args:
        game: What is measured.
        evaluator: The `kgan.metrics.Evaluator` that measures.
        metric: The metric.
        role: A role of `metric.made`.
        seed: Seed of all that is drawn.
        options: The options of the measurement.

    Raises:
        ValueError: If it is no game, or one that makes no such examples.
    """
    if not isinstance(game, Interface):
        raise ValueError(
            f"`metrics` with {metric.kind!r} need a game, which makes examples for it. "
            f"Received: a {type(game).__name__} of examples"
        )
    if not _is_plain("truncation", options["truncation"]):
        raise ValueError(
            f"`truncation` must be 1 for {metric.kind!r}, which measures all that a "
            f"game makes. Received: {options['truncation']!r}"
        )
    method, own = metric.made[role]
    data = evaluator.data("held_out" if metric.reads_held_out else "real")
    chosen = own_options(options)
    return getattr(game, method)(evaluator.num_images, seed, data, **chosen, **own)


def fitting(game, source, shape):
    """Returns the names of metrics of pairs, where a game and its data have some.

    Args:
        game: What is measured.
        source: The `kgan.data.Source` of the real examples, or None.
        shape: Shape of an example.
    """
    makes = type(game).pairs is not Interface.pairs
    has_pairs = isinstance(source, kgan.data.Pairs) and source.held_out
    if not (makes and has_pairs):
        return ()
    if not is_picture(shape):
        return ("l1",)
    return ("l1", "psnr", "ssim") if min(shape[:2]) >= _LEAST_SIDE else ("l1", "psnr")
