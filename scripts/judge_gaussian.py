"""Judges a model of the Gaussian by the two figures of the 2014 paper's argument.

    python scripts/judge_gaussian.py runs/gaussian-20250101-120000

Prints:
- the Jensen-Shannon divergence between p_data and p_g in nats, from 10,000 samples in
  50 bins over ±4σ and the exact probability of each bin: 0 at the game's equilibrium;
- the mean of |D(x) − 1/2| under (p_data + p_g) / 2: 0 there too, and meaningful only
  beside the divergence, since it is also 0 for a D that never learned.

Goodfellow et al., "Generative Adversarial Nets" (2014), theorem 1 and figure 1.
"""

import argparse

import numpy as np

import kgan.data
from kgan.metrics.jensen_shannon import jensen_shannon
from kgan.runs import directory

BINS = 50
NUM_SAMPLES = 10_000


def judge(gan, averaged: bool = True, seed: int = 0) -> dict:
    """Measures a model.

    Args:
        gan: A `kgan.GAN` of points of shape (1,).
        averaged: Whether to judge the averaged generator; D answers to the other.
        seed: Seed of the samples.

    Returns:
        Figures by name.
    """
    source = kgan.data.source("gaussian")
    (center,), stddev = source.centers[0], float(np.max(source.stddev))
    edges = np.linspace(center - 4 * stddev, center + 4 * stddev, BINS + 1)
    fake = gan.generate(NUM_SAMPLES, seed=seed, averaged=averaged)
    both = np.concatenate([source.sample(NUM_SAMPLES, seed), fake]).astype("float32")
    return {
        "jensen_shannon": jensen_shannon(
            lambda x: source.density(x[:, None]), fake[:, 0], edges
        ),
        "distance_from_half": float(np.mean(np.abs(gan.discriminate(both) - 0.5))),
    }


def main() -> None:
    """Prints the figures of the model that the command line names."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("model", help="run directory or .keras file")
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    gan = directory.load_model(arguments.model)
    for averaged, title in [(True, "averaged generator"), (False, "playing generator")]:
        print(title)
        for name, value in judge(gan, averaged, arguments.seed).items():
            print(f"  {name:22}{value:.4f}")


if __name__ == "__main__":
    main()
