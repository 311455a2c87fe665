"""Numbers that lie whole steps apart: decimals, the step, and a value of the grid."""

import dataclasses
import decimal
from typing import Any

import numpy as np

MOST_DECIMALS = 6
# So many different values share a step by chance in one case of a thousand.
_ENOUGH = 10
# Whole numbers beyond it lose digits on the way through float64 places.
_FAR = 2**45
_EXACT = 2**53


@dataclasses.dataclass(frozen=True)
class Grid:
    """Numbers (origin + k step) / 10^decimals with a whole number k.

    Attributes:
        decimals: From 0 to 6.
        step: At least 1.
        origin: Numerator of k = 0.
    """

    decimals: int
    step: int
    origin: int

    @classmethod
    def learn(
        cls,
        values: np.ndarray,
        precision: Any = np.float64,
        steps: tuple[int, ...] = (),
    ) -> "Grid | None":
        """Returns the coarsest grid that holds all values, or None of reals.

        Args:
            values: int64 or float64, at least one.
            precision: NumPy dtype of floats as they are stored.
            steps: Steps that are looked for among few values as well, falling.
        """
        decimals = _decimals(values, precision)
        if decimals is None:
            return None
        whole = np.unique(_whole(values, decimals))
        low, high = int(whole[0]), int(whole[-1])
        fits = (s for s in steps if not (whole % s).any())
        step = next(fits, 1)
        if len(whole) >= _ENOUGH:
            step = int(np.gcd.reduce(whole - whole[0])) or 1
        return cls(decimals, step, _origin(low, high, step))

    @classmethod
    def given(cls, step: Any, offset: Any = 0) -> "Grid":
        """Returns the grid of a user's step and one of its values."""
        parts = [decimal.Decimal(str(number)) for number in (step, offset)]
        decimals = max(0, *(-part.normalize().as_tuple().exponent for part in parts))
        if decimals > MOST_DECIMALS or parts[0] <= 0:
            raise ValueError(
                f"`step` must be positive, and like `offset` have at most "
                f"{MOST_DECIMALS} decimals. Received: step={step!r}, offset={offset!r}"
            )
        whole = [int(part.scaleb(decimals)) for part in parts]
        return cls(decimals, whole[0], whole[1] % whole[0])

    def fits(self, values: np.ndarray, precision: Any = np.float64) -> np.ndarray:
        """Returns whether each value lies on the grid, bool."""
        if values.dtype.kind == "f" and not _exact(values, self.decimals):
            return np.zeros(len(values), bool)
        whole = _whole(values, self.decimals)
        same = self._number(whole, values.dtype).astype(precision) == values
        return same & ((whole - self.origin) % self.step == 0)

    def ticks(self, values: np.ndarray) -> np.ndarray:
        """Returns the nearest k of each value, float64."""
        whole = _whole(values, self.decimals) - self.origin
        return np.floor_divide(2 * whole + self.step, 2 * self.step).astype(np.float64)

    def values(self, ticks: np.ndarray, dtype: Any) -> np.ndarray:
        """Returns the values of k, int64 or float64."""
        whole = self.origin + np.rint(ticks).astype(np.int64) * self.step
        return self._number(whole, np.dtype(dtype))

    def bounds(self, low: Any, high: Any) -> tuple[float, float]:
        """Returns the smallest k of a value from `low`, the largest up to `high`."""
        scale = decimal.Decimal(10) ** self.decimals

        def place(end):
            return (decimal.Decimal(str(end)) * scale - self.origin) / self.step

        first = -np.inf if low is None else float(place(low).to_integral(_UP))
        last = np.inf if high is None else float(place(high).to_integral(_DOWN))
        return first, last

    def _number(self, whole, dtype):
        return whole / 10.0**self.decimals if dtype.kind == "f" else whole

    def get_config(self) -> dict:
        return dataclasses.asdict(self)

    @classmethod
    def from_config(cls, config: dict) -> "Grid":
        return cls(**config)


_UP, _DOWN = decimal.ROUND_CEILING, decimal.ROUND_FLOOR


def _exact(values, decimals):
    return np.abs(values).max(initial=0) * 10.0**decimals < _EXACT


def _whole(values, decimals):
    if values.dtype.kind != "f":
        return values.astype(np.int64) * 10**decimals
    return np.rint(values * 10.0**decimals).astype(np.int64)


def _decimals(values, precision):
    """Returns how many decimals values have, None of more than six."""
    if values.dtype.kind != "f":
        return 0
    for decimals in range(MOST_DECIMALS + 1):
        for part in (values[:1000], values):  # most columns fail in the first rows
            if not _exact(part, decimals):
                return None
            near = _whole(part, decimals) / 10.0**decimals
            if not (near.astype(precision) == part).all():
                break
        else:
            return decimals
    return None


def _origin(low, high, step):
    """Returns a value of the grid from which no k is far, and which is no row's own."""
    base = 0
    if max(abs(low), abs(high)) > _FAR * step:
        width = 2 ** (high - low).bit_length()
        base = low // width * width
    return base + (low - base) % step
