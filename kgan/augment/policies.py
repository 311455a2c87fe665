"""Policies: which transformations an augmentation is made of."""

import collections.abc

from kgan.core import arguments, registry


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
    return {
        name: arguments.unit_interval(f"policy[{name!r}]", policy[name])
        for name in names
    }
