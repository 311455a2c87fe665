"""The endpoint of a GAN whose condition is no class, or which draws nothing."""

import tensorflow as tf

from kgan.export.endpoints import Endpoint, Input
from kgan.games.endpoints import to_served


def endpoints(sampler, data_shape):
    """Returns `serving_default`: latents and the parts of the condition, to samples.

    Its inputs are `latents`, where there are any, and `condition`, or `condition_0`,
    `condition_1`, ... in the order of `tf.nest.flatten`; a row each for every sample.

    Args:
        sampler: The `kgan.games.sampler.Sampler`, with `conditions`, that is served.
        data_shape: Shape of a sample.
    """
    fields = sampler.conditions.fields
    parts = tf.nest.flatten(fields)
    names = [f"condition_{i}" for i in range(len(parts))]
    specs = [
        tf.TensorSpec((None, *part.shape), part.dtype, name)
        for part, name in zip(parts, names if parts[1:] else ["condition"], strict=True)
    ]
    if sampler.prior is not False:
        width = sampler.prior.latent_dim
        specs.insert(0, tf.TensorSpec((None, width), tf.float32, "latents"))

    def serving_default(*given):
        rows = list(given)
        drawn = rows.pop(0) if sampler.prior is not False else None
        condition = tf.nest.pack_sequence_as(fields, rows)
        return to_served(sampler.samples(drawn, condition))

    is_image = len(data_shape) == 3
    shape = ", ".join(map(str, ("batch", *data_shape)))
    outputs = {
        "images" if is_image else "points": f"float32 ({shape})"
        + (", in [0, 1]" if is_image else "")
    }
    inputs = tuple(Input(spec, "finite, as in training", 0) for spec in specs)
    endpoint = Endpoint(serving_default, inputs, outputs, (sampler.network,))
    return {"serving_default": endpoint}
