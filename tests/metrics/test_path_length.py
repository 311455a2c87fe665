"""Perceptual path lengths: of a linear generator, where they have a closed form."""

import keras
import numpy as np
import pytest
from metric_stand_ins import Means, digits_gan, points_gan

import kgan
from kgan import latents, metrics
from kgan.metrics import features
from kgan.metrics.path_length import PerceptualPathLength, Steps, trimmed_mean

SHAPE, COUNT = (2, 4, 1), 300


def mapped_gan(as_images=None, activation="linear"):
    """G(z) = f(A (M z)), f a tanh where there are images."""
    dense = keras.layers.Dense
    mapping = keras.Sequential([keras.Input((3,)), dense(5)])
    layers = [keras.Input((5,)), dense(8, activation=activation)]
    synthesis = keras.Sequential([*layers, keras.layers.Reshape(SHAPE)])
    judge = keras.Sequential([keras.Input(SHAPE), keras.layers.Flatten(), dense(1)])
    generator = kgan.models.Mapped(mapping, synthesis)
    return kgan.GAN(generator, judge, as_images=as_images)


def trimmed(distances):
    ordered = np.sort(distances)
    last = len(ordered) - 1
    low, high = int(np.floor(0.01 * last)), int(np.ceil(0.99 * last))
    return ordered[low : high + 1]


@pytest.mark.parametrize("count", [1, 7, 100, 250])
def test_the_mean_without_the_ends(count):
    distances = np.random.default_rng(count).exponential(size=count)
    mean, error = trimmed_mean(distances)
    kept = trimmed(distances)
    assert mean == pytest.approx(kept.mean())
    if len(kept) > 1:
        assert error == pytest.approx(kept.std(ddof=1) / np.sqrt(len(kept)))
    assert trimmed_mean(np.arange(101.0))[0] == 50.0


@pytest.mark.parametrize("sampling", ["end", "full"])
def test_a_linear_synthesis_has_the_lengths_of_its_matrix(sampling):
    """Along a line from w₀ to w₁ the images change by A (w₁ − w₀)."""
    gan = mapped_gan(as_images=False)
    real = np.zeros((3, *SHAPE), "float32")
    metric = PerceptualPathLength(sampling=sampling, epsilon=1e-2, features="points")
    (found,) = metrics.measure(gan, real, [metric], COUNT, seed=4).measurements
    drawn = latents.latents_at(gan.prior, latents.table(4), 0, 2 * COUNT)
    images = gan(drawn).numpy().reshape(COUNT, 2, -1).astype("float64")
    expected = trimmed(np.sum((images[:, 1] - images[:, 0]) ** 2, axis=1))
    assert found.metric == "path_length_points"
    assert found.value == pytest.approx(expected.mean(), rel=1e-3)
    error = expected.std(ddof=1) / np.sqrt(len(expected))
    assert found.uncertainty == pytest.approx(error, rel=1e-2)
    told = {"space": "w", "sampling": sampling, "epsilon": 1e-2, "num_paths": COUNT}
    assert told.items() <= found.provenance.items()
    assert not found.provenance.keys() & {"num_fake", "num_real", "split"}


def test_pixels_of_images_by_their_slope():
    """In the limit of small ε: ‖½ ∂G/∂w (w₁ − w₀)‖², pixels in [0, 1]."""
    gan = mapped_gan(activation="tanh")
    real = np.zeros((3, *SHAPE), "uint8")
    metric = "path_length_pixels"
    found = metrics.measure(gan, real, [metric], COUNT, averaged=False)[metric]
    drawn = latents.latents_at(gan.prior, latents.table(0), 0, 2 * COUNT)
    w = gan.generator.mapping(drawn).numpy().reshape(COUNT, 2, 5).astype("float64")
    matrix, bias = map(np.float64, gan.generator.synthesis.get_weights())
    slopes = 1.0 - np.tanh(w[:, 0] @ matrix + bias) ** 2
    changes = 0.5 * slopes * ((w[:, 1] - w[:, 0]) @ matrix)
    expected = trimmed(np.sum(changes**2, axis=1)).mean()
    assert found == pytest.approx(expected, rel=1e-2)


def test_steps_divide_by_the_square_of_epsilon():
    pairs = np.zeros((2, 2, 3), "float32")
    pairs[0, 1] = [3.0, 0.0, 4.0]
    steps = Steps(features.Points(), 0.1)
    assert (steps.name, steps.describe()["epsilon"]) == ("points", 0.1)
    np.testing.assert_allclose(steps(pairs).features, [[2500.0], [0.0]], rtol=1e-6)


@pytest.mark.parametrize("name", ["mnist", "cifar10"])
def test_features_of_images_that_are_not_rounded(name):
    images = np.random.default_rng(0).integers(0, 256, (3, 16, 16, 3)).astype("uint8")
    extractor = features.get(name)
    exact = extractor.exact(images.astype("float32"))
    np.testing.assert_allclose(exact, extractor(images).features, rtol=0.05, atol=0.05)
    moved = extractor.exact(images + np.float32(0.01))
    assert 0.0 < np.abs(moved - exact).max() < 0.1
    with pytest.raises(ValueError, match="must be float32 of shape"):
        extractor.exact(images)


@pytest.mark.filterwarnings("ignore:The Fréchet distance of 120")
def test_it_stands_beside_other_metrics_with_paths_of_its_own():
    gan = digits_gan()
    real = np.random.default_rng(0).integers(0, 256, (120, 8, 8, 1)).astype("uint8")
    far = PerceptualPathLength(epsilon=0.1, features="pixels")
    names = ["frechet_pixels", "path_length_pixels"]
    found = metrics.measure(gan, real, names, 120, allow_few=True)
    alone = metrics.measure(gan, real, ["path_length_pixels"], 120)
    assert found["path_length_pixels"] == alone["path_length_pixels"]
    assert metrics.measure(gan, real, [far], 120)["path_length_pixels"] > 0.0
    assert found["frechet_pixels"] > 0.0


def test_what_cannot_be_measured():
    gan = points_gan()
    real = np.zeros((3, 2), "float32")
    measure = metrics.measure
    with pytest.raises(ValueError, match=r"need a game.*Received: a ndarray"):
        measure(real, real, ["path_length_points"])
    with pytest.raises(ValueError, match=r"`truncation` must be 1.*0\.5"):
        measure(gan, real, ["path_length_points"], 100, truncation=0.5)
    with pytest.raises(ValueError, match=r'`space` must be "z"'):
        measure(gan, real, [PerceptualPathLength("w", features="points")], 100)
    with pytest.raises(ValueError, match="at least 100 paths examples"):
        measure(gan, real, ["path_length_points"], 10)
    images = np.zeros((3, 8, 8, 1), "uint8")
    with pytest.raises(ValueError, match="'means' must have a method `exact`"):
        measure(digits_gan(), images, [PerceptualPathLength(features=Means())], 100)
