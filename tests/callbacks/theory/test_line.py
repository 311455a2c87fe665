import numpy as np
import pytest
from matplotlib.figure import Figure
from scipy import stats

import kgan
from kgan.callbacks.theory.line import Line
from kgan.data import toys


@pytest.fixture(scope="module")
def line():
    return Line(toys.gaussian())


@pytest.fixture
def affine(points):
    """A game whose G is z → 4 + 1.5 z and whose D is σ(x − 4)."""

    def make(prior, loss="non_saturating"):
        gan = points(latent_dim=prior.latent_dim, prior=prior, loss=loss)
        for network, slope, shift in (
            (gan.generator, 1.5, 4.0),
            (gan.discriminator, 1.0, -4.0),
        ):
            hidden, output = network.layers[1], network.layers[-1]
            kernel = np.zeros(hidden.kernel.shape)
            # LeakyReLU(x) − LeakyReLU(−x) = 1.2 x.
            kernel[0, :2] = 1, -1
            hidden.kernel.assign(kernel)
            kernel = np.zeros(output.kernel.shape)
            kernel[:2, 0] = slope / 1.2, -slope / 1.2
            output.kernel.assign(kernel)
            output.bias.assign([shift])
        return gan

    return make


def test_limits_are_four_sigma(line):
    np.testing.assert_allclose(line.limits, (-2, 10), atol=1e-3)


def test_measures_the_closed_forms(line, affine):
    measured = line.measure(affine(kgan.priors.Normal(1)))
    x = measured["x"]
    p_data = stats.norm.pdf(x, 4, 1.5)
    np.testing.assert_allclose(measured["p_data"], p_data)
    np.testing.assert_allclose(measured["p_g"], p_data, atol=0.015)
    np.testing.assert_allclose(measured["d"], 1 / (1 + np.exp(4 - x)), atol=1e-5)
    assert measured["js"] < 1.5e-3
    # E |σ(y) − 1/2| for y ~ N(0, 1.5²), of which both players' x − 4 are samples.
    y = np.linspace(-12, 12, 20_001)
    gap = np.average(abs(1 / (1 + np.exp(-y)) - 0.5), weights=stats.norm.pdf(y, 0, 1.5))
    assert measured["gap"] == pytest.approx(gap, abs=0.005)
    assert (measured["step"], measured["probabilistic"]) == (0, True)


@pytest.mark.parametrize(
    ("prior", "quantile"),
    [
        (kgan.priors.Normal(1), stats.norm.ppf),
        (kgan.priors.Uniform(1, -1.0, 1.0), lambda u: 2 * u - 1),
    ],
)
def test_arrows_start_at_the_quantiles_of_the_prior(line, affine, prior, quantile):
    measured = line.measure(affine(prior))
    expected = quantile((np.arange(25) + 0.5) / 25)
    np.testing.assert_allclose(measured["latents"], expected, atol=0.03)
    np.testing.assert_allclose(
        measured["samples"], 4 + 1.5 * measured["latents"], atol=1e-5
    )


def test_no_arrows_from_more_dimensions(line, points):
    measured = line.measure(points(latent_dim=2))
    assert "latents" not in measured
    figure = Figure()
    line.draw(figure, measured, "title")
    assert len(figure.axes) == 2


@pytest.mark.parametrize("averaged", [True, False])
def test_shows_the_generator_that_is_asked_for(affine, averaged):
    gan = affine(kgan.priors.Normal(1))
    gan.ema_generator.layers[-1].bias.assign([7.0])
    for layer in gan.ema_generator.layers[1:-1]:
        layer.set_weights([0 * weights for weights in layer.get_weights()])
    measured = Line(toys.gaussian(), averaged=averaged).measure(gan)
    assert measured["samples"].mean() == pytest.approx(7 if averaged else 4, abs=0.02)


def test_a_broken_generator_is_still_drawn(line, affine):
    gan = affine(kgan.priors.Normal(1))
    gan.generator.layers[-1].bias.assign([np.nan])
    measured = line.measure(gan)
    np.testing.assert_array_equal(measured["p_g"], 0)
    assert np.isnan(measured["js"])
    figure = Figure()
    line.draw(figure, measured, line.title(measured))
    figure.canvas.draw()


def _drawn(line, measured):
    figure = Figure()
    handles = line.draw(figure, measured, line.title(measured))
    lines = {part.get_label(): part for part in handles}
    return figure, lines


def test_limits_are_those_of_every_frame(line, affine):
    gan = affine(kgan.priors.Normal(1))
    for weights in ([4.0], [40.0]):
        gan.generator.layers[-1].bias.assign(weights)
        _, lines = _drawn(line, line.measure(gan))
        assert lines["$p_g$"].axes.get_xlim() == pytest.approx(line.limits)
        # 2.3 times the peak, which lies below the line at 1/2.
        top = 2.3 * stats.norm.pdf(0) / 1.5
        assert lines["$p_g$"].axes.get_ylim() == pytest.approx((0, top), rel=1e-4)
        assert lines["$D$"].axes.get_ylim() == (0, 1.02)


def test_title(line):
    measured = {"step": 12345, "js": 0.01234, "gap": 0.1, "probabilistic": True}
    assert line.title(measured) == "step 12,345   JS 0.0123 nats   mean |D − ½| 0.100"


def test_a_critic_has_neither_optimum_nor_half(line, affine):
    measured = line.measure(affine(kgan.priors.Normal(1), loss="wasserstein"))
    np.testing.assert_allclose(measured["d"], measured["x"] - 4, rtol=1e-4, atol=1e-5)
    figure, lines = _drawn(line, measured)
    assert list(lines) == [r"$p_\mathrm{data}$", "$p_g$", "$D$"]
    assert figure.texts[0].get_text() == line.title(measured)
    assert "½" not in line.title(measured)
