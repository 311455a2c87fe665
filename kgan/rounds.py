"""One round of the game: who moves, in which order, and what that writes."""

import tensorflow as tf

from kgan import batches, replicas
from kgan.seeds import Use


class Round:
    """Plays Algorithm 1 once, over the variables of both players.

    k updates of D, each on a fresh batch, then the updates of G, then the average of
    G's weights. All that is random by floats is drawn before: XLA draws other floats
    from the same seed than the plain graph does.

    A plain object: `tf.function` wrappers kept as attributes of a `keras.Model` would
    be tracked as a part of it.

    Args:
        game: A `kgan.game.Game` whose players have optimizers.
        clock: The `kgan.turns.Clock` that counts rounds.
        logs: The `kgan.logs.Logs` that is told of each update.
        move_average: Function without arguments that moves the average.
        discriminator_steps: k of Algorithm 1.
        generator_steps: Updates of G.
        compiler: Wraps the function that plays a round, to have XLA compile it.
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
    ):
        self.game = game
        self.clock = clock
        self.logs = logs
        self.move_average = move_average
        self.discriminator_steps = discriminator_steps
        self.generator_steps = generator_steps
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
        reals = batches.parts(real, k)
        labels = [None] * k if labels is None else batches.parts(labels, k)
        for move, *batch in zip(discriminator_moves, reals, labels, strict=True):
            self._update(
                game.discriminator, game.discriminator_gradients, *batch, *move
            )
        for move in generator_moves:
            self._update(
                game.generator, game.generator_gradients, reals[-1], labels[-1], *move
            )
        self.move_average()
        self.clock.advance(k)

    def _update(self, player, gradients_of, real, labels, turn, latents):
        turn = turn._replace(scale=player.optimizer.scale_loss(turn.scale))
        gradients, state, logs = gradients_of(
            self.game.values(), real, labels, latents, turn
        )
        replicas.apply(player, gradients, state)
        self.logs.update(logs, tf.shape(real)[0], turn.update)
