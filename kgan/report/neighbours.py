"""Samples beside the training images that are nearest to them: does it copy?"""

import numpy as np

from kgan.report.markup import Html, element, join, table
from kgan.report.pictures import grid
from kgan.report.samples import reduced

_SAMPLES = 5
_NEIGHBOURS = 4
# So many real images tell what share of them is close.
_JUDGED = 1_000
# Nearer than this part of what is usual there is called close.
_CLOSE = 0.5


def nearest(
    rows: np.ndarray, others: np.ndarray, k: int
) -> tuple[np.ndarray, np.ndarray]:
    """Finds the k nearest of the others for each row, in Euclidean distance.

    Args:
        rows: `(n, d)`.
        others: `(m, d)`.
        k: How many; fewer where there are not so many others.

    Returns:
        Distances, float64 of shape `(n, min(k, m))`, in increasing order, 0 exactly
        where two rows are equal; and indices into `others` of that shape.
    """
    from sklearn.neighbors import NearestNeighbors

    k = min(k, len(others))
    finder = NearestNeighbors(n_neighbors=k, algorithm="brute").fit(others)
    indices = finder.kneighbors(rows, return_distance=False)
    # The finder's come from ‖x‖² + ‖y‖² − 2 xᵀy, which rounds: a copy is not at 0.
    differences = np.stack(
        [
            np.linalg.norm(others[index].astype(np.float64) - row, axis=1)
            for row, index in zip(rows, indices, strict=True)
        ]
    )
    order = np.argsort(differences, axis=1, kind="stable")
    return (
        np.take_along_axis(differences, order, axis=1),
        np.take_along_axis(indices, order, axis=1),
    )


def usual(features: np.ndarray, at: np.ndarray, without: np.ndarray) -> np.ndarray:
    """Computes how far examples lie from the nearest other one of the same set.

    Args:
        features: `(n, d)`, n at least 3.
        at: Integers of shape `(m,)`: which examples.
        without: Integers of shape `(m,)`: for each another that does not count; -1
            where all count.

    Returns:
        float64 of shape `(m,)`.
    """
    distances, indices = nearest(features[at], features, 3)
    barred = (indices == at[:, None]) | (indices == without[:, None])
    return np.where(barred, np.inf, distances).min(axis=1)


def closeness(distances: np.ndarray, usual: np.ndarray) -> np.ndarray:
    """Divides distances by what is usual; 0 for a copy even of what stands twice."""
    ratio = np.full(len(distances), np.inf)
    np.divide(distances, usual, out=ratio, where=usual > 0)
    return np.where(distances == 0, 0.0, ratio)


def neighbours(subject) -> Html | None:
    """Shows samples with their nearest training images.

    A sample is close if it lies nearer to a training image than half of what lies
    between that image and the nearest other one. Meehan, Chaudhuri and Dasgupta, "A
    Non-Parametric Test to Detect Data-Copying in Generative Models" (2020), compare
    distances from region to region for the same reason: what is near depends on how
    dense the data lie.

    Args:
        subject: A `kgan.report.subject.Subject` of images.

    Returns:
        The section's content; None with fewer than three real images.
    """
    real, fake = subject.real.features, subject.fake.features
    if len(real) < 3:
        return None
    distances, indices = nearest(fake, real, _NEIGHBOURS)
    nobody = np.full(len(fake), -1)
    around = usual(real, indices[:, 0], nobody)
    ratios = closeness(distances[:, 0], around)
    closest = np.argsort(ratios, kind="stable")[:_SAMPLES]

    def shown(chosen, caption):
        found = (array[chosen] for array in (distances, indices, around))
        return _table(subject, caption, chosen, *found)

    return join(
        element("p", _introduction(subject, np.mean(ratios < _CLOSE))),
        shown(np.arange(min(_SAMPLES, len(fake))), "The first samples"),
        shown(closest, f"The closest of {len(fake):,} samples, by nearest ÷ usual"),
    )


def _close_among_real(features):
    """The share of real images that are as close to another one."""
    at = np.arange(min(_JUDGED, len(features)))
    distances, indices = nearest(features[at], features, 2)
    # Itself, unless a duplicate comes first.
    other = (indices[:, 0] == at).astype(int)
    rows = np.arange(len(at))
    around = usual(features, indices[rows, other], at)
    return np.mean(closeness(distances[rows, other], around) < _CLOSE)


def _introduction(subject, share):
    real = subject.real.features
    searched, all_ = len(real), subject.source.num_examples
    which = f"all {all_:,}" if searched == all_ else f"{searched:,} of {all_:,}"
    return (
        "A generator that copies shows the same image in the first two columns. Below "
        "each training image stands its distance from the sample, in the features "
        f"“{subject.extractor.name}”, of {which} training images. “Usual” is the "
        "distance between the nearest of them and its own nearest fellow; what is not "
        f"half as far is bold. That holds for {share:.1%} of the samples, and for "
        f"{_close_among_real(real):.1%} of real images: many more among the samples "
        f"would mean that training images are copied.{reduced(subject)}"
    )


def _table(subject, caption, chosen, distances, indices, around):
    rows = []
    for sample, apart, found, typical in zip(
        chosen, distances, indices, around, strict=True
    ):
        images = subject.source.read(subject.real.indices[found])
        cells = [
            _cell(image, f"training image, {place}", distance, typical)
            for image, place, distance in zip(images, _PLACES, apart, strict=False)
        ]
        image = subject.generate(1, int(sample))[0]
        shown = grid(image[None], 1, f"sample {sample}")
        rows.append([shown, *cells, _distance(typical)])
    header = ["sample", *_PLACES[: distances.shape[1]], "usual"]
    return table(header, rows, caption, "images neighbours")


_PLACES = ("nearest", "second", "third", "fourth")


def _cell(image, alt, distance, typical):
    near = closeness(np.array([distance]), np.array([typical]))[0] < _CLOSE
    told = element("span", _distance(distance), class_="near" if near else None)
    return join(grid(image[None], 1, alt), told)


def _distance(value):
    return f"{value:#.3g}".rstrip(".")
