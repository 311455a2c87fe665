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

    For `rows` of shape `(n, d)` and `others` of shape `(m, d)` it returns distances,
    float64 of shape `(n, min(k, m))`, in increasing order, 0 exactly where two rows are
    equal; and indices into `others` of that shape.
    """
    from sklearn.neighbors import NearestNeighbors

    k = min(k, len(others))
    finder = NearestNeighbors(n_neighbors=k, algorithm="brute").fit(others)
    indices = finder.kneighbors(rows, return_distance=False)
    # The finder's come from ‖x‖² + ‖y‖² − 2 xᵀy, which rounds: a copy is not at 0.
    differences = [
        np.linalg.norm(others[index].astype(np.float64) - row, axis=1)
        for row, index in zip(rows, indices, strict=True)
    ]
    order = np.argsort(differences, axis=1, kind="stable")
    found = np.stack(differences), indices
    return tuple(np.take_along_axis(array, order, axis=1) for array in found)


def usual(features: np.ndarray, at: np.ndarray, without: np.ndarray) -> np.ndarray:
    """Computes how far examples lie from the nearest other one of the same set.

    Args:
        features: `(n, d)`, n at least 3.
        at: Integers of shape `(m,)`: which examples.
        without: Integers of that shape: for each another that does not count; -1 where
            all count.
    """
    distances, indices = nearest(features[at], features, 3)
    barred = (indices == at[:, None]) | (indices == without[:, None])
    return np.where(barred, np.inf, distances).min(axis=1)


def closeness(distances: np.ndarray, usual: np.ndarray) -> np.ndarray:
    """Divides distances by what is usual; 0 for a copy even of what stands twice."""
    ratio = np.full(distances.shape, np.inf)
    np.divide(distances, usual, out=ratio, where=usual > 0)
    return np.where(distances == 0, 0.0, ratio)


def neighbours(subject) -> Html | None:
    """Shows samples with their nearest training images.

    A sample is close if it lies nearer to a training image than half of what lies
    between that image and the nearest other one. Meehan, Chaudhuri and Dasgupta, "A
    Non-Parametric Test to Detect Data-Copying in Generative Models" (2020), compare
    distances from region to region for the same reason: what is near depends on how
    dense the data lie. Fewer than three real images are not enough: it returns None.
    """
    real, fake = subject.real.features, subject.fake.features
    if len(real) < 3:
        return None
    distances, indices = nearest(fake, real, _NEIGHBOURS)
    around = usual(real, indices[:, 0], without=np.full(len(fake), -1))
    ratios = closeness(distances, around[:, None])
    closest = np.argsort(ratios[:, 0], kind="stable")[:_SAMPLES]

    def shown(chosen, caption):
        found = (array[chosen] for array in (distances, indices, around, ratios))
        return _table(subject, caption, chosen, *found)

    return join(
        element("p", _introduction(subject, np.mean(ratios[:, 0] < _CLOSE))),
        shown(np.arange(min(_SAMPLES, len(fake))), "The first samples"),
        shown(closest, f"The closest of {len(fake):,} samples, by nearest ÷ usual"),
    )


def _close_among_real(features):
    """The share of real images that are as close to another one."""
    at = np.arange(min(_JUDGED, len(features)))
    distances, indices = nearest(features[at], features, 2)
    # Itself, unless a duplicate comes first.
    other = (indices[:, 0] == at).astype(int)
    around = usual(features, indices[at, other], at)
    return np.mean(closeness(distances[at, other], around) < _CLOSE)


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


def _table(subject, caption, *found):
    """Writes a row for each of the samples, distances, indices, usual and ratios."""
    rows = []
    for sample, distances, indices, typical, ratios in zip(*found, strict=True):
        images = subject.read(subject.real.indices[indices])
        cells = map(_cell, images, _PLACES, distances, ratios)
        shown = grid(subject.again(sample), 1, f"sample {sample}")
        rows.append([shown, *cells, _distance(typical)])
    header = ["sample", *_PLACES[: found[1].shape[1]], "usual"]
    return table(header, rows, caption, "images neighbours")


_PLACES = ("nearest", "second", "third", "fourth")


def _cell(image, place, distance, ratio):
    near = "near" if ratio < _CLOSE else None
    told = element("span", _distance(distance), class_=near)
    return join(grid(image[None], 1, f"training image, {place}"), told)


def _distance(value):
    return f"{value:#.3g}".rstrip(".")
