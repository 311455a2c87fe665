import keras
import numpy as np
import pytest

from kgan.callbacks import TerminateOnNaN


def _explode(gan):
    """Turns D's output infinite from the next step on."""
    gan.discriminator.layers[-1].bias.assign([np.inf])


def _fit(gan, data, *callbacks, **kwargs):
    callbacks = [*callbacks]
    return gan.fit(data, verbose=0, callbacks=callbacks, shuffle=False, **kwargs)


def _explode_at(gan, step):
    def explode(batch, logs):
        if gan.step == step:
            _explode(gan)

    return keras.callbacks.LambdaCallback(on_train_batch_end=explode)


def test_stops_at_the_step_and_names_it(points, rows, capsys):
    gan, guard = points(), TerminateOnNaN()
    data = rows((1,), batches=8)
    history = _fit(gan, data, _explode_at(gan, 4), guard, epochs=3)
    assert gan.step == 5
    assert len(history.epoch) == 1
    assert guard.reason.startswith("Training stopped at step 5: d_loss is ")
    assert capsys.readouterr().out.splitlines() == ["", guard.reason]


def test_several_steps_per_execution(points, rows):
    gan, guard = points(), TerminateOnNaN()
    gan.compile(steps_per_execution=4, run_eagerly=True)
    _fit(gan, rows((1,), batches=12), _explode_at(gan, 4), guard)
    assert gan.step == 8
    assert "step 8" in guard.reason


def test_healthy_training_goes_on(points, rows, capsys):
    gan, guard = points(), TerminateOnNaN()
    _fit(gan, rows((1,)), guard, epochs=2)
    assert gan.step == 6
    assert guard.reason is None
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, np.array([1.0, np.nan])])
def test_values_of_other_callbacks_and_of_validation(points, rows, value):
    def spoil(epoch, logs):
        logs["val_d_loss"] = value

    gan, guard = points(), TerminateOnNaN()
    spoiler = keras.callbacks.LambdaCallback(on_epoch_end=spoil)
    _fit(gan, rows((1,)), spoiler, guard, epochs=2)
    assert gan.step == 3
    assert "val_d_loss is" in guard.reason


def test_a_new_run_forgets_the_reason(points, rows):
    gan, guard = points(), TerminateOnNaN()
    _fit(gan, rows((1,)), _explode_at(gan, 1), guard)
    assert guard.reason is not None
    _fit(points(), rows((1,)), guard)
    assert guard.reason is None
