"""What a game declares of its moves, and what is no declaration."""

import dataclasses

import keras
import pytest

from kgan.core.seeds import Use
from kgan.engine.move import Move, Term


def loss(nets, batch):
    return None


def test_a_move_of_two_arguments():
    move = Move(("player",), loss)
    assert (move.logs, move.writes, dict(move.terms)) == ((), (), {})
    assert (move.repeats, move.interval, move.fresh_data) == (1, 1, False)
    assert move.after is None
    assert move.draws(8, None) == {}
    with pytest.raises(dataclasses.FrozenInstanceError):
        move.repeats = 2


@pytest.mark.parametrize("name", ["repeats", "interval"])
@pytest.mark.parametrize("value", [0, -1, 1.5, "2", None])
def test_counts_are_positive_integers(name, value):
    with pytest.raises(ValueError, match=f"`{name}` must be a positive integer"):
        Move(("player",), loss, **{name: value})


@pytest.mark.parametrize("players", ["player", (), []])
def test_players_are_a_tuple_of_names(players):
    message = r"`players` must be a tuple of at least one name\. Received: "
    with pytest.raises(ValueError, match=message):
        Move(players, loss)


def test_streams_of_seeds():
    streams = [
        Move(("player",), loss, stream=stream).seed_stream(place)
        for place, stream in enumerate([None, None, 5, Use.GENERATOR_STEP])
    ]
    # Numbers stand under a use of their own, apart from those of `Use`.
    assert streams == [(Use.MOVE, 0), (Use.MOVE, 1), (Use.MOVE, 5), (2,)]


def test_a_term_has_a_weight_and_an_interval():
    assert (Term(loss).weight, Term(loss).interval) == (1.0, 1)
    schedule = keras.optimizers.schedules.PolynomialDecay(2.0, 10, 0.0)
    assert Term(loss, schedule, 4).weight is schedule
    with pytest.raises(ValueError, match="`weight` must be a non-negative number"):
        Term(loss, -1.0)
    with pytest.raises(ValueError, match="`interval` must be a positive integer"):
        Term(loss, interval=0)
