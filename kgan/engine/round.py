"""One round of a game: its moves in order, and what they write."""

import contextlib

import tensorflow as tf

from kgan.engine import ema, feeding, replicas, state
from kgan.engine.micro_batches import in_parts
from kgan.engine.move import batches_of
from kgan.engine.update import Update


class Round:
    """Plays the moves of a game once, over the variables of its networks.

    Random floats are drawn before: XLA draws others from the same seed than the plain
    graph. It is a plain object: `tf.function` wrappers kept as attributes of a
    `keras.Model` would be tracked as a part of it.

    Args:
        moves: The game's `Move`s.
        stateless: All networks by name, `Stateless`; players have an optimizer.
        norms: By player, the name under which the norm of its gradient is logged.
        clock: The `kgan.engine.clock.Clock` that counts rounds.
        logs: The `kgan.engine.logs.Logs` of the game.
        averages: By player, `(network that holds its average, momentum)`.
        compiler: A `kgan.engine.compilation.Compiler`.
        alternation: As `kgan.engine.alternation.Periods`; None: all players move.
        num_replicas: Number of replicas that train in step.
        micro_batches: Number of parts in which an update takes its batch.

    Attributes:
        fresh: Number of batches that a round takes.
    """

    def __init__(
        self,
        moves,
        stateless,
        norms,
        clock,
        logs,
        averages,
        compiler,
        alternation=None,
        num_replicas=1,
        micro_batches=1,
    ):
        self.moves, self.stateless = moves, stateless
        self.clock, self.logs = clock, logs
        self.averages = averages
        self.alternation = alternation
        self.fresh = batches_of(moves)
        self._updates = [
            Update(move, stateless, {p: norms[p] for p in move.players}, num_replicas)
            for move in moves
        ]
        self._gradients = [
            compiler.of_gradients(in_parts(update, micro_batches))
            for update in self._updates
        ]
        self.play = compiler.of_round(self._play)
        self._due(moves[0], tf.constant(0, tf.int64))  # raises for unknown players

    def draw(self, seed, rows):
        """Draws what all moves of the coming round need, before XLA.

        Returns for each move a list of `(context, draws)`, one for each of its updates.

        Args:
            seed: The model's seed, an integer.
            rows: Number of rows of an update on this replica.
        """
        drawn = []
        for place, move in enumerate(self.moves):
            stream = move.seed_stream(place)
            contexts = [
                self.clock.context(seed, stream, move.repeats, index)
                for index in range(move.repeats)
            ]
            draws = [self.clock.draws(c, move.draws, rows) for c in contexts]
            drawn.append(list(zip(contexts, draws, strict=True)))
        return drawn

    def _play(self, batch, drawn):
        """Plays it on this replica's rows: `batch` has those of all fresh batches."""
        parts = feeding.parts(batch, self.fresh)
        for place, (move, contexts) in enumerate(zip(self.moves, drawn, strict=True)):
            gradients_of = self._gradients[place]
            for index, (context, draws) in enumerate(contexts):
                part = parts[index if move.fresh_data else self.fresh - 1] | draws
                context, acts = self._prepared(move, context)
                values = {name: s.values() for name, s in self.stateless.items()}
                if acts is True:
                    result = gradients_of(values, part, context)
                else:
                    result = self._where(acts, place, values, part, context)
                self._write(move, result, context, acts, rows_of(part))
        for player, (average, momentum) in self.averages.items():
            self._move_average(player, average, momentum)
        self.clock.advance(self.fresh)

    def _prepared(self, move, context):
        """Returns the context with its loss scale and counter, and whether it acts."""
        optimizers = [self.stateless[player].optimizer for player in move.players]
        scales = [optimizer.scale_loss(context.scale) for optimizer in optimizers]
        # One tape, one scale: the smallest, a power of two as they all are.
        scale = scales[0] if len(scales) == 1 else tf.reduce_min(tf.stack(scales))
        acts, before = self._due(move, context.step)
        idle = 0 if acts is True else (context.step - before) * move.repeats
        return context._replace(scale=scale, update=context.update - idle), acts

    def _due(self, move, step):
        """Returns whether a move acts (True, or a tensor), and in how many rounds."""
        acts, before = True, step
        if self.alternation is not None:
            leaders = tuple(dict.fromkeys(map(self._leader, self.moves)))
            own = self._leader(move)
            acts = tf.convert_to_tensor(self.alternation.acts(step, leaders)[own])
            before = self.alternation.before(step, leaders)[own]
            before = tf.cast(before, step.dtype)
        if move.interval > 1:
            due = tf.equal(before % move.interval, 0)
            acts = due if acts is True else acts & due
            before = (before + move.interval - 1) // move.interval
        return acts, before

    def _leader(self, move):
        """Returns the player of a move by whose period it acts."""
        named = getattr(self.alternation, "rounds", ())
        return next((p for p in move.players if p in named), move.players[0])

    def _where(self, acts, place, values, batch, context):
        update, gradients_of = self._updates[place], self._gradients[place]
        pools = {}

        def active():
            result = gradients_of(values, batch, context)
            pools.update(result.rows)
            return result._replace(rows={})

        result = tf.cond(acts, active, lambda: update.idle(values, {}))
        if pools:
            raise ValueError(
                f"{', '.join(pools)} must not be called by a move that waits in some "
                "rounds: its rows would be missing there"
            )
        return result

    def _write(self, move, result, context, acts, rows):
        for player in move.players:
            stateless, gradients = self.stateless[player], result.gradients[player]
            if len(move.players) > 1:  # each has a scale of its own
                own = stateless.optimizer.scale_loss(tf.constant(1.0))
                gradients = [g * (own / context.scale) for g in gradients]
            kept = [*stateless.trainable, *stateless.optimizer.variables]
            with _kept_unless(acts, kept):
                replicas.apply(stateless, gradients)
                if move.after is not None:
                    _constrain(move.after, player, stateless.trainable, context.step)
        for name, new in result.state.items():
            replicas.move(self.stateless[name].state, new)
        for name, inputs in result.rows.items():
            state.absorb(self.stateless[name].network, inputs)
        self.logs.update(result.logs, rows, context.update, acts)

    def _move_average(self, player, average, momentum):
        step = self.clock.rounds.value
        now = ema.momentum_at(momentum, step)
        step = tf.convert_to_tensor(step)
        moves = [move for move in self.moves if player in move.players]
        acts = [self._due(move, step)[0] for move in moves]
        if not any(each is True for each in acts):
            now = tf.where(tf.reduce_any(acts), now, 1.0)
        ema.update(average, self.stateless[player].network, now)


def rows_of(batch):
    """Returns the number of rows of a batch, a scalar tensor."""
    return tf.shape(tf.nest.flatten(batch)[0])[0]


def _constrain(after, player, weights, step):
    for weight in weights:
        weight.assign(after(player, tf.convert_to_tensor(weight.value), step))


@contextlib.contextmanager
def _kept_unless(acts, variables):
    """Restores variables that were written where `acts` is false.

    An optimizer cannot be called inside of a condition: under a strategy its replicas
    wait for each other there.
    """
    if acts is True:
        yield
        return
    before = [tf.convert_to_tensor(variable.value) for variable in variables]
    yield
    for variable, old in zip(variables, before, strict=True):
        new = tf.convert_to_tensor(variable.value)
        variable.assign(tf.where(acts, new, old))
