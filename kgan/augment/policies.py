"""Policies: which transformations an augmentation is made of."""

import collections.abc
import numbers

from kgan.core import registry


def read_names(policy, known):
    """Returns the names of a policy, a sequence or one text with commas, as a tuple.

    Raises a `ValueError` if it has none, one twice, or one that is not `known`.
    """
    if isinstance(policy, str):
        policy = [name.strip() for name in policy.split(",")]
    named = tuple(policy) if isinstance(policy, collections.abc.Iterable) else ()
    texts = all(isinstance(name, str) for name in named)
    if not named or not texts or len(set(named)) < len(named):
        raise ValueError(
            "`policy` must name transformations, each once, as a list or as a text "
            f"with commas. Received: {policy!r}"
        )
    for name in named:
        if name not in known:
            raise ValueError(registry.unknown("`policy` must be of", name, known))
    return named


def read_shares(policy, known):
    """Returns the shares of the probability by name, 1 for a mere list of names."""
    names = read_names(policy, known)
    if not isinstance(policy, collections.abc.Mapping):
        return dict.fromkeys(names, 1.0)
    return {name: unit_interval(f"policy[{name!r}]", policy[name]) for name in names}


def unit_interval(name, value):
    """Returns `value` as a float; raises unless it is a number in [0, 1]."""
    real = isinstance(value, numbers.Real) and not isinstance(value, bool)
    if not real or not 0.0 <= value <= 1.0:
        raise ValueError(f"`{name}` must be a number in [0, 1]. Received: {value!r}")
    return float(value)
