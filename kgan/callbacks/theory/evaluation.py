"""Values of both players at points, for drawings of the game."""

import numpy as np

from kgan.core import seeds


def generator_map(model, num_samples, averaged, seed=0):
    """Draws latents, equal for equal seeds, and maps them to samples.

    Returns `(latents, samples)`, float32 arrays `(n, latent_dim)` and `(n, d)`, of the
    averaged generator if `averaged` and there is one.
    """
    latents = model.prior.sample(num_samples, seeds.root(seed))
    return np.asarray(latents), generate(model, latents, averaged)


def generate(model, latents, averaged):
    """Maps latents to samples, a float32 array of shape `(n, d)`."""
    return np.asarray(model.chosen_sampler(averaged).samples(latents))


def discriminate(model, *points):
    """Computes D at arrays of points `(n, d)` in one batch, as arrays `(n,)`."""
    together = np.concatenate(points).astype(np.float32)
    values = model.discriminate(together, batch_size=len(together))
    ends = np.cumsum([len(each) for each in points])
    return np.split(values, ends[:-1])


def equilibrium_gap(real_values, fake_values):
    """Computes the mean of |D(x) − 1/2| under (p_data + p_g) / 2, in [0, 1/2].

    `real_values` are D at samples of p_data, `fake_values` at those of p_g, if any.
    """
    both = [values for values in (real_values, fake_values) if len(values)]
    return float(np.mean([abs(values - 0.5).mean() for values in both]))


def title(measured, *words):
    """Returns a one-line summary of the current state, `words` after the step."""
    parts = [f"step {int(measured['step']):,}", *words]
    if measured["probabilistic"]:
        parts.append(f"mean |D − ½| {float(measured['gap']):.3f}")
    return "   ".join(parts)


def finite(samples):
    """Returns the rows without NaN or infinity, for diverged generators."""
    return samples[np.isfinite(samples).all(axis=1)]
