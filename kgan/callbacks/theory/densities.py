"""Densities from samples, and the optimal discriminator for two densities."""

import numpy as np


def smooth(samples, edges):
    """Estimates a density on cells of equal width from one-dimensional samples.

    The histogram is smoothed by a Gaussian of at least one cell whose width follows
    Silverman's rule, h = 0.9 min(σ, IQR / 1.34) n^(−1/5). This is a kernel density
    estimate up to the rounding to cells, a thousand times faster.

    Args:
        samples: Array of shape `(n,)`. Those outside the cells count in the total.
        edges: Increasing array of shape `(m + 1,)`; the density has shape `(m,)`.

    Source: Silverman (1986), Density Estimation for Statistics and Data Analysis,
    equation 3.31.
    """
    from scipy.ndimage import gaussian_filter1d

    cell = edges[1] - edges[0]
    inside = samples[(samples >= edges[0]) & (samples <= edges[-1])]
    if not len(inside):
        return np.zeros(len(edges) - 1)
    histogram = np.histogram(inside, edges)[0] / (len(samples) * cell)
    low, high = np.percentile(inside, (25, 75))
    spread = min(np.std(inside), (high - low) / 1.34)
    width = max(0.9 * spread * len(inside) ** -0.2, cell)
    return gaussian_filter1d(histogram, width / cell, mode="constant")


def optimal_discriminator(real_density, fake_density):
    """Computes the best response to a fixed generator, D* = p_data / (p_data + p_g).

    All are arrays of one shape; D* lies in [0, 1], or is NaN where both others are 0.

    Source: Goodfellow et al. (2014), Generative Adversarial Nets, proposition 1.
    """
    total = np.asarray(real_density) + fake_density
    unknown = np.full(total.shape, np.nan)
    return np.divide(real_density, total, out=unknown, where=total > 0)
