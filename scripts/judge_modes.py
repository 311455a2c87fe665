"""Counts the modes that a model of a mixture of Gaussians has found.

    python scripts/judge_modes.py runs/ring-20250101-120000

Of 2,500 samples, the high-quality ones lie within 3σ of the nearest centre; a mode is
found if a high-quality sample is nearest to it. Srivastava et al., "VEEGAN: Reducing
Mode Collapse in GANs using Implicit Variational Learning" (2017), section 5.1.
"""

import argparse

import numpy as np

import kgan.data
from kgan import runs


def judge(samples: np.ndarray, centers: np.ndarray, stddev: float) -> dict:
    """Counts modes and high-quality samples.

    Args:
        samples: Array of shape `(n, dimensions)`.
        centers: Array of shape `(modes, dimensions)`.
        stddev: Standard deviation σ of each Gaussian.

    Returns:
        `modes_found`, and `high_quality_share` in [0, 1].
    """
    distances = np.linalg.norm(samples[:, None] - centers[None], axis=-1)
    good = distances.min(axis=1) <= 3 * stddev
    return {
        "modes_found": len(np.unique(distances[good].argmin(axis=1))),
        "high_quality_share": round(float(good.mean()), 3),
    }


def main() -> None:
    """Prints the figures of the model that the command line names."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("model", help="run directory or .keras file")
    parser.add_argument("--dataset", default="ring", help="ring or grid")
    parser.add_argument("--num_samples", type=int, default=2500)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    source = kgan.data.source(arguments.dataset)
    gan = runs.load_model(arguments.model)
    samples = gan.generate(arguments.num_samples, seed=arguments.seed)
    figures = judge(samples, source.centers, float(np.max(source.stddev)))
    for name, value in figures.items():
        print(f"{name:24}{value}")


if __name__ == "__main__":
    main()
