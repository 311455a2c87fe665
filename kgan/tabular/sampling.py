"""Rows of a table by index, with conditions: row i depends on the seed and i alone."""

import dataclasses
import functools
from collections.abc import Callable

import keras
import numpy as np
import tensorflow as tf

from kgan.core import counter_draws, table_blocks
from kgan.layers import table_rows

# Numbers of a row between its first latents and its noise. One of them is what the
# probability of a condition is held to; the counter draws four at a time.
_BETWEEN = 4
_ROWS = 8192  # of one compiled call, less where a table has many levels
_NUMBERS = 2**24  # about as many a compiled call draws
# A row is given up after so many tries, and all rows once so many in a row have failed.
_MOST_TRIES, _HOPELESS = 10**6, 2 * 10**6


@dataclasses.dataclass(frozen=True)
class Wanted:
    """Which levels each row may have, and what else must hold of it.

    Attributes:
        levels: By number of a block, `(masks, kind)`: masks are bool `(kinds, levels)`
            of allowed levels, and `kind`, int `(rows,)`, which of them each row has, or
            None where there is one for all.
        accepts: Function of coded rows and of their places among the rows that are
            asked for, which returns which of them hold, bool. None: all do.
        meaning: The conditions in words.
    """

    levels: dict[int, tuple[np.ndarray, np.ndarray | None]]
    accepts: Callable | None = None
    meaning: str = "`conditions`"

    def of(self, number: int, rows: np.ndarray) -> np.ndarray:
        """Returns which levels of a block some rows may have, bool."""
        masks, kind = self.levels[number]
        return masks[np.zeros(len(rows), int) if kind is None else kind[rows]]


class RowSampler:
    """Draws coded rows from a generator of `kgan.models.table_generator`.

    Row i is that of the first accepted of the latents (seed, i, t), t = 0, 1, …: with
    the probability that the levels of its condition have given the first latents, the
    product over blocks of Σ softmax(l) over allowed levels. Then its levels are drawn
    among the allowed ones. Both together are the distribution of all rows that fulfil
    the condition, exactly: without them, each row is that of t = 0.

    Args:
        generator: The network.
        blocks: The blocks of its table.
    """

    def __init__(self, generator, blocks):
        self.blocks = tuple(blocks)
        self._body = generator.get_layer("body")
        self._raw = self._body.get_layer("raw")
        self._features = keras.Model(self._body.inputs, self._raw.input)
        self._core = self._body.input_shape[-1]
        self._noise = table_blocks.noise_width(self.blocks)
        wide = max(self._core + self._noise, 1)
        self.rows = int(np.clip(_NUMBERS // wide, 64, _ROWS))
        self._draw = tf.function(self._rows, jit_compile=True)
        self._try = {}

    def __call__(self, count: int, seed: int, start: int = 0, wanted=None):
        """Returns coded rows, float32 `(count, coded width)`, and the acceptance rate.

        Args:
            count: How many.
            seed: Integer in [0, 2⁶²).
            start: Number of the first row.
            wanted: A `Wanted`, or None.

        Raises:
            ValueError: If rows cannot be found, with the rate of those that were.
        """
        numbers = np.arange(start, start + count, dtype=np.int64)
        if wanted is None:
            return self._drawn(seed, numbers, np.zeros_like(numbers), None), 1.0
        return self._accepted(seed, numbers, wanted)

    def _accepted(self, seed, numbers, wanted):
        width = table_blocks.coded_width(self.blocks)
        found = np.zeros((len(numbers), width), np.float32)
        tries, pending = np.zeros_like(numbers), np.arange(len(numbers))
        tried = accepted = since = 0
        while len(pending):
            missed = []
            for first in range(0, len(pending), self.rows):
                rows = pending[first : first + self.rows]
                hit, coded, used = self._next(seed, numbers, tries, rows, wanted)
                if coded is not None:
                    found[rows[hit]] = coded
                missed.append(rows[~hit])
                tried, accepted = tried + used, accepted + hit.sum()
                since = 0 if hit.any() else since + used
            pending = np.concatenate(missed)
            hopeless = since > _HOPELESS or (tries[pending] > _MOST_TRIES).any()
            if len(pending) and hopeless:
                raise ValueError(
                    f"{wanted.meaning} must be met by rows that the model draws. "
                    f"Received: {accepted:,} of {tried:,} drawn rows, "
                    f"{accepted / tried:.2g}, for {len(numbers):,} rows that are asked "
                    "for"
                )
        if wanted.accepts is None:
            found = self._drawn(seed, numbers, tries, wanted, np.arange(len(numbers)))
        return found, float(accepted / tried)

    def _next(self, seed, numbers, tries, rows, wanted):
        """Tries some rows, as often as there is room for.

        Returns which of them are accepted, these as coded rows where `accepts` looked
        at them, and the number of tries that were made. Tries of the others move on.
        """
        each = max(1, self.rows // len(rows))
        row, number = np.repeat(rows, each), np.repeat(numbers[rows], each)
        t = (tries[rows][:, None] + np.arange(each)).ravel()
        good = np.ones(len(row), bool)
        if wanted.levels:
            good = self._levels_accept(seed, number, t, wanted, row)
        coded = None
        if wanted.accepts is not None and good.any():
            some = np.flatnonzero(good)
            drawn = self._drawn(seed, number[some], t[some], wanted, row[some])
            good[some] = wanted.accepts(drawn, row[some])
            coded = np.zeros((len(row), drawn.shape[1]), np.float32)
            coded[some] = drawn
        by_row = good.reshape(len(rows), each)
        hit, place = by_row.any(1), by_row.argmax(1)
        if coded is not None:
            coded = coded[(np.arange(len(rows)) * each + place)[hit]]
        tries[rows] += np.where(hit, place, each)
        return hit, coded, int(np.where(hit, place + 1, each).sum())

    def _levels_accept(self, seed, numbers, tries, wanted, rows):
        """Returns for which tries the levels of a condition are accepted."""
        names = tuple(sorted(wanted.levels))
        alike = all(kind is None for _, kind in wanted.levels.values())
        if (names, alike) not in self._try:
            self._try[names, alike] = tf.function(
                functools.partial(self._probable, names), jit_compile=True
            )
        # One row for all where all have the same condition.
        asked = rows[:1] if alike else self._filled(rows)
        accepted = self._try[names, alike](
            tf.constant(seed, tf.int64),
            tf.constant(self._filled(numbers)),
            tf.constant(self._filled(tries)),
            [tf.constant(wanted.of(name, asked)) for name in names],
        )
        return accepted.numpy()[: len(numbers)]

    def _probable(self, names, seed, numbers, tries, allowed):
        count = self._core + _BETWEEN
        uniform = counter_draws.uniform(seed, numbers, tries, count)
        features = self._features(table_rows.latents_of(uniform[:, : self._core]))
        probability = tf.ones(self.rows)
        for name, mask in zip(names, allowed, strict=True):
            # The logits of other blocks are not needed.
            end = sum(block.levels for block in self.blocks[: name + 1])
            part = slice(end - self.blocks[name].levels, end)
            kernel, bias = self._raw.kernel[:, part], self._raw.bias[part]
            logits = tf.cast(features, tf.float32) @ kernel + bias
            share = tf.where(mask, tf.nn.softmax(logits), 0.0)
            probability *= tf.reduce_sum(share, axis=-1)
        return uniform[:, self._core] < probability

    def _drawn(self, seed, numbers, tries, wanted, rows=None):
        """Returns coded rows of latents that are accepted."""
        parts = [np.zeros((0, table_blocks.coded_width(self.blocks)), np.float32)]
        for first in range(0, len(numbers), self.rows):
            part = slice(first, first + self.rows)
            count = len(numbers[part])
            allowed = self._allowed(wanted, None if rows is None else rows[part])
            coded = self._draw(
                tf.constant(seed, tf.int64),
                tf.constant(self._filled(numbers[part])),
                tf.constant(self._filled(tries[part])),
                allowed,
            )
            parts.append(coded.numpy()[:count])
        return np.concatenate(parts)

    def _rows(self, seed, numbers, tries, allowed):
        uniform = counter_draws.uniform(
            seed, numbers, tries, self._core + _BETWEEN + self._noise
        )
        core = table_rows.latents_of(uniform[:, : self._core])
        raw = tf.cast(self._body(core, training=False), tf.float32)
        noise = uniform[:, self._core + _BETWEEN :]
        noise = table_rows.gumbel(table_rows.latents_of(noise))
        if allowed is not None:
            noise = tf.where(allowed, noise, -np.inf)
        return table_rows.drawn(raw, noise, self.blocks)

    def _allowed(self, wanted, rows):
        """Returns which levels of all blocks each row may have; None: any."""
        if wanted is None or not wanted.levels:
            return None
        masks = [
            wanted.of(number, rows)
            if number in wanted.levels
            else np.ones((len(rows), block.levels), bool)
            for number, block in enumerate(self.blocks)
        ]
        return tf.constant(self._filled(np.concatenate(masks, axis=1)))

    def _filled(self, rows):
        """Repeats the last row, so that all calls have equal shapes."""
        missing = self.rows - len(rows)
        return np.concatenate([rows, np.repeat(rows[-1:], missing, axis=0)])
