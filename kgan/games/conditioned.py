"""The endpoint of a GAN whose condition is no class, or which draws nothing."""

import tensorflow as tf

from kgan.engine.fields import Field
from kgan.export import requirements
from kgan.export.endpoints import Endpoint, Input
from kgan.games.endpoints import to_served
from kgan.games.sampler import data_name


def endpoints(sampler, data_shape):
    """Returns `serving_default`: latents and the parts of the condition, to samples.

    Its inputs are `latents`, where there are any, and `condition`, or `condition_0`,
    `condition_1`, ... in the order of `tf.nest.flatten`; a row each for every sample.
    Of classes it is `labels`.

    Args:
        sampler: The `kgan.games.sampler.Sampler`, with `conditions`, that is served.
        data_shape: Shape of a sample.
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

    def serving_default(*given):
        rows = list(given)
        drawn = rows.pop(0) if sampler.prior is not False else None
        if count is not None:
            rows = [requirements.between("labels", *rows, 0, count - 1)]
        condition = tf.nest.pack_sequence_as(fields, rows)
        return to_served(sampler.samples(drawn, condition), sampler.is_image)

    shape = ", ".join(map(str, ("batch", *data_shape)))
    words = f"float32 ({shape})" + (", in [0, 1]" if sampler.is_image else "")
    outputs = {data_name(sampler.is_image, data_shape): words}
    values = "finite, as in training" if count is None else f"in [0, {count - 1}]"
    inputs = tuple(Input(spec, values, 0) for spec in specs)
    endpoint = Endpoint(serving_default, inputs, outputs, (sampler.network,))
    return {"serving_default": endpoint}
