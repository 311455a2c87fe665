"""What the rest of kgan asks of any game."""

import math
import types

from kgan.engine.stateless import frozen_weights


class Interface:
    """Mixin without state: what callbacks, metrics, exports and commands ask of a game.

    They reach a game through these members alone. A game has its players and `clock` (a
    `kgan.engine.clock.Clock`) as attributes and, once it was compiled,
    `<player>_optimizer`. A question without an answer raises a `ValueError`.

    Attributes:
        players: Names of the players, a tuple in the order of their moves.
        log_names: Short names of players in logs, by player. Others have their own.
        batches_a_round: How many batches of data a round takes.
        notice: A sentence that goes with the weights wherever they go, such as the
            terms of others who trained them; None where there is none.
        reads: Options of `kgan.data.source` by which data are read as this game needs
            them, such as `{"table": table}`.
    """

    players = ()
    log_names = {}
    batches_a_round = 1
    notice = None
    reads = types.MappingProxyType({})

    @property
    def optimizers(self):
        """The optimizer of each player, by name, in the order of the moves."""
        # No `dict`: Keras' saving visits properties, and would store what lies in one
        # by class and order.
        return types.MappingProxyType(
            {player: getattr(self, f"{player}_optimizer") for player in self.players}
        )

    @property
    def step(self):
        """Number of rounds played so far, a Python integer."""
        return int(self.clock.rounds.numpy())

    @property
    def position(self):
        """Number of batches taken so far: where `load(..., start=)` goes on."""
        return int(self.clock.position.numpy())

    @property
    def rollbacks(self):
        """Number of rollbacks to an earlier round."""
        return int(self.clock.rollbacks.numpy())

    def moves(self):
        """Returns the moves of a round; none where a game is played in another way."""
        return ()

    def log_name(self, player):
        """Returns the name of a player in logs: its short name where it has one."""
        return self.log_names.get(player, player)

    def shown(self, rows=None, seed=0, examples=None, columns=8):
        """Returns the columns of a picture by which a run is watched, by their names.

        A column is uint8 images of shape `(rows, height, width, channels)`. What is no
        image has another dtype or shape.

        Args:
            rows: Number of rows. None: as many as suit the game.
            seed: Seed of all that is drawn: equal seeds show the same each time.
            examples: A batch of the data, for games that show what becomes of it.
            columns: Number of columns, where the game leaves them open.
        """
        raise self._unanswered("shown", "draws no pictures")

    def examples(self, count, seed=0, dataset=None, **options):
        """Returns `kgan.metrics.examples.Examples`, which metrics compare with reals.

        Args:
            count: How many.
            seed: Seed of all that is drawn.
            dataset: The real examples (a `kgan.data.Source`, its name, or a
                `tf.data.Dataset`) for games that make examples of others.
            **options: Of the game, such as `averaged`: whether averaged weights are
                used where there are any.
        """
        raise self._unanswered("examples", "makes no examples to measure")

    def paths(self, count, seed=0, dataset=None, **options):
        """Returns pairs of near examples, as `kgan.metrics.path_length` reads them.

        Args:
            count: How many pairs.
            seed: Seed of all that is drawn.
            dataset: As in `examples`.
            **options: The same, and how near they are.
        """
        raise self._unanswered("paths", "has no space through which paths lead")

    def pairs(self, count, seed=0, dataset=None, **options):
        """Returns what it makes beside what is right; `kgan.metrics.paired` reads it.

        Args:
            count: How many pairs.
            seed: Seed of all that is drawn.
            dataset: Held-out examples of which each has its right answer.
            **options: As in `examples`.
        """
        raise self._unanswered("pairs", "makes nothing that has one right answer")

    def cycles(self, count, seed=0, dataset=None, **options):
        """Returns examples beside what comes back of them.

        `kgan.metrics.cycle_error` reads them. Arguments are those of `pairs`, and how
        what lies between is disturbed.
        """
        raise self._unanswered("cycles", "leads no example there and back")

    def annotated(self, count, seed=0, dataset=None, **options):
        """Returns pictures with the class of each of their pixels as one more channel.

        `kgan.metrics.segmentation` reads them. Arguments are those of `pairs`.
        """
        raise self._unanswered("annotated", "makes no pictures of known classes")

    def endpoints(self, **options):
        """Returns what is served: `kgan.export.endpoints.Endpoint` by name.

        A `kgan.export.endpoints.Servable` holds more for the model's card. Options are
        the game's, such as `averaged`.
        """
        raise self._unanswered("endpoints", "serves nothing")

    def symptoms(self, real=None, patience=3, **thresholds):
        """Returns a list of `kgan.engine.symptom.Symptom` for one training.

        Args:
            real: Real data as for `fit`, for the symptoms that need them, or None.
            patience: Number of checks in a row that must find a symptom.
            **thresholds: As `kgan.callbacks.CollapseWatch` has them, of any game.
        """
        return []

    def describe(self):
        """Returns lines that describe the game, texts by name: the players' sizes."""
        networks = {name: getattr(self, name) for name in self.players}
        return {name: _size(network) for name, network in networks.items()}

    def _unanswered(self, method, what):
        # A ValueError, which commands show as one line.
        name = type(self).__name__
        return ValueError(f"A {name} {what}: it has no method `{method}` of its own")


def _size(network):
    frozen = sum(math.prod(weight.shape) for weight in frozen_weights(network))
    some = f", {frozen:,} of them frozen" if frozen else ""
    return f"{network.count_params():,} parameters{some}"
