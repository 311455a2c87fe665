import contracts
import keras
import numpy as np
import pytest
import tensorflow as tf
import term_views

from kgan.losses.regularizers import LeCam


def _view(real, fake, step=0):
    return term_views.view(
        step=tf.constant(step),
        real_outputs=term_views.heads(real),
        fake_outputs=term_views.heads(fake),
    )


def _run(term, real, fake, state=None, step=0):
    tensors = [tf.convert_to_tensor(x, tf.float32) for x in (real, fake)]
    return term_views.run(term, "discriminator_term", _view(*tensors, step), state)


def _logits(count=4):
    return np.random.default_rng(0).normal(size=(2, count, 1))


def test_config():
    contracts.check_object(LeCam(), {"weight": 0.3, "decay": 0.99})
    contracts.check_object(LeCam(0.1, decay=0.5), {"weight": 0.1, "decay": 0.5})


def test_value_and_gradient():
    # Averages 2 of the real and −1 of the generated data, of which half is known.
    term_views.check(
        LeCam(),
        "discriminator_term",
        _view,
        lambda real, fake: np.mean((real + 1) ** 2) + np.mean((fake - 2) ** 2),
        *_logits(),
        state=[1.0, -0.5, 0.5],
    )


def test_nothing_in_the_first_update():
    term = LeCam()
    for mode in contracts.modes(lambda *tensors: _run(term, *tensors)[0]):
        value = mode(*(tf.constant(x, tf.float32) for x in _logits()))
        np.testing.assert_array_equal(value, np.zeros((4, 1)))


def test_averages_are_those_of_the_past_without_bias():
    generator = np.random.default_rng(1)
    term, state, past = LeCam(decay=0.8), None, []
    for _ in range(5):
        batch = generator.normal([[[1.0]], [[-2.0]]], size=(2, 6, 1))
        value, state = _run(term, *batch, state)
        if past:
            shares = 0.8 ** np.arange(len(past))[::-1]
            real_average, fake_average = np.average(past, axis=0, weights=shares)
            expected = (batch[0] - fake_average) ** 2 + (batch[1] - real_average) ** 2
            np.testing.assert_allclose(value, expected, rtol=1e-4)
        past.append(batch.mean(axis=(1, 2)))


def test_state_of_two_halves_is_that_of_the_whole():
    logits, start = _logits(6), [1.0, -0.5, 0.5]
    _, whole = _run(LeCam(), *logits, start)
    halves = [_run(LeCam(), *half, start)[1] for half in np.split(logits, 2, axis=1)]
    assert not np.allclose(halves[0], halves[1])
    np.testing.assert_allclose(np.mean(halves, axis=0), whole, rtol=1e-6)


def test_values_of_two_halves_are_those_of_the_whole():
    logits, start = _logits(6), [1.0, -0.5, 0.5]
    value, _ = _run(LeCam(), *logits, start)
    halves = [_run(LeCam(), *half, start)[0] for half in np.split(logits, 2, axis=1)]
    np.testing.assert_array_equal(np.concatenate(halves), value)


def test_state_is_saved_float32_and_no_gradient_moves_it():
    term = LeCam()
    names = [weight.name for weight in term.non_trainable_weights]
    assert names == ["real_average", "fake_average", "evidence"]
    assert {weight.dtype for weight in term.weights} == {"float32"}
    assert term.trainable_weights == []


def test_decay_may_follow_a_schedule():
    term = LeCam(decay=keras.optimizers.schedules.PolynomialDecay(0.0, 10, 1.0))
    _, first = _run(term, [[4.0]], [[2.0]], [0.0, 0.0, 0.0], step=0)
    np.testing.assert_allclose(first, [4, 2, 1])
    _, later = _run(term, [[8.0]], [[2.0]], first, step=5)
    np.testing.assert_allclose(later, [6, 2, 1])
    assert LeCam.from_config(term.get_config()).get_config() == term.get_config()


@pytest.mark.parametrize("decay", [-0.1, 1.5, None, "0.9"])
def test_decay_out_of_range(decay):
    with pytest.raises(ValueError, match=r"`decay` must be a number in \[0, 1\]"):
        LeCam(decay=decay)
