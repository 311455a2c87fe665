"""A game in one dimension: the figure by which the 2014 paper explains it."""

import numpy as np

from kgan.callbacks.theory import densities, evaluation
from kgan.callbacks.theory.line_axes import draw_curves, draw_map
from kgan.core import seeds
from kgan.metrics.jensen_shannon import jensen_shannon

_CELLS = 400
_BINS = 50


class Line:
    """Measures and draws a game over one-dimensional data.

    Above the curves, as in `DensityPlot`; below arrows from latents z, at equal steps
    of probability, to G(z).

    Args:
        source: The true distribution: `density(x)`, `sample(num, seed)`.
        averaged: Whether p_g is the averaged generator's.
        seed: Seed of latents and of data.

    Source: Goodfellow et al. (2014), Generative Adversarial Nets, figure 1.
    """

    size = (7.0, 5.4)
    num_samples = 10_000
    # In the tails D* is a ratio of two small numbers: a smooth curve needs more.
    num_smooth = 20_000
    num_arrows = 25

    def __init__(self, source, averaged=False, seed=0):
        self.source = source
        self.averaged = averaged
        self.seed = seed
        self.real = source.sample(self.num_samples, seed)
        mean, sigma = self._moments()
        self.limits = (mean - 4 * sigma, mean + 4 * sigma)
        # The line D = 1/2 then passes above the peak of p_data.
        self.top = 2.3 * self.density(np.linspace(*self.limits, _CELLS)).max()

    def density(self, x):
        return self.source.density(x[:, None])

    def measure(self, model):
        """Returns all arrays that `draw` shows, in a dictionary."""
        edges = np.linspace(*self.limits, _CELLS + 1)
        x = (edges[1:] + edges[:-1]) / 2
        choices = self.num_smooth, self.averaged, self.seed
        latents, fake = evaluation.generator_map(model, *choices)
        smooth = densities.smooth(evaluation.finite(fake)[:, 0], edges)
        fake = evaluation.finite(fake[: self.num_samples])
        bins = np.linspace(*self.limits, _BINS + 1)
        d, *values = evaluation.discriminate(model, x[:, None], self.real, fake)
        measured = {
            "step": model.step,
            "x": x,
            "p_data": self.density(x),
            "p_g": smooth,
            "d": d,
            "probabilistic": model.adversarial_loss.probabilistic,
            "js": jensen_shannon(self.density, fake[:, 0], bins),
            "gap": evaluation.equilibrium_gap(*values),
        }
        if latents.shape[1] == 1:
            measured.update(self._map(model))
        return measured

    def title(self, measured):
        """Returns a one-line summary of the current state."""
        return evaluation.title(measured, f"JS {measured['js']:.4f} nats")

    def draw(self, figure, measured, title):
        """Draws the result of `measure` below a title; returns the legend's handles."""
        with_map = "latents" in measured
        heights = [2.7, 1] if with_map else [1]
        space = {"left": 0.11, "right": 0.89, "top": 0.9, "bottom": 0.1, "hspace": 0.3}
        places = figure.add_gridspec(len(heights), height_ratios=heights, **space)
        curves = figure.add_subplot(places[0])
        handles = draw_curves(curves, measured, self.limits, self.top)
        if with_map:
            draw_map(figure.add_subplot(places[1]), measured, self.limits)
        figure.text(0.5, 0.955, title, ha="center", va="center", fontsize=11)
        return handles

    def _map(self, model):
        """Maps latents at equal steps of probability, the prior's quantiles."""
        prior = np.asarray(model.prior.sample(2**16, seeds.root(self.seed)))
        middles = (np.arange(self.num_arrows) + 0.5) / self.num_arrows
        latents = np.quantile(prior, middles).astype(np.float32)
        samples = evaluation.generate(model, latents[:, None], self.averaged)
        return {"latents": latents, "samples": samples[:, 0]}

    def _moments(self):
        """Integrates the density for its mean and its standard deviation."""
        low, high = self.real.min(), self.real.max()
        x = np.linspace(2 * low - high, 2 * high - low, 10_001)
        weights = self.density(x)
        mean = np.average(x, weights=weights)
        return mean, np.sqrt(np.average((x - mean) ** 2, weights=weights))
