import contracts
import keras
import numpy as np
import pytest
import scipy.special
import scipy.stats
import tensorflow as tf

from kgan.core import seeds
from kgan.latents import priors
from kgan.losses import objectives


def surprise(latents, head, categorical, continuous, weight=1.0):
    """−log Q(c | x) without the constants, code by code from the right."""
    total, end = np.zeros(len(head)), 0
    if continuous:
        difference = latents[:, -continuous:] - head[:, -continuous:]
        total += weight * 0.5 * (difference**2).sum(1)
        end -= continuous
    for count in reversed(categorical):
        codes, logits = (x[:, end - count : end or None] for x in (latents, head))
        total -= (codes * scipy.special.log_softmax(logits, axis=1)).sum(1)
        end -= count
    return total


@pytest.mark.parametrize("method", ["discriminator_term", "generator_term"])
@pytest.mark.parametrize(
    ("categorical", "continuous"), [((3,), 2), ((2, 3), 1), ((), 3), ((4, 2), 0)]
)
def test_both_players_read_the_codes(check_term, method, categorical, continuous):
    codes = {"categorical": categorical, "continuous": continuous}
    objective = objectives.Information(**codes, continuous_weight=0.3)
    contracts.check_object(objective, codes | {"continuous_weight": 0.3})
    prior = priors.Codes(objective.width + 2, **codes)
    latents = prior.sample(3, seeds.root(1)).numpy()
    head = np.random.default_rng(0).normal(size=(3, objective.width))
    check_term(
        getattr(objective, method),
        lambda head: surprise(latents, head, categorical, continuous, weight=0.3),
        {"fake_outputs": ("codes", head)},
        latents=tf.constant(latents),
    )


def test_it_is_the_likelihood_of_a_softmax_and_of_a_normal_distribution(view):
    latents = tf.constant([[9.0, 0.0, 1.0, 0.25]])
    head = tf.constant([[1.0, 3.0, -0.5]])
    objective = objectives.Information(categorical=(2,), continuous=1)
    value = objective.generator_term(
        view(latents=latents, fake_outputs={"codes": head})
    )
    likelihood = np.log(scipy.special.softmax([1.0, 3.0])[1])
    likelihood += scipy.stats.norm(-0.5, 1.0).logpdf(0.25)
    constant = 0.5 * np.log(2 * np.pi)
    np.testing.assert_allclose(value, [-likelihood - constant], rtol=1e-6)


def test_the_bound_is_tight_for_a_head_that_knows_the_codes(view):
    # E log Q + H(c) reaches I(c; x) = H(c) = log 4 where Q is right and sure.
    codes = {"categorical": (4,), "continuous": 0}
    latents = priors.Codes(6, **codes).sample(100, seeds.root(0))
    objective = objectives.Information(**codes)
    for sureness, information in ((0.0, 0.0), (50.0, np.log(4))):
        seen = view(latents=latents, fake_outputs={"codes": sureness * latents[:, 2:]})
        bound = np.log(4) - np.mean(objective.discriminator_term(seen))
        assert bound == pytest.approx(information, abs=1e-6)


def test_the_weight_of_continuous_codes_follows_the_step(view):
    schedule = keras.optimizers.schedules.PolynomialDecay(8.0, 100, 2.0)
    objective = objectives.Information(
        categorical=(), continuous=1, continuous_weight=schedule
    )
    saved = keras.saving.serialize_keras_object(objective)
    objective = keras.saving.deserialize_keras_object(saved)

    def term(step):
        heads = {"codes": tf.constant([[2.0]])}
        seen = view(step=step, latents=tf.constant([[0.0]]), fake_outputs=heads)
        return objective.generator_term(seen)

    for run in contracts.modes(term):
        values = [float(run(tf.constant(t, tf.int64))[0]) for t in (0, 50, 200)]
        assert values == pytest.approx([16.0, 10.0, 4.0])


def test_the_prior_must_draw_the_codes():
    objective = objectives.Information(categorical=(10,), continuous=2)
    prior = priors.Codes(20, categorical=(10,), continuous=2)
    objective.check({"codes": (12,)}, prior)
    for wrong in (priors.Normal(20), priors.Codes(20, (10,), 1)):
        with pytest.raises(ValueError, match=r"`prior` must draw the codes.*Codes\(20"):
            objective.check({"codes": (12,)}, wrong)
    with pytest.raises(ValueError, match=r"'codes' has the shape \(batch, 12\)"):
        objective.check({"codes": (13,)}, prior)


@pytest.mark.parametrize(
    "arguments",
    [
        {"categorical": 10},
        {"categorical": (1,)},
        {"categorical": ("10",)},
        {"continuous": -1},
        {"continuous": 1.5},
        {"categorical": (), "continuous": 0},
        {"continuous_weight": -0.1},
    ],
)
def test_arguments_out_of_range(arguments):
    with pytest.raises(ValueError, match=f"`{next(iter(arguments))}`.*Received"):
        objectives.Information(**arguments)


def test_it_reads_no_labels():
    assert not objectives.Information.needs_labels
