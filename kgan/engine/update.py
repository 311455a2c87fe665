"""The gradient function of a move: pure, so that XLA compiles it for one replica.

It takes all values that it reads as tensors and returns gradients, new state and logs.
It neither reads nor writes a variable: replicas run side by side, and a move changes
what it names.
"""

import typing

import tensorflow as tf

from kgan.core import schedules
from kgan.engine.networks import Networks, refuse_pools


class Result(typing.NamedTuple):
    """The result of an update.

    Attributes:
        gradients: By player, a list of dense tensors.
        state: By network (players and `writes`), its new state.
        rows: By layer with `absorb`, what it is to absorb.
        logs: By name, a float32 scalar.
    """

    gradients: dict
    state: dict
    rows: dict
    logs: dict


def dense_gradients(tape, total, sources):
    """Computes gradients as dense tensors, zeros where nothing leads to a source."""
    flat = tf.nest.flatten(sources)
    found = tape.gradient(total, flat, unconnected_gradients="zero")
    # An embedding's gradient comes as IndexedSlices, which neither XLA nor the sum over
    # replicas takes.
    dense = [tf.convert_to_tensor(gradient) for gradient in found]
    return tf.nest.pack_sequence_as(sources, dense)


def mean(values):
    """Returns the mean of all values, in float32."""
    return tf.reduce_mean(tf.cast(values, tf.float32))


class Update:
    """The function `(values, batch, context) -> Result` of a move.

    Args:
        move: A `Move`.
        stateless: All networks of the game by name, `Stateless`.
        norms: By player, the name under which the norm of its gradient is logged.
        num_replicas: Number of replicas whose gradients are summed afterwards.
    """

    def __init__(self, move, stateless, norms, num_replicas=1):
        self.move = move
        self.stateless = stateless
        self.norms = norms
        self.num_replicas = num_replicas
        self.kept = tuple(dict.fromkeys((*move.players, *move.writes)))
        self._always = {n: t for n, t in move.terms.items() if t.interval == 1}
        self._lazy = {n: t for n, t in move.terms.items() if t.interval > 1}

    @property
    def logs(self):
        """Names of all that it logs."""
        return (*self.move.logs, *self.move.terms, *self.norms.values())

    def __call__(self, values, batch, context):
        nets = Networks(self.stateless, values, context)
        trainable = {player: values[player][0] for player in self.move.players}
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(trainable)
            loss, logs = _checked(self.move, self.move.loss(nets, batch))
            total = self._with_terms(nets, batch, loss, logs)
            total *= context.scale / self.num_replicas
        gradients = dense_gradients(tape, total, trainable)
        for name, term in self._lazy.items():
            more, logs[name] = self._lazy_gradients(term, nets, batch, trainable)
            gradients = tf.nest.map_structure(tf.add, gradients, more)
        state = {name: nets.values[name][1] for name in self.kept}
        logs |= self.norms_of(gradients, context)
        return Result(gradients, state, nets.rows, logs)

    def norms_of(self, gradients, context):
        """Returns the norms of the gradients of the mean loss, on this replica."""
        factor = self.num_replicas / context.scale
        return {
            name: factor * tf.linalg.global_norm(gradients[player])
            if gradients[player]
            else tf.constant(0.0)
            for player, name in self.norms.items()
        }

    def idle(self, values, rows):
        """Returns the `Result` of a move that waits: zeros, and the state as it is."""
        zeros = {
            player: [tf.zeros_like(value) for value in values[player][0]]
            for player in self.move.players
        }
        state = {name: values[name][1] for name in self.kept}
        logs = {name: tf.constant(0.0) for name in self.logs}
        return Result(zeros, state, rows, logs)

    def _with_terms(self, nets, batch, total, logs):
        for loss in nets.own_losses(self.move.players):
            total += loss
        for name, term in self._always.items():
            logs[name] = mean(term.value(nets, batch))
            total += schedules.at(term.weight, nets.step) * logs[name]
        return total

    def _lazy_gradients(self, term, nets, batch, trainable):
        """Returns a lazy term's gradients, or zeros, and its value.

        All is taken inside the branch: XLA cannot differentiate every `tf.cond`.
        """
        context, writes = nets.context, self.move.writes

        def active():
            own = nets.branch(self.move.players)
            with tf.GradientTape(watch_accessed_variables=False) as tape:
                tape.watch(trainable)
                value = mean(term.value(own, batch))
                strength = schedules.at(term.weight, context.step) * term.interval
                total = value * strength * (context.scale / self.num_replicas)
            refuse_pools(own, "a lazy term")
            found = dense_gradients(tape, total, trainable)
            return found, value, {name: own.values[name][1] for name in writes}

        def idle():
            zeros = tf.nest.map_structure(tf.zeros_like, trainable)
            return zeros, tf.constant(0.0), {n: nets.values[n][1] for n in writes}

        acts = tf.equal(context.update % term.interval, 0)
        found, value, state = tf.cond(acts, active, idle)
        for name, new in state.items():
            nets.values[name] = (nets.values[name][0], new)
        return found, value


def _checked(move, result):
    """Returns the loss of a move and a copy of its logs, checked."""
    loss, logs = (
        result if isinstance(result, tuple) and len(result) == 2 else (result, None)
    )
    where = f"The loss {getattr(move.loss, '__name__', move.loss)!r}"
    if getattr(loss, "shape", None) != () or not isinstance(logs, dict):
        what = getattr(loss, "shape", type(loss).__name__)
        raise ValueError(
            f"{where} must return `(scalar, logs)`: a float scalar and a dictionary. "
            f"Received: {what} and {type(logs).__name__}"
        )
    if set(logs) != set(move.logs):
        raise ValueError(
            f"{where} must log what `Move.logs` names: {sorted(move.logs)}. "
            f"Received: {sorted(logs)}"
        )
    return loss, dict(logs)
