"""Gradients of a batch that is too large for the device: one part after the other."""

import tensorflow as tf

from kgan.batches import rows_of_parts
from kgan.seeds import Use


def in_parts(gradients_of, count, moved):
    """Makes a gradient function that takes its batch in equal parts.

    g = 1/n Σ g(part i), i = 1 ... n

    It needs the memory of one part, and gives what the whole batch would where no layer
    looks at the batch as a whole. Moving statistics pass from one part to the next;
    random layers draw anew for each.

    The optimizers of Keras accumulate over steps and update inside a condition, which a
    distribution strategy cannot run. Here every update stays an update, and schedules,
    averages and intervals count as they do without parts.

    Args:
        gradients_of: Function `(values, real, labels, latents, turn)` to `(gradients,
            state, logs)`, as in `kgan.game.Game`.
        count: Number of parts.
        moved: Which of `values` the state belongs to.

    Returns:
        A function with the same arguments and results; `gradients_of` itself for one
        part.
    """
    if count == 1:
        return gradients_of

    def accumulate(values, real, labels, latents, turn):
        batch = [rows_of_parts(t, count) for t in (real, labels, latents)]

        def part(index, state):
            now = list(values)
            now[moved] = (values[moved][0], state)
            rows = [None if t is None else t[index] for t in batch]
            return gradients_of(tuple(now), *rows, turn.fold(Use.PART, index))

        def body(index, gradients, state, logs):
            more, state, seen = part(index, state)
            gradients = [g + m for g, m in zip(gradients, more, strict=True)]
            logs = {name: value + seen[name] for name, value in logs.items()}
            return index + 1, gradients, state, logs

        _, gradients, state, logs = tf.while_loop(
            lambda index, *_: index < count,
            body,
            (tf.constant(1), *part(tf.constant(0), values[moved][1])),
            parallel_iterations=1,
            maximum_iterations=count - 1,
        )
        gradients = [gradient / count for gradient in gradients]
        return gradients, state, {name: value / count for name, value in logs.items()}

    return accumulate
