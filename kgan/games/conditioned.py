"""The endpoint of a GAN whose condition is no class, or which draws nothing."""

import dataclasses

import numpy as np
import tensorflow as tf

from kgan.engine.fields import Field
from kgan.export import requirements
from kgan.export.endpoints import Endpoint, Input, Portable, Servable
from kgan.games import sampler as sampling
from kgan.games.endpoints import to_served
from kgan.games.served import typical_latents


def servable(game, sampler):
    """Returns `serving_default`: latents and the parts of the condition, to samples.

    Its inputs are `latents`, where there are any, and `condition`, or `condition_0`,
    `condition_1`, ... in the order of `tf.nest.flatten`; a row each for every sample.
    Of classes it is `labels`.

    Args:
        game: The game.
        sampler: The `kgan.games.sampler.Sampler`, with `conditions`, that is served.
    """
    fields = sampler.conditions.fields or Field((), "int32")
    parts = tf.nest.flatten(fields)
    count = sampler.num_classes
    names = [f"condition_{i}" for i in range(len(parts))]
    alone = ["condition" if count is None else "labels"]
    specs = [
        tf.TensorSpec((None, *part.shape), part.dtype, name)
        for part, name in zip(parts, names if parts[1:] else alone, strict=True)
    ]
    if sampler.prior is not False:
        width = sampler.prior.latent_dim
        specs.insert(0, tf.TensorSpec((None, width), tf.float32, "latents"))

    def samples(network, *rows):
        """Returns a network's samples of the latents, if any, and of all parts."""
        rows = list(rows)
        drawn = rows.pop(0) if sampler.prior is not False else None
        condition = tf.nest.pack_sequence_as(fields, rows)
        return sampling.samples(network, drawn, condition, sampler.inputs)

    def serving_default(*rows):
        if count is not None:
            labels = requirements.between("labels", rows[-1], 0, count - 1)
            rows = (*rows[:-1], labels)
        return to_served(samples(sampler.network, *rows), sampler.is_image)

    shape = ", ".join(map(str, ("batch", *game.data_shape)))
    words = f"float32 ({shape})" + (", in [0, 1]" if sampler.is_image else "")
    name = sampling.data_name(sampler.is_image, game.data_shape)
    values = "finite, as in training" if count is None else f"in [0, {count - 1}]"
    inputs = tuple(Input(spec, values, 0) for spec in specs)
    endpoint = Endpoint(serving_default, inputs, {name: words}, (sampler.network,))
    portable = Portable(
        "generator",
        sampler.network,
        lambda network: lambda *rows: {name: samples(network, *rows)},
        specs,
        lambda count: _typical(sampler.prior, specs, count),
        sampling.to_uint8 if sampler.is_image else None,
    )
    found = Servable.of(game, {"serving_default": endpoint})
    return dataclasses.replace(found, portable=portable)


def _typical(prior, specs, count):
    """Returns inputs by which a converted network is compared, arrays by name."""
    draw = np.random.default_rng(0)
    inputs = {
        spec.name: draw.normal(size=(count, *spec.shape[1:])).astype(spec.dtype.name)
        if spec.dtype.is_floating
        else np.zeros((count, *spec.shape[1:]), spec.dtype.name)
        for spec in specs
    }
    if prior is not False:
        inputs["latents"] = typical_latents(prior, count)
    return inputs
