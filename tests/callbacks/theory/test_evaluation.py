import numpy as np
import pytest

from kgan.callbacks.theory import evaluation


def test_generator_map(points):
    gan = points(2, latent_dim=3)
    latents, samples = evaluation.generator_map(gan, 50, averaged=False, seed=4)
    assert (latents.shape, samples.shape) == ((50, 3), (50, 2))
    np.testing.assert_allclose(samples, gan.generator(latents), atol=1e-6)
    again, _ = evaluation.generator_map(gan, 20, averaged=False, seed=4)
    np.testing.assert_array_equal(again, latents[:20])


def test_without_an_average_the_generator_itself_is_used(points):
    gan = points(ema_momentum=None)
    latents, samples = evaluation.generator_map(gan, 5, averaged=True)
    np.testing.assert_allclose(samples, gan.generator(latents), atol=1e-6)


def test_discriminate_splits_one_batch(points):
    gan = points()
    groups = [np.full((n, 1), n, np.float32) for n in (4, 9, 1)]
    values = evaluation.discriminate(gan, *groups)
    for group, value in zip(groups, values, strict=True):
        np.testing.assert_allclose(value, gan.discriminate(group), atol=1e-6)


def test_equilibrium_gap_weighs_both_densities_alike():
    real, fake = np.array([0.9, 0.1]), np.array([0.5] * 5)
    assert evaluation.equilibrium_gap(real, fake) == pytest.approx(0.2)
    assert evaluation.equilibrium_gap(real, fake[:0]) == pytest.approx(0.4)


def test_finite_drops_broken_rows():
    samples = np.array([[1.0, 2.0], [np.nan, 0.0], [0.0, np.inf], [3.0, 4.0]])
    np.testing.assert_array_equal(evaluation.finite(samples), samples[[0, 3]])
