"""Sampled rows of a table, which metrics compare with real ones."""

import numpy as np

from kgan.layers import table_rows
from kgan.metrics.examples import Examples

_AT_ONCE = 2**16  # rows that are drawn together


class DrawnRows(Examples):
    """Rows that a game of tables draws, as `Table.measured` has them.

    Args:
        game: The `kgan.tabular.TabularGAN`.
        count: How many.
        seed: Seed of the rows.
        averaged: Whether the averaged generator draws them.
    """

    def __init__(self, game, count, seed=0, averaged=True):
        self.name = "sampled rows"
        self.count, self.seed = count, seed
        self.shape = (len(game.table.measured_names),)
        self._game, self._averaged = game, averaged
        self._is_image = False

    def batches(self, batch_size):
        """Yields rows, float64 `(rows, columns)`, and no labels."""
        for first in range(0, self.count, _AT_ONCE):
            rows = self._rows(first, min(_AT_ONCE, self.count - first))
            for place in range(0, len(rows), batch_size):
                yield rows[place : place + batch_size], None

    def _rows(self, first, count):
        frame = self._game.sample(
            count, seed=self.seed, start=first, averaged=self._averaged
        )
        return self._game.table.measured(frame)

    def provenance(self):
        average = self._averaged and self._game.ema_generator is not None
        return {"generator": "averaged weights" if average else "raw weights"}


class NetworkRows(DrawnRows):
    """The same rows as the discriminator sees them, float32 `(rows, width)`."""

    def _rows(self, first, count):
        draw, blocks = self._game.row_sampler(self._averaged), self._game.table.blocks
        coded, _ = draw(count, self.seed, first)
        return np.asarray(table_rows.rows_of(coded, blocks))
