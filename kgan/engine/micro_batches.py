"""Gradients of a batch in equal parts, one after the other, in the memory of one."""

import tensorflow as tf

from kgan.core.seeds import Use
from kgan.engine.feeding import rows_of_parts
from kgan.engine.update import Result


def in_parts(update, count):
    """Returns an update that takes its batch in equal parts: g = 1/n Σ g(part i).

    It computes what the whole batch would where no layer looks at the batch as a whole.
    The players' state passes from one part to the next; random layers draw anew for
    each. All other state is a mean over the batch, as over replicas: each part moves it
    from where it was, and the mean counts. Rows for layers with `absorb` line up. (The
    optimizers of Keras accumulate inside a condition, which a strategy cannot run.)

    Args:
        update: An `Update`.
        count: Number of parts; 1 returns `update` itself.
    """
    if count == 1:
        return update
    players = update.move.players

    def accumulate(values, batch, context):
        parts = tf.nest.map_structure(lambda t: rows_of_parts(t, count), batch)

        def part(index, own):
            now = values | {p: (values[p][0], state) for p, state in own.items()}
            rows = tf.nest.map_structure(lambda tensor: tensor[index], parts)
            result = update(now, rows, context.fold(Use.PART, index))
            own = {player: result.state[player] for player in players}
            others = {n: s for n, s in result.state.items() if n not in own}
            return own, (result.gradients, others, result.logs), result.rows

        own = {player: values[player][1] for player in players}
        own, sums, rows = part(tf.constant(0), own)
        arrays = [
            tf.TensorArray(t.dtype, count, element_shape=t.shape).write(0, t)
            for t in tf.nest.flatten(rows)
        ]

        def body(index, own, sums, arrays):
            own, more, new = part(index, own)
            pairs = zip(arrays, tf.nest.flatten(new), strict=True)
            arrays = [array.write(index, tensor) for array, tensor in pairs]
            return index + 1, own, tf.nest.map_structure(tf.add, sums, more), arrays

        _, own, sums, arrays = tf.while_loop(
            lambda index, *_: index < count,
            body,
            (tf.constant(1), own, sums, arrays),
            parallel_iterations=1,
            maximum_iterations=count - 1,
        )
        gradients, others, logs = tf.nest.map_structure(_share(count), sums)
        logs |= update.norms_of(gradients, context)
        rows = tf.nest.pack_sequence_as(rows, [array.concat() for array in arrays])
        return Result(gradients, own | others, rows, logs)

    return accumulate


def _share(count):
    # Integers, a counter say, move alike in all parts.
    return lambda total: total / count if total.dtype.is_floating else total // count
