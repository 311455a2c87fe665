"""Runs of a few steps, and how they are compared."""

import numpy as np

from kgan import recipes

DIGITS = recipes.get("digits").override(
    model_options={"generator_hidden": [16], "discriminator_hidden": [16]},
    latent_dim=4,
    penalties=[{"name": "r1", "weight": 0.5}],
    batch_size=32,
    steps=5,
    sample_every=2,
)
POINTS = recipes.get("gaussian").override(
    model_options={"generator_hidden": [8], "discriminator_hidden": [8]},
    batch_size=32,
    steps=2,
)


def files(directory):
    """Names of all files below a directory."""
    return {str(p.relative_to(directory)) for p in directory.rglob("*") if p.is_file()}


def state(gan):
    """All that a game goes on from, by path."""
    variables = [
        *gan.variables,
        *gan.generator_optimizer.variables,
        *gan.discriminator_optimizer.variables,
    ]
    return {f"{i} {v.path}": np.asarray(v) for i, v in enumerate(variables)}


def assert_equal(ours, theirs):
    """Two models are equal, bit for bit: weights, average, optimizers, clock."""
    ours, theirs = state(ours), state(theirs)
    assert len(ours) == len(theirs)
    for (name, mine), other in zip(ours.items(), theirs.values(), strict=True):
        np.testing.assert_array_equal(mine, other, err_msg=name)
