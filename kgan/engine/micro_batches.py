"""Gradients of a batch that is too large for the device: one part after the other."""

import tensorflow as tf

from kgan.core.seeds import Use
from kgan.engine.feeding import rows_of_parts


def in_parts(gradients_of, count, moved):
    """Makes a gradient function that takes its batch in equal parts.

    g = 1/n Σ g(part i), i = 1 ... n

    It needs the memory of one part, and gives what the whole batch would where no layer
    looks at the batch as a whole. A network's moving statistics pass from one part to
    the next; random layers draw anew for each. All other state is a mean over the
    batch, as over replicas: each part moves it from where it was, and the mean counts.

    The optimizers of Keras accumulate over steps and update inside a condition, which a
    distribution strategy cannot run. Here every update stays an update, and schedules,
    averages and intervals count as they do without parts.

    Args:
        gradients_of: Function `(values, real, labels, latents, turn)` to `(gradients,
            state, logs)`, as in `kgan.engine.update.Game`.
        count: Number of parts.
        moved: Name of the one among `values` whose network is updated.

    Returns:
        A function with the same arguments and results; `gradients_of` itself for one
        part.
    """
    if count == 1:
        return gradients_of

    def accumulate(values, real, labels, latents, turn):
        batch = [rows_of_parts(t, count) for t in (real, labels, latents)]

        def part(index, network):
            start = getattr(values, moved)
            now = values._replace(**{moved: (start[0], network)})
            rows = [None if t is None else t[index] for t in batch]
            gradients, state, logs = gradients_of(
                now, *rows, turn.fold(Use.PART, index)
            )
            return state.network, (gradients, state._replace(network=[]), logs)

        def body(index, network, sums):
            network, more = part(index, network)
            return index + 1, network, tf.nest.map_structure(tf.add, sums, more)

        _, network, sums = tf.while_loop(
            lambda index, *_: index < count,
            body,
            (tf.constant(1), *part(tf.constant(0), getattr(values, moved)[1])),
            parallel_iterations=1,
            maximum_iterations=count - 1,
        )
        gradients, state, logs = tf.nest.map_structure(_share(count), sums)
        return gradients, state._replace(network=network), logs

    return accumulate


def _share(count):
    # Integers, a counter say, move alike in all parts.
    return lambda total: total / count if total.dtype.is_floating else total // count
