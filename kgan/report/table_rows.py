"""Real and generated rows of a table, as parts of the page compare them."""

import dataclasses
from typing import Any

import numpy as np

from kgan.metrics.column_shapes import column_shapes

_MOST = 48  # columns that are shown one by one


@dataclasses.dataclass(frozen=True)
class Rows:
    """Measured rows of both kinds, in random order.

    Attributes:
        table: The `kgan.tabular.Table` that measured them.
        real: Of the data, float64 `(rows, columns)`.
        fake: Generated, the same.
    """

    table: Any
    real: np.ndarray
    fake: np.ndarray

    @classmethod
    def draw(cls, table, frame, game, count: int, seed: int, averaged: bool):
        """Draws `count` rows of a frame, and lets a game make as many."""
        chosen = np.random.default_rng(seed).permutation(len(frame))[:count]
        made = game.examples(count, seed, averaged=averaged)
        fake = np.concatenate([rows for rows, _ in made.batches(count)])
        return cls(table, table.measured(frame.iloc[chosen]), fake)

    @property
    def names(self) -> list[str]:
        """Names of the columns."""
        return list(map(str, self.table.measured_names))

    @property
    def is_number(self) -> tuple[bool, ...]:
        """By column, whether it holds numbers or dates."""
        return self.table.measured_is_number

    @property
    def counted(self) -> str:
        """How many rows there are, in words."""
        return f"{len(self.fake):,} generated and {len(self.real):,} real rows"

    @property
    def shapes(self) -> np.ndarray:
        """Similarity of each column by itself."""
        return column_shapes(self.real, self.fake, self.is_number)

    @property
    def shown(self) -> list[int]:
        """Numbers of the columns to show; of very many those that are least alike."""
        order = np.argsort(self.shapes, kind="stable")[:_MOST]
        return sorted(map(int, order))
