import keras
import moves
import numpy as np
import pytest

from kgan.engine import stock_callbacks


def _broken(epochs=3, **options):
    """A game whose hunter is lost in the second of its rounds."""
    game = moves.pursuit(compiled={"run_eagerly": False})

    class Break(keras.callbacks.Callback):
        def on_train_batch_begin(self, batch, logs=None):
            if self.model.step == 1:
                bias = self.model.hunter.weights[1]
                bias.assign(np.nan * bias)

    given = options.pop("callbacks")
    moves.fit(game, 32, epochs=epochs, callbacks=given(game, Break()), **options)
    return game


def _list(game, first):
    return [keras.callbacks.TerminateOnNaN(), first]


def _callback_list(game, first):
    callbacks = _list(game, first)
    return keras.callbacks.CallbackList(callbacks, add_history=True, model=game)


@pytest.mark.parametrize("callbacks", [_list, _callback_list])
def test_training_ends_at_the_first_nan(callbacks, capsys):
    game = _broken(callbacks=callbacks)
    assert game.step == 2
    assert "is not finite, terminating training" in capsys.readouterr().out


def test_without_it_training_goes_on():
    assert _broken(callbacks=lambda game, first: first).step == 12


def test_a_callback_list_is_used_again():
    game = moves.pursuit()
    callbacks = _callback_list(game, keras.callbacks.Callback())
    for _ in range(2):
        assert stock_callbacks.fitting(callbacks, game) is callbacks
        assert len(callbacks.callbacks) == 4


def test_others_stay_as_they_came():
    one, plateau = keras.callbacks.History(), keras.callbacks.ReduceLROnPlateau()
    many = keras.callbacks.CallbackList([one])
    for callbacks in (None, [], one, [one, plateau], many):
        assert stock_callbacks.fitting(callbacks, None) is callbacks


def test_a_callback_that_exchanges_the_weights_of_one_optimizer():
    swap = keras.callbacks.SwapEMAWeights()
    other = keras.callbacks.Callback()
    nested, many = (other, [other, [swap]]), keras.callbacks.CallbackList([other, swap])
    for callbacks in (swap, [swap], nested, many):
        with pytest.raises(ValueError, match=r"SwapEMAWeights.*one for each"):
            stock_callbacks.fitting(callbacks, None)
