"""What a game declares: its moves, and the further terms of their losses."""

import dataclasses
from collections.abc import Callable, Mapping

import tensorflow as tf

from kgan.core import arguments, schedules
from kgan.core.seeds import Use

# What the loss of a move returns.
LossAndLogs = tuple[tf.Tensor, dict[str, tf.Tensor]]


def _nothing(rows, seed):
    return {}


@dataclasses.dataclass(frozen=True)
class Term:
    """A further term of a move's loss: `weight · mean(value(nets, batch))`.

    A lazy one, `interval` > 1, acts in every `interval`-th update of its move and is
    then `interval` times as strong, which keeps its mean strength: Karras et al.,
    "Analyzing and Improving the Image Quality of StyleGAN" (2020), appendix B. Its
    gradient joins that of the loss; a move of its own with an `interval` makes a
    separate step of the optimizer instead, as the authors' program does.

    Attributes:
        value: `(nets, batch) -> one value for each example, or a scalar`.
        weight: A non-negative float or a schedule of the training step.
        interval: 1 shares the tape and the passes of the move's loss; more has a tape
            of its own.

    Raises:
        ValueError: If `weight` is negative, or `interval` is no positive integer.
    """

    value: Callable
    weight: object = 1.0
    interval: int = 1

    def __post_init__(self):
        schedules.check("weight", self.weight)
        arguments.positive_integer("interval", self.interval)


@dataclasses.dataclass(frozen=True)
class Move:
    """One update of a round: whose weights change, and by which loss.

    Attributes:
        players: Names of the networks whose weights it changes; each has an optimizer.
        loss: `(nets, batch) -> (scalar, logs)`: a mean over this replica's rows, and a
            dictionary of float32 scalars.
        logs: Names of those logs, that of the loss itself first.
        terms: `Term` by the name under which it is logged.
        writes: Names of other layers whose state this update keeps: augmentation,
            running means. Layers with `absorb` (image pools) need not be named.
        draws: `(rows, seed) -> dict`: random tensors that join the batch, drawn for the
            global batch and cut. Row i must not depend on the number of rows.
        repeats: Number of such updates in a round.
        fresh_data: Whether each of them takes a batch of its own (k of Algorithm 1): a
            move takes the first `repeats` batches of a round. Without: the last one.
        interval: Acts in every `interval`-th round; in idle rounds its weights, state
            and optimizers stay as they are.
        after: `(player, value, step) -> value` of each trainable weight, applied after
            the optimizer, or None.
        stream: Number of its seeds. None: its place among the moves.

    Raises:
        ValueError: If `repeats` or `interval` is no positive integer, or there is no
            player.
    """

    players: tuple
    loss: Callable
    logs: tuple = ()
    terms: Mapping = dataclasses.field(default_factory=dict)
    writes: tuple = ()
    draws: Callable = _nothing
    repeats: int = 1
    fresh_data: bool = False
    interval: int = 1
    after: Callable | None = None
    stream: int | None = None

    def __post_init__(self):
        arguments.positive_integer("repeats", self.repeats)
        arguments.positive_integer("interval", self.interval)
        if isinstance(self.players, str) or not self.players:
            raise ValueError(
                "`players` must be a tuple of at least one name. "
                f"Received: {self.players!r}"
            )

    def seed_stream(self, place: int) -> tuple[int, ...]:
        """Returns the integers that separate this move's seeds from others'."""
        if isinstance(self.stream, Use):
            return (self.stream,)
        return (Use.MOVE, place if self.stream is None else self.stream)


def players_of(moves):
    """Returns the names of all players, in the order of the moves."""
    return tuple(dict.fromkeys(player for move in moves for player in move.players))


def batches_of(moves):
    """Returns the number of batches that a round takes."""
    return max([move.repeats for move in moves if move.fresh_data], default=1)
