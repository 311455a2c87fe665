"""Computes means since the last check from running means over the epoch."""

import numbers


class RecentMeans:
    """Means since the last check.

    Keras logs running means m over an epoch. Between step j and step k of it the mean
    was (k mₖ − j mⱼ) / (k − j).
    """

    def __init__(self):
        self.begin()

    def begin(self):
        """Starts anew, where the running means were reset."""
        self._steps = 0
        self._sums = {}

    def take(self, logs, steps):
        """Returns the means since the last call, or since `begin`, `steps` steps ago.

        What is no number among `logs`, running means by name, is left out.
        """
        if steps <= self._steps:  # nothing was played since
            return dict(logs)
        sums = {
            name: float(value) * steps
            for name, value in logs.items()
            if isinstance(value, numbers.Real)
        }
        count = steps - self._steps
        means = {
            name: (total - self._sums.get(name, 0.0)) / count
            for name, total in sums.items()
        }
        self._steps, self._sums = steps, sums
        return means
