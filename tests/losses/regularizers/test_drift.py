import contracts
import keras
import numpy as np
import tensorflow as tf
import term_views

from kgan.losses.regularizers import Drift


def test_config():
    contracts.check_object(Drift(), {"weight": 1e-3})
    contracts.check_object(Drift(0.5), {"weight": 0.5})


def test_value_and_gradient():
    real = np.random.default_rng(0).normal(size=(4, 1))
    term_views.check(
        Drift(),
        "discriminator_term",
        lambda real: term_views.view(real_outputs=term_views.heads(real)),
        lambda real: np.mean(real**2),
        real,
    )


def test_one_value_for_each_logit():
    real = tf.constant([[-2.0, 0.0], [3.0, 1.0]])
    seen = term_views.view(real_outputs=term_views.heads(real))
    np.testing.assert_array_equal(Drift().discriminator_term(seen), [[4, 0], [9, 1]])


def test_the_generator_has_none():
    assert Drift().overrides("discriminator_term")
    assert not Drift().overrides("generator_term")
    assert not Drift().overrides("constrain")


def test_weight_may_follow_a_schedule():
    term = Drift(keras.optimizers.schedules.PolynomialDecay(8.0, 100, 2.0))
    assert float(term.weight_at(tf.constant(50))) == 5.0
    assert float(Drift.from_config(term.get_config()).weight_at(tf.constant(50))) == 5.0
