"""State that follows from all rows of the global batch: image pools, queues.

Three kinds of state, by what happens to it after an update:

- MEAN, the default: each replica and micro-batch moves it, and the mean counts.
- SAME: integers, which move alike everywhere.
- GLOBAL: a layer with `absorb`. Calls only read it; once after the update it absorbs
  what it was called with, in the order of the global batch. So the numbers of replicas
  and micro-batches do not change what it holds.
"""

import tensorflow as tf

from kgan.core import seeds


def absorb(layer, inputs):
    """Passes a layer the rows of all replicas; each then writes the same values.

    The layer has `absorb(*rows)`, and weights of the aggregation
    `"only_first_replica"`; `inputs` lists what it was called with on this replica.
    """
    if seeds.num_replicas() > 1:
        context = tf.distribute.get_replica_context()
        inputs = tf.nest.map_structure(lambda t: context.all_gather(t, axis=0), inputs)
    layer.absorb(*inputs)
