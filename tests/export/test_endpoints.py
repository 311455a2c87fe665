import numpy as np
import pytest
import small_games
import tensorflow as tf

from kgan.export.endpoints import Endpoint, Input, Servable

NUMBER = Input(tf.TensorSpec(None, tf.int32, "labels"), "in [0, 9]", 3, default=-1)
ROWS = Input(tf.TensorSpec((None, 2), tf.float32, "latents"), "finite", 0.5)


@pytest.mark.parametrize("rows", [1, 4])
def test_examples_have_an_axis_of_requests(rows):
    assert not NUMBER.is_of_rows
    example = NUMBER.examples(rows)
    assert example.dtype == tf.int32
    np.testing.assert_array_equal(example, [3] * rows)
    assert ROWS.is_of_rows
    np.testing.assert_array_equal(ROWS.examples(rows), np.full((rows, 2), 0.5))


def test_defaults_have_it_too():
    np.testing.assert_array_equal(NUMBER.default_value(), [-1])
    assert ROWS.default is None


def test_specs_are_in_order():
    endpoint = Endpoint(lambda labels, latents: {}, (NUMBER, ROWS), {})
    assert endpoint.specs == [NUMBER.spec, ROWS.spec]


def test_a_plain_dictionary_is_completed_with_what_the_game_says():
    game = small_games.translator()
    servable = Servable.of(game, game.endpoints())
    assert list(servable.endpoints) == ["translate"]
    assert (
        servable.summary == "A Translator, trained as a game of judge and translator."
    )
    assert servable.facts == game.describe()
    assert servable.portable is None
    assert Servable.of(game, servable) is servable


def test_networks_of_several_endpoints_count_once():
    first, second = small_games.network(1, 1), small_games.network(1, 2)
    endpoints = {
        name: Endpoint(len, (), {}, networks)
        for name, networks in [("a", (second, first)), ("b", (first,)), ("c", ())]
    }
    assert Servable(endpoints, "").networks == [second, first]
