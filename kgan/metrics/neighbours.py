"""Distances to near neighbours among many examples, in blocks of bounded memory.

A block of squared distances is ‖x‖² + ‖y‖² − 2 xᵀy, a matrix product in float64. Its
rounding is at most a known share of ‖x‖² + ‖y‖², which centring keeps small; within
that share two distances count as equal. So what is equal by its values, such as an
example and its copy, is equal here, wherever in a block it happens to stand.
"""

import math
from collections.abc import Iterator

import numpy as np

from kgan.metrics.base import check_counts

# With fewer examples the neighbourhoods say more about the number than the examples.
LEAST = 100
# Of the working memory beside the rows themselves. Larger blocks are no faster.
BLOCK_BYTES = 128 * 2**20


def _block_length(dimension, block_bytes):
    """The largest b for which two blocks of rows and one of distances fit: in float64,
    2 b d + b² numbers."""
    numbers = block_bytes / 8
    return max(1, int(math.sqrt(dimension**2 + numbers) - dimension))


def _slack(dimension):
    """Bounds the rounding of a squared distance, as a share of ‖x‖² + ‖y‖².

    Each of the three sums of d products is off by at most d units of rounding; twice
    that, as two distances are compared.
    """
    return 2 * (dimension + 8) * np.finfo(np.float64).eps


def _slices(count, length):
    return [slice(i, min(i + length, count)) for i in range(0, count, length)]


def _centred(rows, mean):
    """Rows around the mean in float64, and their squared norms."""
    rows = rows - mean
    return rows, np.einsum("nd,nd->n", rows, rows)


def _blocks(
    rows: np.ndarray,
    others: np.ndarray,
    block_bytes: int,
    half: bool = False,
    lean: int = 0,
) -> Iterator[tuple[slice, slice, np.ndarray]]:
    """Gives all squared distances, block by block.

    Args:
        rows: `(n, d)`.
        others: `(m, d)`.
        block_bytes: Most memory for the blocks.
        half: Leaves out the blocks below the diagonal, for distances within a set.
        lean: −1 or 1 takes the lower or upper end of what a distance may be in view
            of its rounding.

    Yields:
        Which rows, which others, and float64 squared distances. The array is reused:
        what it holds lasts until the next one is asked for.
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
    """The k smallest of each row, of those known and of new ones."""
    k = known.shape[1]
    if k < squares.shape[1]:
        squares = np.partition(squares, k - 1, axis=1)[:, :k]
    return np.sort(np.concatenate([known, squares], axis=1), axis=1)[:, :k]


def radii(rows: np.ndarray, k: int, block_bytes: int = BLOCK_BYTES) -> np.ndarray:
    """Gives the distance of each row to its k-th nearest other row of the same set.

    Args:
        rows: `(n, d)`, of any number type.
        k: Which neighbour, at least 1 and below n. The row itself does not count, its
            duplicates do, at a distance of exactly 0.
        block_bytes: Most working memory for the blocks; the result does not depend on
            it but for rounding.

    Returns:
        float64 of shape `(n,)`.

    Raises:
        ValueError: If `k` is not in [1, n).

    Example:
        ```python
        radii(np.array([[0.0], [1.0], [3.0]]), k=1)  # [1, 1, 2]
        ```
    """
    if not 1 <= k < len(rows):
        raise ValueError(
            f"`k` must be at least 1 and below the number of rows, {len(rows)}. "
            f"Received: {k!r}"
        )
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
    """Finds the nearest of the others for each row.

    Args:
        rows: `(n, d)`, of any number type.
        others: `(m, d)`; another set, as a row of the same would find itself.
        block_bytes: Most working memory for the blocks.

    Returns:
        Distances, float64 of shape `(n,)`, 0 exactly where there is an equal row; and
        indices of the nearest in `others`, int64 of shape `(n,)`.

    Example:
        ```python
        nearest(np.array([[0.0], [5.0]]), np.array([[1.0], [5.0]]))  # [1, 0], [0, 1]
        ```
    """
    squares = np.full(len(rows), np.inf)
    indices = np.zeros(len(rows), np.int64)
    for i, j, block in _blocks(rows, others, block_bytes):
        columns = block.argmin(axis=1)
        values = block[np.arange(len(columns)), columns]
        closer = values < squares[i]
        squares[i][closer] = values[closer]
        indices[i][closer] = j.start + columns[closer]
    distances = np.empty(len(rows))
    # Of the one pair that is left the difference is exact, where the product is not.
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
    """Counts the pairs of a row and another that lie within balls, in a single pass.

    Args:
        rows: `(n, d)`, of any number type.
        others: `(m, d)`.
        *balls: Radii, each of a shape that broadcasts to `(n, m)`: `(m,)` for balls
            around the others, `(n, 1)` for balls around the rows.
        strict: Whether the distance must be below the radius; else it may equal it.
        block_bytes: Most working memory for the blocks.

    Returns:
        For each of `balls` the number of such pairs of each row, int64 of shape
        `(n,)`, and of each of the others, int64 of shape `(m,)`.

    Example:
        ```python
        rows, others = np.array([[0.0], [5.0]]), np.array([[1.0], [2.0], [3.0]])
        inside(rows, others, np.array([1.0, 2.0, 2.0]))  # [([2, 1], [1, 1, 1])]
        ```
    """
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
    """Gives as many rows of either side as are compared.

    Args:
        real: `(n, d)`, in random order.
        fake: `(m, d)`, in random order.
        k: The neighbour that bounds a ball.
        equal: Whether both sides are cut to the shorter one's length.
        allow_few: Whether fewer than `LEAST` rows are let through.

    Returns:
        The first rows of `real` and of `fake`.

    Raises:
        Few: If a side has fewer than `LEAST` rows, or no k-th neighbour.
    """
    if equal:
        count = min(len(real), len(fake))
        real, fake = real[:count], fake[:count]
    least = k + 1 if allow_few else max(LEAST, k + 1)
    counts = {"real": len(real), "generated": len(fake)}
    check_counts(f"Balls up to the neighbour k={k} need", least, counts)
    return real, fake
