"""What a game declares is checked by `compile`, with the reason."""

import keras
import moves
import pytest

from kgan.engine.game import Game
from kgan.engine.move import Move


def loss(nets, batch):
    return None


class Declared(Game):
    """A game of any moves and layers."""

    def __init__(self, given=(), momenta=(), **layers):
        super().__init__()
        self.given = given
        self.momenta = dict(momenta)
        for name, layer in layers.items():
            setattr(self, name, layer)

    def moves(self):
        return self.given

    def averages(self):
        return self.momenta


def refuse(match, given=None, momenta=(), optimizers=None, **layers):
    given = (Move(("player",), loss),) if given is None else given
    game = Declared(given, momenta, **{"player": moves.line(1.0), **layers})
    with pytest.raises(ValueError, match=match):
        game.compile({"player": "sgd"} if optimizers is None else optimizers)


def test_players_and_layers_that_there_are_not():
    refuse(
        r"`players` must name networks of the game: player\. Received: 'other'",
        [Move(("player", "other"), loss)],
    )
    refuse(
        r"`writes` must name networks.*Received: 'memory'",
        [Move(("player",), loss, writes=("memory",))],
    )
    refuse(
        "`averages` must name networks of the game: player.*Received: 'other'",
        momenta={"other": 0.9},
        other=moves.line(1.0),
    )


def test_a_game_without_moves():
    refuse(r"`moves` must return at least one move\. Received: none", ())
    with pytest.raises(NotImplementedError, match="Game must write `moves`"):
        Game().compile({})


def test_an_optimizer_without_a_player_and_the_reverse():
    refuse("one for each player: player. Received: none for player", optimizers={})
    both = {"player": "sgd", "other": "sgd"}
    refuse(r"Received: one for other", optimizers=both, other=moves.line(1.0))


@pytest.mark.parametrize("streams", [(3, 3), (None, 0), (1, None)])
def test_two_moves_of_one_stream(streams):
    given = [Move(("player",), loss, (name,), stream=stream)
             for name, stream in zip("ab", streams, strict=True)]  # fmt: skip
    refuse(
        r"Each move must have a stream of seeds of its own.*stream=.*\('player',\) and",
        given,
    )


def test_two_logs_of_one_name():
    given = [Move(("player",), loss, ("loss",)), Move(("player",), loss, ("loss",))]
    refuse(r"must have a name of its own.*Received: 'loss'", given)
    refuse("name of its own", [Move(("player",), loss, ("player_gradient_norm",))])


@pytest.mark.parametrize(
    "name",
    [
        *("rows", "seed", "known", "fixed", "frozen", "unroll", "branch", "context"),
        *("step", "values", "run", "weights", "metrics", "history", "compile", "fit"),
        *("clock", "networks", "players", "optimizers", "moves", "examples"),
    ],
)
def test_networks_named_like_a_word_of_the_engine_or_of_keras(name):
    message = f"name that neither Keras nor the engine needs.*Sequential.*'{name}'"
    with pytest.raises(ValueError, match=message):
        Declared(**{name: moves.line(1.0)})


def test_what_is_no_network_may_have_such_a_name():
    game = Declared([Move(("player",), loss)], player=moves.line(1.0), rows=3)
    assert game.rows == 3
    game.seed_of = moves.line(1.0)
    game.compile({"player": "sgd"})


@pytest.mark.parametrize("name", ["loss", "metrics", "optimizer", "history"])
def test_methods_that_keras_would_overwrite(name):
    message = f"Named must not have a method `{name}`: Keras sets.*reconstruction_loss"
    with pytest.raises(ValueError, match=message):
        type("Named", (Game,), {name: lambda self: None})


def test_a_network_that_is_not_built():
    refuse(
        r"`player` must be built before `compile`.*Received: Sequential without",
        player=keras.Sequential([keras.layers.Dense(1)]),
    )
