"""Exchange between replicas: sums of gradients, means of moving statistics."""

import tensorflow as tf

from kgan.core import seeds


def sum_gradients(optimizer, gradients):
    """Sums gradients over the replicas and clips the sum, not its parts.

    Keras' optimizers sum the gradients themselves, but clip, and look for the
    infinities of float16, on each replica before that. Where either matters the sum is
    made here, and each replica passes its optimizer an equal share of it: the shares
    add up to the clipped sum, and no share exceeds the limit once more.
    """
    count = seeds.num_replicas()
    inner = getattr(optimizer, "inner_optimizer", optimizer)
    clips = inner.clipnorm or inner.global_clipnorm or inner.clipvalue
    if count == 1 or not (clips or inner is not optimizer):
        return gradients
    context = tf.distribute.get_replica_context()
    total = context.all_reduce(tf.distribute.ReduceOp.SUM, gradients)
    # The gradients still carry the loss scale, so the limits must.
    scale = optimizer.scale_loss(tf.constant(1.0))
    return [gradient / count for gradient in _clip(inner, total, scale)]


def _clip(optimizer, gradients, scale):
    if optimizer.clipnorm:
        limit = optimizer.clipnorm * scale
        return [tf.clip_by_norm(gradient, limit) for gradient in gradients]
    if optimizer.global_clipnorm:
        return tf.clip_by_global_norm(gradients, optimizer.global_clipnorm * scale)[0]
    if optimizer.clipvalue:
        limit = optimizer.clipvalue * scale
        return [
            # An infinity stays one: float16's loss scale is lowered where it is seen.
            tf.where(tf.math.is_inf(g), g, tf.clip_by_value(g, -limit, limit))
            for g in gradients
        ]
    return gradients


def mean_state(values):
    """Returns means of moving statistics over the replicas; integers are alike."""
    floats = [value for value in values if value.dtype.is_floating]
    if seeds.num_replicas() == 1 or not floats:
        return values
    context = tf.distribute.get_replica_context()
    mean = iter(context.all_reduce(tf.distribute.ReduceOp.MEAN, floats))
    return [next(mean) if value.dtype.is_floating else value for value in values]


def apply(player, gradients):
    """Applies this replica's share of the gradients to a player, a `Stateless`."""
    if player.trainable:  # a frozen network has none
        gradients = sum_gradients(player.optimizer, gradients)
        player.optimizer.apply(gradients, player.trainable)


def move(variables, values):
    """Writes the mean over the replicas of new moving statistics to variables."""
    for variable, value in zip(variables, mean_state(values), strict=True):
        variable.assign(value)


def logs_for_keras(logs):
    """Returns scalar logs in the shape in which Keras reduces them.

    Across several processes it takes their mean along a first axis.
    """
    strategy = tf.distribute.get_strategy()
    if isinstance(strategy, tf.distribute.MultiWorkerMirroredStrategy):
        return {name: value[None] for name, value in logs.items()}
    return logs
