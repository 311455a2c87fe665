"""Numbers as networks see them: a spike or a bin, and a place within the bin."""

import dataclasses
from collections.abc import Sequence
from typing import Any

import numpy as np

BINS = 10
SPIKE = 0.05  # share of the rows from which on a value is a level of its own
# Values whose own frequencies are kept where there are no others, and beside others,
# which have knots at quantiles: no more than 1,000 knots in all.
_FEW, _MOST_ATOMS, _MOST_GROUPS = 450, 250, 400
# Places end a little inside of a bin: at its ends the next bin's values begin.
_INSIDE = 1e-14


@dataclasses.dataclass(frozen=True)
class Marginal:
    """The distribution of a column of numbers, as levels with places in them.

    Values that hold at least a share `spike` of the rows are levels of their own. The
    others are cut at quantiles into bins, and x in [−1, 1] is where a value lies in its
    bin by rank: x = 2 (F(v) − F(a)) / (F(b) − F(a)) − 1, with the distribution function
    F of the others, linear between at most 1,000 knots. So a uniform x has the column's
    distribution, which no knot beyond F describes. Of numbers with a step a value v
    stands for the interval v ± step/2, and x for its middle, or for a random place.

    Attributes:
        spikes: Values that are levels of their own, rising.
        knots: Where F is known, rising; empty if all values are spikes.
        cumulative: F there, from 0 to 1.
        cuts: F at the ends of the bins.
        shares: Frequency of each level: spikes, then bins.
        step: Distance of neighbouring values, or None.
        offset: A value, from which all others lie whole steps away.
        minimum: Bound of what `decode` returns.
        maximum: The same.

    Example:
        ```python
        marginal = Marginal.fit(np.asarray([0, 0, 0, 1, 2, 4.0]), step=1.0)
        levels, places = marginal.encode(np.asarray([0, 2.0]))
        marginal.decode(levels, places)  # [0, 2]
        ```
    """

    spikes: tuple[float, ...]
    knots: tuple[float, ...]
    cumulative: tuple[float, ...]
    cuts: tuple[float, ...]
    shares: tuple[float, ...]
    step: float | None
    offset: float
    minimum: float
    maximum: float

    @classmethod
    def fit(
        cls,
        values: np.ndarray,
        step: float | None = None,
        bins: int = BINS,
        spike: float = SPIKE,
        min_count: int = 10,
        private: bool = False,
        offset: float = 0.0,
    ) -> "Marginal":
        """Returns the marginal of a column.

        Args:
            values: float64 of shape `(rows,)`, at least one, finite.
            step: All values lie whole steps from `offset`; None: they are continuous.
            bins: The most bins.
            spike: Share from which on a value is a spike, in (0, 1].
            min_count: Rows of a spike, and between two knots, at least.
            private: Whether no value of fewer than `min_count` rows may be kept: knots
                and bounds lie in the middle of so many, whatever the outermost are.
            offset: See `step`.
        """
        values = np.sort(np.asarray(values, np.float64))
        distinct, counts = np.unique(values, return_counts=True)
        lead = counts >= max(spike * len(values), min_count)
        if len(distinct) == 1 or (private and counts[~lead].sum() < min_count):
            lead = counts >= (min_count if private else 1)
        spikes, rest = distinct[lead], values[~np.isin(values, distinct[lead])]
        if private and len(rest) < min_count:
            rest = rest[:0]  # they join the nearest spike
        knots, cumulative = _knots(rest - offset, step, min_count, private)
        knots, cuts = knots + offset, _cuts(cumulative, bins)
        share = len(rest) / len(values)
        shares = [*counts[lead] / len(values), *share * np.diff(cuts)]
        half = 0.5 * (step or 0.0)
        ends = [*spikes, *(knots[:1] + half), *(knots[-1:] - half)]
        if not ends:
            raise ValueError(
                f"`values` must hold at least {min_count} rows to be described without "
                f"a value of fewer. Received: {len(values)}"
            )
        return cls(
            *(tuple(map(float, x)) for x in (spikes, knots, cumulative, cuts)),
            tuple(float(s) for s in np.asarray(shares) / np.sum(shares)),
            None if step is None else float(step),
            float(offset),
            float(min(ends)),
            float(max(ends)),
        )

    @property
    def levels(self) -> int:
        """Number of levels: spikes, then bins."""
        return len(self.shares)

    @property
    def places(self) -> tuple[bool, ...]:
        """Whether each level has places: bins have, spikes have none."""
        return tuple(level >= len(self.spikes) for level in range(self.levels))

    def encode(
        self, values: np.ndarray, uniform: np.ndarray | float = 0.5
    ) -> tuple[np.ndarray, np.ndarray]:
        """Returns levels, int64, and places, float64 in [−1, 1], of values.

        Args:
            values: float64 of shape `(rows,)`. What lies beyond the bounds is taken as
                the bound.
            uniform: Where in its step each value lies, in [0, 1): drawn, places are
                continuous.
        """
        values = np.clip(np.asarray(values, np.float64), self.minimum, self.maximum)
        levels, places = self._spike_of(values), np.zeros(len(values))
        if self.knots:
            half = 0.5 * (self.step or 0.0)
            low, high = self._rank(values - half), self._rank(values + half)
            rank = low + uniform * (high - low)
            number = np.searchsorted(self.cuts[1:-1], rank, side="right")
            start, width = np.asarray(self.cuts)[number], np.diff(self.cuts)[number]
            inside = np.clip(2.0 * (rank - start) / width - 1.0, -1.0, 1.0)
            is_spike = levels >= 0
            levels = np.where(is_spike, levels, len(self.spikes) + number)
            places = np.where(is_spike, 0.0, inside)
        elif (levels < 0).any():
            spikes = np.asarray(self.spikes)
            nearest = np.abs(values[levels < 0, None] - spikes).argmin(1)
            levels[levels < 0] = nearest
        return levels, places

    def decode(self, levels: np.ndarray, places: np.ndarray) -> np.ndarray:
        """Returns values, float64, of levels and places; the inverse of `encode`."""
        levels = np.asarray(levels, np.int64)
        if not self.knots:
            return np.asarray(self.spikes)[levels]
        number = np.maximum(levels - len(self.spikes), 0)
        inside = _INSIDE if self.step else 0.0
        share = np.clip(0.5 * (np.asarray(places) + 1.0), inside, 1.0 - inside)
        rank = np.asarray(self.cuts)[number] + share * np.diff(self.cuts)[number]
        found = np.interp(rank, self.cumulative, self.knots)
        if self.step is not None:
            steps = np.round((found - self.offset) / self.step)
            found = self.offset + steps * self.step
        if self.spikes:
            spikes = np.asarray(self.spikes)[np.minimum(levels, len(self.spikes) - 1)]
            found = np.where(levels < len(self.spikes), spikes, found)
        return np.clip(found, self.minimum, self.maximum)

    def mask(
        self,
        values: Sequence[float] | None = None,
        low: float = -np.inf,
        high: float = np.inf,
    ) -> tuple[np.ndarray, np.ndarray]:
        """Returns which levels can hold a value of `values`, or of [low, high].

        Beside it stands whether each level of these holds nothing else.
        """
        ends = np.interp(self.cuts, self.cumulative, self.knots) if self.knots else []
        starts, ends = np.asarray(ends)[:-1], np.asarray(ends)[1:]
        spikes = np.asarray(self.spikes)
        if values is None:
            of_spikes = (spikes >= low) & (spikes <= high)
            of_bins = (ends >= low) & (starts <= high)
            certain = (starts >= low) & (ends <= high)
        else:
            asked = np.asarray(values, np.float64)
            of_spikes = np.isin(spikes, asked)
            within = (asked >= starts[:, None]) & (asked <= ends[:, None])
            of_bins, certain = within.any(1), np.zeros(len(starts), bool)
        return (
            np.concatenate([of_spikes, of_bins]),
            np.concatenate([np.ones(len(spikes), bool), certain]),
        )

    def _rank(self, values):
        return np.interp(values, self.knots, self.cumulative)

    def _spike_of(self, values):
        """Returns the number of the spike that each value is, -1 for others."""
        if not self.spikes:
            return np.full(len(values), -1)
        spikes = np.asarray(self.spikes)
        number = np.minimum(np.searchsorted(spikes, values), len(spikes) - 1)
        return np.where(spikes[number] == values, number, -1)

    def get_config(self) -> dict:
        return {
            name: list(value) if isinstance(value, tuple) else value
            for name, value in dataclasses.asdict(self).items()
        }

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> "Marginal":
        return cls(
            **{n: tuple(v) if isinstance(v, list) else v for n, v in config.items()}
        )


def _knots(values, step, min_count, private):
    """Returns where the distribution function of sorted values is kept, and itself."""
    if not len(values):
        return np.zeros(0), np.zeros(0)
    half = 0.5 * (step or 0.0)
    atoms = _atoms(values, step, min_count, private)
    others = values[~np.isin(values, atoms)]
    size = max(min_count, -(-len(others) // _MOST_GROUPS))
    starts = np.arange(0, max(len(others) - size + 1, 1), size)
    if private:
        groups = np.split(others, starts[1:])
        middles = [_middle(group) for group in groups if len(group) >= min_count]
        # Four of one value, which fewer than `min_count` rows have, would name it.
        means = [middle.mean() for middle in middles if np.ptp(middle)]
        anchors = np.asarray(means)
        ends = [anchors, atoms]
        if not len(anchors) and not len(atoms):
            return np.zeros(0), np.zeros(0)
    else:
        anchors, ends = others[starts] if len(others) else others, [values]
    if step is not None:  # whole values lie between two knots
        anchors = np.round(anchors / step) * step - half
    ends = np.concatenate(ends)
    ends = np.asarray([ends.min(), ends.max()])
    if step is not None:
        ends = np.round(ends / step) * step + np.asarray([-half, half])
    knots = np.unique(np.concatenate([atoms - half, atoms + half, anchors, ends]))
    if len(knots) == 1:  # of one value without a step
        knots = np.asarray([knots[0], np.nextafter(knots[0], np.inf)])
    cumulative = np.searchsorted(values, knots, side="left") / len(values)
    cumulative[0], cumulative[-1] = 0.0, 1.0
    return knots, cumulative


def _middle(group):
    """Returns the four in the middle of sorted values.

    The mean of all would tell how far out a single one lies.
    """
    first = max((len(group) - 1) // 2 - 1, 0)
    return group[first : first + 4]


def _atoms(values, step, min_count, private):
    """Returns the values whose own frequencies are kept, rising."""
    if step is None:
        return values[:0]
    distinct, counts = np.unique(values, return_counts=True)
    few = len(distinct) <= _FEW
    own = counts >= (1 if few and not private else min_count)
    most = np.argsort(-counts[own], kind="stable")[: _FEW if few else _MOST_ATOMS]
    return np.sort(distinct[own][most])


def _cuts(cumulative, bins):
    """Returns the ends of about equally frequent bins, each at a knot."""
    if not len(cumulative):
        return np.zeros(0)
    wanted = np.linspace(0.0, 1.0, bins + 1)
    nearest = np.abs(cumulative[:, None] - wanted).argmin(0)
    return np.unique(cumulative[nearest])
