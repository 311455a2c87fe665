import re

import contracts
import keras
import numpy as np
import pytest
import tensorflow as tf

from kgan import losses


def softplus(x):
    return np.logaddexp(0.0, x)


@pytest.mark.parametrize("smoothing", [0.0, 0.1])
def test_minimax(smoothing):
    contracts.check_loss(
        "minimax",
        lambda r, f: (
            (1 - smoothing) * softplus(-r) + smoothing * softplus(r) + softplus(f)
        ),
        lambda r, f: -softplus(f),
        label_smoothing=smoothing,
    )


@pytest.mark.parametrize("smoothing", [0.0, 0.1])
def test_non_saturating(smoothing):
    contracts.check_loss(
        "non_saturating",
        lambda r, f: (
            (1 - smoothing) * softplus(-r) + smoothing * softplus(r) + softplus(f)
        ),
        lambda r, f: softplus(-f),
        label_smoothing=smoothing,
    )


def test_least_squares():
    contracts.check_loss(
        "least_squares",
        lambda r, f: ((r - 1) ** 2 + f**2) / 2,
        lambda r, f: (f - 1) ** 2 / 2,
    )


def test_mean_squares():
    contracts.check_loss(
        "mean_squares",
        lambda r, f: (r - 1) ** 2 + f**2,
        lambda r, f: (f - 1) ** 2,
    )


def test_wasserstein():
    contracts.check_loss("wasserstein", lambda r, f: f - r, lambda r, f: -f)


def test_hinge():
    contracts.check_loss(
        "hinge",
        lambda r, f: np.maximum(0, 1 - r) + np.maximum(0, 1 + f),
        lambda r, f: -f,
    )


def test_relativistic_pairing():
    contracts.check_loss(
        "relativistic_pairing",
        lambda r, f: softplus(f - r),
        lambda r, f: softplus(r - f),
    )


def test_every_loss_is_known_and_tested():
    assert losses.names() == (
        "minimax",
        "non_saturating",
        "least_squares",
        "mean_squares",
        "wasserstein",
        "hinge",
        "relativistic_pairing",
    )


def _logit(probability):
    return np.log(probability / (1 - probability))


@pytest.mark.parametrize("name", ["minimax", "non_saturating"])
def test_value_at_the_equilibrium_is_log_4(name):
    value = losses.get(name).discriminator_loss(tf.zeros((1,)), tf.zeros((1,)))
    assert value.numpy() == pytest.approx([np.log(4)])


@pytest.mark.parametrize("smoothing", [0.0, 0.2])
def test_best_discriminator_of_smoothed_labels(smoothing):
    # In a point with densities p and q, (1 − α) p / (p + q) minimises the loss.
    loss = losses.get("minimax", label_smoothing=smoothing)
    p, q = 0.3, 0.9
    logits = tf.constant(_logit((1 - smoothing) * p / (p + q)), tf.float32)
    with tf.GradientTape() as tape:
        tape.watch(logits)
        real_part = loss.discriminator_loss(logits, tf.constant(-100.0))
        fake_part = loss.discriminator_loss(tf.constant(0.0), logits)
        total = p * real_part + q * fake_part
    assert tape.gradient(total, logits).numpy() == pytest.approx(0.0, abs=1e-6)


def test_minimax_generator_gets_no_gradient_where_the_other_gets_all():
    logits = tf.constant([-50.0])
    slopes = {}
    for name in ("minimax", "non_saturating"):
        with tf.GradientTape() as tape:
            tape.watch(logits)
            value = losses.get(name).generator_loss(None, logits)
        slopes[name] = tape.gradient(value, logits).numpy()[0]
    assert -1e-20 < slopes["minimax"] < 0
    assert slopes["non_saturating"] == -1.0


@pytest.mark.parametrize("name", losses.names())
def test_score_is_a_probability_where_there_is_one(name):
    loss = losses.get(name)
    logits = np.array([-50.0, -1.0, 0.0, 2.0, 50.0], "float32")
    expected = 1 / (1 + np.exp(-logits.astype("float64")))
    assert loss.probabilistic == (name in ("minimax", "non_saturating"))
    np.testing.assert_allclose(
        loss.score(tf.constant(logits)),
        expected if loss.probabilistic else logits,
        rtol=1e-5,
    )


@pytest.mark.parametrize("name", losses.names())
def test_at_the_boundary_a_sample_is_as_much_real_as_generated(name):
    loss = losses.get(name)
    if loss.boundary is None:
        # Only differences count: all logits may move together.
        real, fake = tf.constant([0.3]), tf.constant([-0.2])
        moved = loss.discriminator_loss(real + 5.0, fake + 5.0)
        np.testing.assert_allclose(
            loss.discriminator_loss(real, fake), moved, rtol=1e-5
        )
        return
    logit = tf.constant([loss.boundary])
    with tf.GradientTape() as tape:
        tape.watch(logit)
        value = loss.discriminator_loss(logit, logit)
    assert tape.gradient(value, logit).numpy() == pytest.approx(0.0)


@pytest.mark.parametrize("name", losses.names())
def test_only_the_relativistic_loss_reads_real_logits(name):
    assert losses.get(name).relativistic == (name == "relativistic_pairing")


def test_own_loss_is_taken_as_it_is():
    class Exponential(losses.AdversarialLoss):
        def discriminator_loss(self, real_logits, fake_logits):
            return tf.exp(-real_logits) + tf.exp(fake_logits)

        def generator_loss(self, real_logits, fake_logits):
            return tf.exp(-fake_logits)

    loss = Exponential()
    assert losses.get(loss) is loss
    assert not loss.probabilistic
    assert not loss.relativistic
    assert Exponential.from_config(loss.get_config()).get_config() == {}


def test_base_class_has_no_formula():
    with pytest.raises(NotImplementedError):
        losses.AdversarialLoss().discriminator_loss(tf.zeros(1), tf.zeros(1))
    with pytest.raises(NotImplementedError):
        losses.AdversarialLoss().generator_loss(tf.zeros(1), tf.zeros(1))


def test_unknown_name_lists_all_and_the_nearest():
    with pytest.raises(ValueError, match="Did you mean 'hinge'") as caught:
        losses.get("hingee")
    assert "'hingee'" in str(caught.value)
    for name in losses.names():
        assert name in str(caught.value)


@pytest.mark.parametrize("received", [None, 3, ["hinge"], {}, losses.Hinge, "Hinge "])
def test_what_is_no_loss_is_named(received):
    with pytest.raises(ValueError, match=re.escape(repr(received))):
        losses.get(received)


@pytest.mark.parametrize("smoothing", [-0.1, 0.5, 1.0, float("nan")])
@pytest.mark.parametrize("name", ["minimax", "non_saturating"])
def test_label_smoothing_out_of_range(name, smoothing):
    with pytest.raises(ValueError, match=r"`label_smoothing`.*\[0, 0\.5\)"):
        losses.get(name, label_smoothing=smoothing)


def test_a_saved_loss_of_any_name_is_restored_with_its_arguments():
    loss = losses.NonSaturating(label_smoothing=0.25)
    saved = keras.saving.serialize_keras_object(loss)
    assert keras.saving.deserialize_keras_object(saved).label_smoothing == 0.25
