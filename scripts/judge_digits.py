"""Judges a model of the 8×8 digits by figures that training never sees.

    python scripts/judge_digits.py runs/digits-20250101-120000

Prints, for 1,000 samples:
- the share of each class, and the mean probability of the top class, by a support
  vector machine that was trained on the real digits;
- coverage: the share of real digits that have a sample within the distance to their
  5th nearest real neighbour, in pixels (Naeem et al., "Reliable Fidelity and Diversity
  Metrics for Generative Models", 2020, equation 4);
- the median distance of a sample to its nearest real digit, relative to that of a real
  digit to its nearest neighbour: far below 1 where digits are memorised or averaged;
- for a conditional model, how often the judge sees the class that was asked for.
"""

import argparse

import numpy as np

import kgan.data
from kgan import runs

NEIGHBOURS = 5
# The judge's kernel was chosen for sklearn's own scale of the digits, 0 to 16.
SCALE = 16 / 255


def train_judge(images: np.ndarray, labels: np.ndarray):
    """Trains the classifier: an SVM whose outputs are calibrated to probabilities.

    Args:
        images: float64 of shape `(n, pixels)` in [0, 16].
        labels: Integers of shape `(n,)`.

    Returns:
        A fitted `sklearn.calibration.CalibratedClassifierCV`.
    """
    from sklearn.calibration import CalibratedClassifierCV
    from sklearn.svm import SVC

    return CalibratedClassifierCV(SVC(gamma=0.001), ensemble=False).fit(images, labels)


def distances(points: np.ndarray, others: np.ndarray, count: int) -> np.ndarray:
    """Gives the distances of each point to its `count` nearest others, ascending."""
    from sklearn.neighbors import NearestNeighbors

    return NearestNeighbors(n_neighbors=count).fit(others).kneighbors(points)[0]


def coverage(real: np.ndarray, fake: np.ndarray, k: int = NEIGHBOURS) -> float:
    """Gives the share of real points with a fake one within their k-th neighbour."""
    radii = distances(real, real, k + 1)[:, -1]  # the nearest is the point itself
    return float(np.mean(distances(real, fake, 1)[:, 0] <= radii))


def nearest_ratio(real: np.ndarray, fake: np.ndarray) -> float:
    """Gives the median distance fake to real, relative to that of real to real."""
    between_real = np.median(distances(real, real, 2)[:, 1])
    return float(np.median(distances(fake, real, 1)[:, 0]) / between_real)


def judge(gan, num_images: int = 1000, seed: int = 0) -> dict:
    """Measures a model.

    Args:
        gan: A `kgan.GAN` of images of shape (8, 8, 1).
        num_images: How many samples are judged.
        seed: Seed of their latents.

    Returns:
        Figures by name.
    """
    source = kgan.data.source("digits")
    real = source.read().reshape(source.num_examples, -1) * SCALE
    fake = gan.generate(num_images, seed=seed).reshape(num_images, -1) * SCALE
    probabilities = train_judge(real, source.labels).predict_proba(fake)
    classes = probabilities.argmax(axis=1)
    figures = {
        "smallest_class_share": np.bincount(classes, minlength=10).min() / num_images,
        "top_class_probability": probabilities.max(axis=1).mean(),
        "coverage": coverage(real, fake),
        "nearest_ratio": nearest_ratio(real, fake),
    }
    if gan.num_classes is not None:
        asked = np.arange(num_images) % gan.num_classes
        figures["class_agreement"] = np.mean(classes == asked)
    return {name: round(float(value), 3) for name, value in figures.items()}


def main() -> None:
    """Prints the figures of the model that the command line names."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("model", help="run directory or .keras file")
    parser.add_argument("--num_images", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    gan = runs.load_model(arguments.model)
    for name, value in judge(gan, arguments.num_images, arguments.seed).items():
        print(f"{name:24}{value:.3f}")


if __name__ == "__main__":
    main()
