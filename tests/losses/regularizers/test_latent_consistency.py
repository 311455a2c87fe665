import contracts
import keras
import numpy as np
import pytest
import scipy.stats
import tensorflow as tf
import term_views

from kgan.core import seeds
from kgan.losses.regularizers import LatentConsistency

_SHAPE = (6, 3)


def _latents():
    return np.random.default_rng(0).normal(size=_SHAPE)


def _noise():
    """What the term draws, by NumPy from the same uniform numbers."""
    uniform = seeds.uniform_like(tf.zeros(_SHAPE), seeds.root(3)).numpy()
    return scipy.stats.norm.ppf(uniform.astype("float64") + 2.0**-25)


def _view(latents, matrix, w, step=0):
    """A view of G(z) = z A, as images, and of D(x) = w·x + 1."""

    def generate(z):
        return tf.reshape(z @ matrix, (-1, 2, 2, 1))

    def judge(data):
        return term_views.heads(
            tf.linalg.matvec(tf.reshape(data, (-1, 4)), w)[:, None] + 1.0
        )

    latents = tf.constant(latents, tf.float32)
    fake = generate(latents)
    return term_views.view(
        step=tf.constant(step),
        latents=latents,
        fake=fake,
        fake_outputs=judge(fake),
        judge_fake=judge,
        generate=generate,
    )


def _networks():
    generator = np.random.default_rng(1)
    return generator.normal(size=(3, 4)), generator.normal(size=4)


def test_config():
    contracts.check_object(
        LatentConsistency(),
        {"weight": 20.0, "generator_weight": 0.5, "deviation": 0.05},
    )
    contracts.check_object(
        LatentConsistency(20.0, 1.0, 0.1, seed=4),
        {"weight": 20.0, "generator_weight": 1.0, "deviation": 0.1, "seed": 4},
    )


def test_value_and_gradient_of_the_discriminator():
    term_views.check(
        LatentConsistency(deviation=0.5),
        "discriminator_term",
        lambda matrix, w: _view(_latents(), matrix, w),
        lambda matrix, w: np.mean((0.5 * _noise() @ matrix @ w) ** 2),
        *_networks(),
    )


def test_value_and_gradient_of_the_generator():
    term_views.check(
        LatentConsistency(deviation=0.5),
        "generator_term",
        lambda matrix, w: _view(_latents(), matrix, w),
        lambda matrix, w: -np.mean((0.5 * _noise() @ matrix) ** 2),
        *_networks(),
    )


def test_one_value_for_each_example():
    networks = [tf.constant(x, tf.float32) for x in _networks()]
    seen = _view(_latents(), *networks)
    value, _ = term_views.run(LatentConsistency(), "generator_term", seen)
    expected = -np.mean((0.05 * _noise() @ _networks()[0]) ** 2, axis=1)
    np.testing.assert_allclose(value, expected, rtol=1e-3)


def test_steps_are_normal_and_drawn_anew():
    seen = {}

    def generate(z):
        seen["step"] = (z - view.latents).numpy()
        return z

    latents = tf.random.stateless_normal((2000, 5), (0, 0))
    view = term_views.view(latents=latents, fake=latents, generate=generate)
    steps = []
    for seed in (1, 2):
        term = LatentConsistency(deviation=0.5)
        term_views.run(term, "generator_term", view, seed=tf.constant([seed, 0]))
        steps.append(seen["step"])
        kstest = scipy.stats.kstest(seen["step"].ravel(), "norm", (0, 0.5))
        assert kstest.pvalue > 0.01
    assert np.abs(np.corrcoef(*(step.ravel() for step in steps))[0, 1]) < 0.04


def test_replicas_take_the_steps_of_one(two_replicas):
    term = LatentConsistency(deviation=0.5)

    def steps(latents, seed):
        view = term_views.view(latents=latents, fake=latents, generate=lambda z: z)
        return term_views.run(term, "generator_term", view, seed=seed)[0]

    latents = _latents().astype("float32")
    expected = steps(tf.constant(latents), seeds.layer_state(seeds.root(3)))

    @tf.function
    def run(shares):
        return two_replicas.run(
            lambda share: steps(share, contracts.replica_state()), args=(shares,)
        )

    rows = run(contracts.share_rows(two_replicas, latents))
    rows = two_replicas.experimental_local_results(rows)
    np.testing.assert_allclose(tf.concat(rows, axis=0), expected, rtol=1e-3)


def test_deviation_may_follow_a_schedule():
    schedule = keras.optimizers.schedules.PolynomialDecay(1.0, 10, 0.0)
    term = LatentConsistency(deviation=schedule)
    networks = [tf.constant(x, tf.float32) for x in _networks()]
    means = [
        float(
            tf.reduce_mean(
                term_views.run(
                    term, "generator_term", _view(_latents(), *networks, step)
                )[0]
            )
        )
        for step in (0, 5, 10)
    ]
    assert means[1] == pytest.approx(means[0] / 4, rel=1e-3)
    assert means[2] == 0.0
    restored = LatentConsistency.from_config(term.get_config())
    assert restored.get_config() == term.get_config()


@pytest.mark.parametrize("deviation", [-0.1, None, "0.1"])
def test_deviation_out_of_range(deviation):
    with pytest.raises(ValueError, match="`deviation` must be a non-negative number"):
        LatentConsistency(deviation=deviation)
