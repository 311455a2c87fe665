"""State that follows from all rows of the global batch: image pools, queues.

Three kinds of state, by what happens to it after an update:

- MEAN, the default: each replica and micro-batch moves it, and the mean counts.
- SAME: integers, which move alike everywhere.
- GLOBAL: a layer with `absorb`. Calls only read it; once after the update it absorbs
  what it was called with, from all replicas and micro-batches in the order of the
  global batch. So neither number changes what it holds; it is saved as any variable.
"""

import tensorflow as tf

from kgan.core import seeds


def absorb(layer, inputs):
    """Hands a layer the rows of all replicas; each then writes the same values.

    Args:
        layer: A layer with `absorb(*rows)`, whose weights have the aggregation
            `"only_first_replica"`.
        inputs: What it was called with on this replica, a list of tensors.
    """
    if seeds.num_replicas() > 1:
        context = tf.distribute.get_replica_context()
        inputs = tf.nest.map_structure(lambda t: context.all_gather(t, axis=0), inputs)
    layer.absorb(*inputs)
