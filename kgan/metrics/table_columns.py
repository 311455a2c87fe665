"""Columns of measured tables: levels, bins, and the controls of every figure.

A measured table is float64 of shape `(rows, columns)`: numbers as they are, categories
as numbers of their levels, what is missing as NaN.
"""

import typing
from collections.abc import Sequence

import numpy as np

BINS = 10


class Coded(typing.NamedTuple):
    """A column of two tables as integers in [0, count).

    Attributes:
        real: Of the reference, of shape `(rows,)`.
        fake: Of the other table.
        count: How many different ones there can be.
    """

    real: np.ndarray
    fake: np.ndarray
    count: int


def check_tables(is_number: Sequence[bool], **tables: np.ndarray) -> None:
    """Raises a `ValueError` if a table, by the argument's name, is no measured one.

    It must have a row at least and as many columns as `is_number`, and no infinity.
    """
    for name, rows in tables.items():
        if np.ndim(rows) != 2 or not len(rows) or rows.shape[1] != len(is_number):
            raise ValueError(
                f"`{name}` must be rows of {len(is_number)} columns, as `is_number` "
                f"has them. Received: an array of shape {np.shape(rows)}"
            )
        if np.isinf(rows).any():
            raise ValueError(
                f"`{name}` must be finite, or NaN where a value is missing. "
                "Received: infinity"
            )


def by_level(real: np.ndarray, fake: np.ndarray) -> Coded:
    """Returns the places of values among all different ones, in ascending order.

    What is missing is the last of them. `real` and `fake` are columns, `(rows,)`.
    """
    found, numbers = np.unique(np.concatenate([real, fake]), return_inverse=True)
    return Coded(numbers[: len(real)], numbers[len(real) :], len(found))


def by_bin(real: np.ndarray, fake: np.ndarray, bins: int = BINS) -> Coded:
    """Returns the bins of numbers: `bins` equally wide ones from the least real one on.

    Both tables have the same bins. Fakes below or above all reals are in two further
    ones, and what is missing is in one of its own.

    Args:
        real: A column of the reference, `(rows,)`.
        fake: The same of the other table.
        bins: How many bins the range of `real` is cut into.
    """
    known = real[~np.isnan(real)]
    least, most = (known.min(), known.max()) if len(known) else (0.0, 0.0)
    edges = np.linspace(least, most, bins + 1)

    def numbers(values):
        found = np.searchsorted(edges, values, side="right")
        found[values == most] = bins
        found[np.isnan(values)] = bins + 2
        return found

    return Coded(numbers(real), numbers(fake), bins + 3)


def coded(
    real: np.ndarray, fake: np.ndarray, is_number: Sequence[bool], binned=by_bin
) -> list[Coded]:
    """Returns each column as integers: categories by level, numbers by `binned`.

    `real` and `fake` are measured tables.
    """
    return [
        (binned if number else by_level)(first, second)
        for first, second, number in zip(real.T, fake.T, is_number, strict=True)
    ]


def joint(first: Coded, second: Coded) -> Coded:
    """Returns two columns as one, of which each value is a pair of theirs."""
    count = first.count * second.count
    pairs = (a * second.count + b for a, b in zip(first[:2], second[:2], strict=True))
    found = Coded(*pairs, count)
    # As many cells as that would be nearly all empty.
    many = count > 4 * (len(found.real) + len(found.fake))
    return by_level(found.real, found.fake) if many else found


def differences(column: Coded) -> np.ndarray:
    """Returns by value its frequency in the reference less that in the other table."""
    real, fake = (
        np.bincount(values, minlength=column.count) / len(values)
        for values in (column.real, column.fake)
    )
    return real - fake


def similarity(column: Coded) -> float:
    """Returns 1 − TV, one less the total variation ½ Σ |p − q| of a column."""
    return 1.0 - 0.5 * float(np.abs(differences(column)).sum())


def shuffled(rows: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Returns a table whose columns are shuffled, each by itself.

    Each column keeps its values, and no two have to do with each other any more.
    """
    return rng.permuted(rows, axis=0)


def halves(rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Returns the first and the second half of a table, equally long.

    Of rows in random order they are two samples of one distribution.
    """
    half = len(rows) // 2
    return rows[:half], rows[half : 2 * half]
