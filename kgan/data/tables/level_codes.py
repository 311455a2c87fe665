"""Levels of a block for numbered values: frequent ones, and rare ones joined."""

from collections.abc import Sequence

import numpy as np

from kgan.core.table_blocks import CODE_DIMS, Block

# From more levels on, rare ones are joined and the others have code vectors.
MANY = 256


class LevelCodes:
    """Levels of a block that stand for codes 0, …, K − 1.

    Each frequent code is a level of its own. The rare ones are one level, the last, in
    which x chooses: F being their cumulative frequency, code j lies at the middle of
    [F(j − 1), F(j)], taken from [0, 1] to [−1, 1]. So uniform x are as frequent.

    Args:
        shares: Frequency of each code.
        joined: Whether each code is among the rare ones.
    """

    def __init__(self, shares: Sequence[float], joined: Sequence[bool]):
        self.shares = np.asarray(shares, np.float64)
        joined = np.asarray(joined, bool)
        self._kept, self._rare = np.flatnonzero(~joined), np.flatnonzero(joined)
        self._ends = np.cumsum(self.shares[self._rare])
        total = self._ends[-1] if len(self._rare) else 1.0
        self._ends /= total
        self._levels = np.full(len(joined), len(self._kept), np.int64)
        self._levels[self._kept] = np.arange(len(self._kept))
        self._places = np.zeros(len(joined))
        middles = self._ends - 0.5 * self.shares[self._rare] / total
        self._places[self._rare] = 2.0 * middles - 1.0

    def block(self, name: str) -> Block:
        """Returns the block of a column."""
        shares, places = self.shares[self._kept].tolist(), [False] * len(self._kept)
        if len(self._rare):
            shares.append(float(self.shares[self._rare].sum()))
            places.append(True)
        dims = CODE_DIMS if len(shares) > MANY else 0
        return Block(name, tuple(shares), tuple(places), dims)

    def encode(self, codes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Returns levels, int64, and places, float64, of codes."""
        return self._levels[codes], self._places[codes]

    def decode(self, levels: np.ndarray, places: np.ndarray) -> np.ndarray:
        """Returns codes, int64, of levels and places; the inverse of `encode`."""
        codes = np.append(self._kept, -1)[levels]
        rare = codes < 0
        if rare.any():
            chosen = np.searchsorted(self._ends, 0.5 * (places[rare] + 1.0), "left")
            codes[rare] = self._rare[np.minimum(chosen, len(self._rare) - 1)]
        return codes

    def mask(self, wanted: np.ndarray) -> tuple[np.ndarray, bool]:
        """Returns which levels can be a wanted code, and if these are nothing else.

        Args:
            wanted: Whether each code is wanted, bool of shape `(K,)`.
        """
        mask = wanted[self._kept]
        if not len(self._rare):
            return mask, True
        rare = wanted[self._rare]
        return np.append(mask, rare.any()), bool(rare.all() or not rare.any())


def rare_codes(counts: np.ndarray, min_count: int, most: int = MANY) -> np.ndarray:
    """Returns whether each code is rare: all of fewer rows, if there are many codes.

    Args:
        counts: Rows of each code.
        min_count: Rows from which on a code is frequent.
        most: Number of codes up to which none is rare.
    """
    if len(counts) <= most:
        return np.zeros(len(counts), bool)
    return counts < min_count
