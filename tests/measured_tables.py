"""Small tables, real and fake, by a recipe that any environment with NumPy repeats."""

import numpy as np

ROWS = 400


def tables():
    """Returns by name `(real, fake, is_number)`: measured tables, NaN where missing."""
    return {
        "categories": (*_two(_categories), (False,) * 4),
        "numbers": (*_two(_numbers), (True,) * 4),
        "mixed": (*_two(_mixed), (True, False, True, False, True)),
        "missing": (*_two(_missing), (True, False, True, False, True)),
        "uneven": (*_two(_uneven), (True, True, False, False)),
    }


def _two(recipe):
    return recipe(np.random.default_rng(1), 0.0), recipe(np.random.default_rng(2), 1.0)


def _categories(draw, shift):
    """Two that are nearly one, one that depends on them less, one that is apart."""
    a = draw.integers(0, 5, ROWS)
    b = np.where(draw.random(ROWS) < 0.1 + 0.2 * shift, draw.integers(0, 5, ROWS), a)
    c = (a + draw.integers(0, 3, ROWS) > 3 + shift).astype(int)
    return np.stack([a, b, c, draw.integers(0, 3, ROWS)], axis=1).astype(float)


def _numbers(draw, shift):
    a, b = draw.normal(size=(2, ROWS))
    c = a + (0.5 + shift) * b
    return np.stack([a, np.round(5 * b), c, np.exp(b + 0.3 * shift)], axis=1)


def _mixed(draw, shift):
    """The fake one lacks the largest values: bins of its own are narrower."""
    sort = draw.integers(0, 3, ROWS)
    number = draw.gamma(1.0 + sort, 2.0)
    number = np.minimum(number, 9.0) if shift else number
    other = (number + draw.normal(0, 1 + shift, ROWS) > 4).astype(int)
    whole = draw.integers(0, 40, ROWS)
    return np.stack([number, sort, number**2 + whole, other, whole], axis=1)


def _missing(draw, shift):
    found = _mixed(draw, shift).astype(float)
    found[draw.random(ROWS) < 0.1 + 0.1 * shift, 0] = np.nan
    found[found[:, 1] == 1, 2] = np.nan
    found[draw.random(ROWS) < 0.2, 3] = np.nan
    return found


def _uneven(draw, shift):
    """A constant, one that is constant in the fake table, levels of only one table."""
    varied = np.full(ROWS, 2.0) if shift else draw.integers(0, 3, ROWS).astype(float)
    level = draw.integers(0, 6, ROWS) + 2 * shift
    return np.stack([np.full(ROWS, 7.0), varied, level, level // 2], axis=1)
