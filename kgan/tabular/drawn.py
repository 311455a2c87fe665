"""Sampled rows of a table, which metrics compare with real ones."""

from kgan.metrics.examples import Examples


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
        table, first = self._game.table, 0
        while first < self.count:
            rows = min(2**16, self.count - first)
            frame = self._game.sample(
                rows, seed=self.seed, start=first, averaged=self._averaged
            )
            measured = table.measured(frame)
            for place in range(0, rows, batch_size):
                yield measured[place : place + batch_size], None
            first += rows

    def provenance(self):
        average = self._averaged and self._game.ema_generator is not None
        return {"generator": "averaged weights" if average else "raw weights"}
