"""Which players move in a round: all of them, or in periods one alone."""

from collections.abc import Sequence
from typing import Any

import keras
import tensorflow as tf

from kgan.core import arguments


@keras.saving.register_keras_serializable(package="kgan")
class Periods:
    """Trains one player alone for n rounds, then the next for m rounds, and so on.

    With t rounds played and the periods n₁, n₂, ... of the players in the order of the
    game's moves, player i moves where n₁ + ... + nᵢ₋₁ ≤ t mod Σn < n₁ + ... + nᵢ. A
    player that waits keeps its weights, its moving statistics and the state of its
    optimizer, so that schedules of its step size wait as well. Players of one move act
    together, by the period of whichever of them has one.

    Args:
        **rounds: By the name of a player, a positive integer; 1 where none is given.

    Raises:
        ValueError: If one of them is not a positive integer.

    Example: `gan.compile(alternation=kgan.alternation.Periods(PLAYER=5, OTHER=5))`.
    """

    def __init__(self, **rounds: int):
        for player, count in rounds.items():
            arguments.positive_integer(player, count)
        self.rounds = rounds

    def spans(self, players: Sequence[str]) -> Any:
        """Returns `{player: (begin, end)}` and the length of a cycle, in rounds.

        Raises a `ValueError` if a period belongs to none of the players.
        """
        unknown = set(self.rounds) - set(players)
        if unknown:
            raise ValueError(
                f"`alternation` must have periods of players: {', '.join(players)}. "
                f"Received: {', '.join(sorted(unknown))}"
            )
        spans, end = {}, 0
        for player in players:
            spans[player] = (end, end := end + self.rounds.get(player, 1))
        return spans, end

    def acts(self, step: Any, players: Sequence[str]) -> Any:
        """Returns `{player: whether it moves}` after `step` rounds, or tensors."""
        spans, length = self.spans(players)
        phase = step % length
        return {p: (phase >= a) & (phase < b) for p, (a, b) in spans.items()}

    def before(self, step: Any, players: Sequence[str]) -> Any:
        """Returns in how many rounds each player has moved; arguments as in `acts`."""
        spans, length = self.spans(players)
        cycles, phase = step // length, step % length
        return {
            player: cycles * (b - a) + tf.clip_by_value(phase - a, 0, b - a)
            for player, (a, b) in spans.items()
        }

    def get_config(self) -> dict:
        return dict(self.rounds)

    @classmethod
    def from_config(cls, config):
        return cls(**config)


def get(identifier: Any) -> Any:
    """Returns an alternation as it came, or `Periods` of a dictionary.

    Args:
        identifier: None where all players move in every round, a dictionary of the
            arguments of `Periods`, or an object with its methods `acts` and `before`.
    """
    if isinstance(identifier, dict):
        return Periods(**identifier)
    methods = all(hasattr(identifier, name) for name in ("acts", "before"))
    if identifier is not None and (isinstance(identifier, type) or not methods):
        raise ValueError(
            "`alternation` must be None or a `kgan.alternation.Periods`. "
            f"Received: {identifier!r}"
        )
    return identifier
