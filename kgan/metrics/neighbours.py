"""Distances to near neighbours among many examples, in blocks of bounded memory.

A block of squared distances is ‖x‖² + ‖y‖² − 2 xᵀy, a matrix product in float64. Its
rounding is at most a known share of ‖x‖² + ‖y‖², which centring keeps small; within
that share two distances count as equal. So an example and its copy are equal here,
wherever in a block they are. Rows are of any number type; NaN or infinity in them is a
`ValueError`. `block_bytes` bounds the working memory for the blocks.
"""

import math
from collections.abc import Iterator

import numpy as np

from kgan.metrics.base import check_counts, check_finite

# With fewer examples the neighbourhoods depend more on their number than on them.
LEAST = 100
# Working memory besides the rows themselves. Larger blocks are no faster.
BLOCK_BYTES = 128 * 2**20


def _block_length(dimension, block_bytes):
    numbers = block_bytes / 8
    return max(1, int(math.sqrt(dimension**2 + numbers) - dimension))


def _slack(dimension):
    # Each of the three sums of d products is off by at most d units of rounding, as a
    # share of ‖x‖² + ‖y‖²; twice that, as two distances are compared.
    return 2 * (dimension + 8) * np.finfo(np.float64).eps


def _slices(count, length):
    return [slice(i, min(i + length, count)) for i in range(0, count, length)]


def _centred(rows, mean):
    rows = rows - mean
    return rows, np.einsum("nd,nd->n", rows, rows)


def _blocks(
    rows: np.ndarray,
    others: np.ndarray,
    block_bytes: int,
    half: bool = False,
    lean: int = 0,
) -> Iterator[tuple[slice, slice, np.ndarray]]:
    """Yields which rows, which others, and their float64 squared distances.

    The next block overwrites the array. `half` leaves out the blocks below the
    diagonal, for distances within a set; `lean` −1 or 1 computes the lower or upper end
    of a distance's rounding.
    """
    length = _block_length(rows.shape[1], block_bytes)
    factor = 1 + lean * _slack(rows.shape[1])
    mean = others.mean(axis=0, dtype=np.float64)
    buffer = np.empty((min(length, len(rows)), min(length, len(others))))
    for i in _slices(len(rows), length):
        left, left_norms = _centred(rows[i], mean)
        left *= -2
        for j in _slices(len(others), length):
            if half and j.start < i.start:
                continue
            right, right_norms = _centred(others[j], mean)
            squares = buffer[: len(left), : len(right)]
            np.matmul(left, right.T, out=squares)
            squares += factor * left_norms[:, None]
            squares += factor * right_norms
            yield i, j, squares


def _smallest(known, squares):
    """Returns the k smallest of each row, of those known and of new ones."""
    k = known.shape[1]
    if k < squares.shape[1]:
        squares = np.partition(squares, k - 1, axis=1)[:, :k]
    return np.sort(np.concatenate([known, squares], axis=1), axis=1)[:, :k]


def radii(rows: np.ndarray, k: int, block_bytes: int = BLOCK_BYTES) -> np.ndarray:
    """Computes the distance of each row to its k-th nearest other row, float64 `(n,)`.

    Args:
        rows: `(n, d)`; a duplicate has a distance of exactly 0.
        k: Which neighbour, in [1, n); else a `ValueError` is raised.
        block_bytes: See above.

    Example: `radii(np.array([[0.0], [1.0], [3.0]]), k=1)` is `[1, 1, 2]`.
    """
    if not 1 <= k < len(rows):
        raise ValueError(
            f"`k` must be at least 1 and below the number of rows, {len(rows)}. "
            f"Received: {k!r}"
        )
    check_finite(rows=rows)
    found = np.full((len(rows), k), np.inf)
    for i, j, squares in _blocks(rows, rows, block_bytes, half=True):
        if i == j:
            np.fill_diagonal(squares, np.inf)
        else:
            found[j] = _smallest(found[j], squares.T)
        found[i] = _smallest(found[i], squares)
    squares = found[:, -1]
    # A duplicate's norm is the row's own, so that its rounding is known without it.
    mean = rows.mean(axis=0, dtype=np.float64)
    for i in _slices(len(rows), _block_length(rows.shape[1], block_bytes)):
        _, norms = _centred(rows[i], mean)
        squares[i][squares[i] <= 2 * _slack(rows.shape[1]) * norms] = 0
    return np.sqrt(squares)


def nearest(
    rows: np.ndarray, others: np.ndarray, block_bytes: int = BLOCK_BYTES
) -> tuple[np.ndarray, np.ndarray]:
    """Finds the nearest of the others `(m, d)`, another set, for each row `(n, d)`.

    Returns distances, float64 `(n,)`, exactly 0 if there is an equal row; and indices
    of the nearest in `others`, int64 `(n,)`.

    Example: `nearest(np.array([[5.0]]), np.array([[1.0], [4.0]]))` is `([1.0], [1])`.
    """
    check_finite(rows=rows, others=others)
    squares = np.full(len(rows), np.inf)
    indices = np.zeros(len(rows), np.int64)
    for i, j, block in _blocks(rows, others, block_bytes):
        columns = block.argmin(axis=1)
        values = block[np.arange(len(columns)), columns]
        closer = values < squares[i]
        squares[i][closer] = values[closer]
        indices[i][closer] = j.start + columns[closer]
    distances = np.empty(len(rows))
    # The difference of the one pair that is left is exact; its product is not.
    for i in _slices(len(rows), _block_length(rows.shape[1], block_bytes)):
        differences = np.subtract(rows[i], others[indices[i]], dtype=np.float64)
        distances[i] = np.linalg.norm(differences, axis=1)
    return distances, indices


def inside(
    rows: np.ndarray,
    others: np.ndarray,
    *balls: np.ndarray,
    strict: bool = False,
    block_bytes: int = BLOCK_BYTES,
) -> list[tuple[np.ndarray, np.ndarray]]:
    """Counts the pairs of a row and another that are within balls, in a single pass.

    Args:
        rows: `(n, d)`.
        others: `(m, d)`.
        *balls: Radii that broadcast to `(n, m)`: `(m,)` around the others, `(n, 1)`
            around the rows.
        strict: Whether the distance must be below the radius; else it may equal it.
        block_bytes: See above.

    Returns for each of `balls` the number of such pairs of each row, int64 `(n,)`, and
    of each of the others, int64 `(m,)`.

    Example: `inside(np.array([[0.0]]), np.array([[1.0], [2.0]]), np.array([1.0, 1.0]))`
    is `[([1], [1, 0])]`.
    """
    check_finite(rows=rows, others=others)
    for radius in balls:
        check_finite(balls=radius)
    shape = (len(rows), len(others))
    bounds = [np.broadcast_to(np.square(radius), shape) for radius in balls]
    counts = [tuple(np.zeros(length, np.int64) for length in shape) for _ in balls]
    compare = np.less if strict else np.less_equal
    lean = 1 if strict else -1
    for i, j, squares in _blocks(rows, others, block_bytes, lean=lean):
        for bound, (of_rows, of_others) in zip(bounds, counts, strict=True):
            within = compare(squares, bound[i, j])
            of_rows[i] += np.count_nonzero(within, axis=1)
            of_others[j] += np.count_nonzero(within, axis=0)
    return counts


def sides(
    real: np.ndarray, fake: np.ndarray, k: int, equal: bool, allow_few: bool
) -> tuple[np.ndarray, np.ndarray]:
    """Returns the first rows of either set, in random order, that are compared.

    `k`, `equal` and `allow_few` are as in `Balls` and `Context`.

    Raises `Few` if a set has fewer than `LEAST` rows, or no k-th neighbour.
    """
    if equal:
        count = min(len(real), len(fake))
        real, fake = real[:count], fake[:count]
    least = k + 1 if allow_few else max(LEAST, k + 1)
    counts = {"real": len(real), "generated": len(fake)}
    check_counts(f"Balls up to the neighbour k={k} need", least, counts)
    return real, fake
