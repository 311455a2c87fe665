import numpy as np
import pytest
from matplotlib.figure import Figure
from scipy import stats

import kgan
from kgan.callbacks.theory.plane import Plane
from kgan.data import toys


@pytest.fixture(scope="module")
def plane():
    return Plane(toys.ring(stddev=0.1))


@pytest.fixture
def linear(points):
    """A game whose D has the logits `slope · x₁`."""

    def make(slope, **kwargs):
        gan = points(2, 2, kgan.priors.Normal(2), **kwargs)
        hidden, output = gan.discriminator.layers[1], gan.discriminator.layers[-1]
        kernel = np.zeros(hidden.kernel.shape)
        kernel[0, :2] = 1, -1
        hidden.kernel.assign(kernel)
        kernel = np.zeros(output.kernel.shape)
        kernel[:2, 0] = slope / 1.2, -slope / 1.2
        output.kernel.assign(kernel)
        return gan

    return make


def _draw(plane, measured):
    figure = Figure()
    handles = plane.draw(figure, measured, plane.title(measured))
    figure.canvas.draw()
    return figure.axes[0], [handle.get_label() for handle in handles]


def test_shows_the_true_density(plane, linear):
    axes, _ = _draw(plane, plane.measure(linear(2.0)))
    (image,) = axes.images
    left, right, bottom, top = image.get_extent()
    shades = np.asarray(image.get_array())
    rows, columns = shades.shape
    x = np.linspace(left, right, columns)[None, :, None]
    y = np.linspace(bottom, top, rows)[:, None, None]
    angles = 2 * np.pi * np.arange(8) / 8
    density = stats.norm.pdf(x, np.cos(angles), 0.1)
    density = (density * stats.norm.pdf(y, np.sin(angles), 0.1)).mean(axis=-1)
    np.testing.assert_allclose(shades, np.sqrt(density / density.max()), atol=1e-4)
    assert image.origin == "lower"


def test_shows_the_samples(plane, linear):
    gan = linear(2.0)
    measured = plane.measure(gan)
    latents = gan.prior.sample(2000, kgan.seeds.root(0))
    expected = gan.generator(latents)
    axes, _ = _draw(plane, measured)
    (dots,) = [part for part in axes.collections if len(part.get_offsets()) == 2000]
    np.testing.assert_allclose(dots.get_offsets(), expected, atol=1e-6)


def test_contours_lie_where_d_has_the_level(plane, linear):
    measured = plane.measure(linear(2.0))
    axes, labels = _draw(plane, measured)
    # σ(2 x₁) = level at x₁ = logit(level) / 2: vertical lines.
    (contours,) = [part for part in axes.collections if hasattr(part, "levels")]
    assert {0.1, 0.25, 0.5, 0.75, 0.9} <= set(contours.levels)
    for level, path in zip(contours.levels, contours.get_paths(), strict=True):
        place = np.log(level / (1 - level)) / 2
        np.testing.assert_allclose(path.vertices[:, 0], place, atol=0.01)
    assert labels[2] == "$D$ = ½"


def test_levels_that_are_not_reached_are_left_out(plane, linear):
    axes, _ = _draw(plane, plane.measure(linear(0.0)))
    assert not [part for part in axes.collections if hasattr(part, "levels")]


def test_limits_are_those_of_every_frame(plane, linear):
    gan = linear(2.0)
    for shift in (0.0, 5.0):
        gan.generator.layers[-1].bias.assign([shift, 0.0])
        axes, _ = _draw(plane, plane.measure(gan))
        assert axes.get_xlim() == pytest.approx(tuple(plane.limits[0]))
        assert axes.get_ylim() == pytest.approx(tuple(plane.limits[1]))
        assert axes.get_aspect() == 1


def test_scores_of_a_critic(plane, linear):
    measured = plane.measure(linear(2.0, loss="wasserstein"))
    axes, labels = _draw(plane, measured)
    (contours,) = [part for part in axes.collections if hasattr(part, "levels")]
    distances = np.diff(contours.levels)
    np.testing.assert_allclose(distances, np.ptp(measured["d"]) / 8, rtol=1e-5)
    assert labels[-1] == "score $D$"
    assert "½" not in plane.title(measured)


def test_a_broken_game_is_still_drawn(plane, linear):
    gan = linear(np.nan)
    gan.generator.layers[-1].bias.assign([np.nan, 0.0])
    measured = plane.measure(gan)
    assert measured["samples"].shape == (0, 2)
    _draw(plane, measured)


def test_title(plane):
    measured = {"step": 1200, "gap": 0.0456, "probabilistic": True}
    assert plane.title(measured) == "step 1,200   mean |D − ½| 0.046"
