"""One round of the game: who moves, in which order, and what that writes."""

import contextlib

import tensorflow as tf

from kgan.core.seeds import Use
from kgan.engine import feeding, replicas


class Round:
    """Plays Algorithm 1 once, over the variables of both players.

    k updates of D, each on a fresh batch, then the updates of G, then the average of
    G's weights. All that is random by floats is drawn before: XLA draws other floats
    from the same seed than the plain graph does.

    A plain object: `tf.function` wrappers kept as attributes of a `keras.Model` would
    be tracked as a part of it.

    Args:
        game: A `kgan.engine.update.Game` whose players have optimizers.
        clock: The `kgan.engine.clock.Clock` that counts rounds.
        logs: The `kgan.engine.logs.Logs` that is told of each update.
        move_average: Function that moves the average. Its argument says whether G has
            moved: a boolean tensor, or True.
        discriminator_steps: k of Algorithm 1.
        generator_steps: Updates of G.
        compiler: Wraps the function that plays a round, to have XLA compile it.
        alternation: Object that says which player moves in a round, as
            `kgan.alternation.Periods` does; None: both in every round.
    """

    def __init__(
        self,
        game,
        clock,
        logs,
        move_average,
        discriminator_steps=1,
        generator_steps=1,
        compiler=lambda function: function,
        alternation=None,
    ):
        self.game = game
        self.clock = clock
        self.logs = logs
        self.move_average = move_average
        self.discriminator_steps = discriminator_steps
        self.generator_steps = generator_steps
        self.alternation = alternation
        self._compiled = compiler(self._play)

    def __call__(self, real, labels, draw, seed):
        """Plays it on this replica's rows.

        Args:
            real: float32 data of all updates of D, one after the other.
            labels: Their int32 labels, or None.
            draw: Function of a `Turn` and a number of rows; gives latents.
            seed: The model's seed, an integer.
        """
        rows = tf.shape(real)[0] // self.discriminator_steps

        def moves(use, count):
            turns = [self.clock.turn(seed, use, count, index) for index in range(count)]
            return [(turn, draw(turn, rows)) for turn in turns]

        self._compiled(
            real,
            labels,
            moves(Use.DISCRIMINATOR_STEP, self.discriminator_steps),
            moves(Use.GENERATOR_STEP, self.generator_steps),
        )

    def _play(self, real, labels, discriminator_moves, generator_moves):
        k, game = self.discriminator_steps, self.game
        reals = feeding.parts(real, k)
        labels = [None] * k if labels is None else feeding.parts(labels, k)
        for move, *batch in zip(discriminator_moves, reals, labels, strict=True):
            self._update(
                game.discriminator, game.discriminator_gradients, *batch, *move
            )
        for move in generator_moves:
            self._update(
                game.generator, game.generator_gradients, reals[-1], labels[-1], *move
            )
        self.move_average(self._acts("generator", self.clock.rounds.value))
        self.clock.advance(k)

    def _update(self, player, gradients_of, real, labels, turn, latents):
        who = "generator" if player is self.game.generator else "discriminator"
        acts = self._acts(who, turn.step)
        turn = turn._replace(
            scale=player.optimizer.scale_loss(turn.scale),
            update=self._updates_before(who, turn),
        )
        gradients, state, logs = self._where(acts, gradients_of, who)(
            self.game.values(), real, labels, latents, turn
        )
        with _kept_unless(acts, [*player.trainable, *player.optimizer.variables]):
            replicas.apply(player, gradients)
            self.game.constrain(player, turn.step)
        for variables, values in self.game.moved(player, state):
            replicas.move(variables, values)
        self.logs.update(logs, tf.shape(real)[0], turn.update, acts)

    def _updates_before(self, who, turn):
        """Counts a player's updates, without those of rounds in which it waited."""
        if self.alternation is None:
            return turn.update
        generator = who == "generator"
        updates = self.generator_steps if generator else self.discriminator_steps
        moved = tf.cast(self.alternation.before(turn.step)[generator], turn.step.dtype)
        return turn.update - (turn.step - moved) * updates

    def _acts(self, who, step):
        """Says whether a player moves: True, or a boolean tensor."""
        if self.alternation is None:
            return True
        acts = self.alternation.acts(tf.convert_to_tensor(step))
        return tf.convert_to_tensor(acts[who == "generator"])

    def _where(self, acts, gradients_of, who):
        """Gives a gradient function that costs nothing where its player waits."""
        if acts is True:
            return gradients_of

        def update(values, *batch):
            def idle():
                trainable, _ = getattr(values, who)
                zeros = [tf.zeros_like(value) for value in trainable]
                logs = {n: tf.constant(0.0) for n in self.game.logs[who]}
                return zeros, self.game.unmoved(values, who), logs

            return tf.cond(acts, lambda: gradients_of(values, *batch), idle)

        return update


@contextlib.contextmanager
def _kept_unless(acts, variables):
    """Takes what is written to variables back where `acts` is false.

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
