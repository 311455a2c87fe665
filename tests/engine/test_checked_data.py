"""The fields of a game's data, of the first batch where the game has none."""

import moves
import numpy as np
import pytest

from kgan.engine.fields import Field


def test_the_first_batch_tells_what_later_ones_must_be():
    game = moves.pursuit()
    game.check(moves.POINTS[:8])
    assert game._plain.fields == {"points": Field((2,))}
    moves.fit(game, 8)
    with pytest.raises(ValueError, match=r"'points'.*\(2,\).*\(3,\)"):
        game.check(np.zeros((8, 3)))


def test_before_the_first_step_data_may_change():
    game = moves.pursuit()
    for data in (moves.POINTS[:8], moves.POINTS[:4].astype("float16")):
        game.check(data)
    assert game._plain.fields == {"points": Field((2,), "float16")}


def test_values_are_numbered():
    game = moves.pursuit()
    points = moves.POINTS[:8].copy()
    game.check(points)
    points[3, 0] = np.nan
    game.check_values(points[:3])
    with pytest.raises(ValueError, match="nan in example 103"):
        game.check_values(points, 100)


def test_data_have_names():
    class Unnamed(moves.Pursuit):
        def unpack(self, element):
            return element

    with pytest.raises(ValueError, match="`unpack` must return a dictionary"):
        moves.pursuit(kind=Unnamed).check(moves.POINTS[:8])
