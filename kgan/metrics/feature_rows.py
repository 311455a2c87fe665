"""Features, logits or images of a limited number of examples, one row each."""

import numpy as np

from kgan.metrics.sweep import Statistic

# 50,000 rows of 2,048 features are 400 MB.
LIMIT = 50_000


class Rows(Statistic):
    """Rows of the first examples, which are a random sample of all.

    Args:
        limit: Most rows that are kept, which bounds the memory.
        output: Field of `Outputs` that is kept: "features", "logits" or "images".
    """

    def __init__(self, limit: int = LIMIT, output: str = "features"):
        self.limit = limit
        self.output = output
        self._parts = []
        self._labels = []

    def parameters(self):
        return {"limit": self.limit, "output": self.output}

    def update(self, outputs, labels=None):
        rows = getattr(outputs, self.output)
        room = max(0, self.limit - self.count)
        self.count += len(rows)
        rows = rows[:room]
        if not len(rows):
            return
        # A copy: a view would keep the whole batch.
        self._parts.append(rows.reshape(len(rows), -1).copy())
        if labels is not None:
            self._labels.append(np.array(labels[: len(rows)], np.int32))

    @property
    def rows(self) -> np.ndarray:
        """All rows, `(min(count, limit), d)`, in their original dtype."""
        if len(self._parts) != 1:
            self._parts = [np.concatenate(self._parts)]
        return self._parts[0]

    @property
    def labels(self) -> np.ndarray | None:
        """Their labels, int32, or None."""
        return np.concatenate(self._labels) if self._labels else None

    def state(self):
        labels = {} if self.labels is None else {"labels": self.labels}
        return {"count": np.asarray(self.count), "rows": self.rows, **labels}

    def restore(self, state):
        self.count = int(state["count"])
        self._parts = [state["rows"]]
        self._labels = [state["labels"]] if "labels" in state else []
