"""Uniform numbers by counter: number j of try t of row i, each for itself."""

import numpy as np
import tensorflow as tf

# Constants of Philox4x32: multipliers, and what is added to the key in each round.
_FACTORS = (0xD2511F53, 0xCD9E8D57)
_KEYS = (0x9E3779B9, 0xBB67AE85)
_ROUNDS = 10


def philox(counter: list, key: list) -> list:
    """Computes Philox4x32-10: four random words of a counter and a key.

    Any place of its stream costs the same, so that rows can be drawn in any order. The
    words are those of the authors' program, in graph and under XLA.

    Args:
        counter: Four uint32 tensors of one shape.
        key: Two uint32 tensors that broadcast with them.

    Returns:
        Four uint32 tensors.

    Source: Salmon et al. (2011), Parallel Random Numbers: As Easy as 1, 2, 3, section
    3.3 and table 2.
    """
    first, second, third, fourth = counter
    low, high = key
    for number in range(_ROUNDS):
        if number:
            low, high = low + _word(_KEYS[0]), high + _word(_KEYS[1])
        products = [
            tf.cast(word, tf.uint64) * tf.constant(factor, tf.uint64)
            for word, factor in zip((first, third), _FACTORS, strict=True)
        ]
        tops = [tf.cast(tf.bitwise.right_shift(p, _SHIFT), tf.uint32) for p in products]
        bottoms = [tf.cast(p, tf.uint32) for p in products]
        first, third = (
            tf.bitwise.bitwise_xor(tf.bitwise.bitwise_xor(tops[1], second), low),
            tf.bitwise.bitwise_xor(tf.bitwise.bitwise_xor(tops[0], fourth), high),
        )
        second, fourth = bottoms[1], bottoms[0]
    return [first, second, third, fourth]


_SHIFT = np.uint64(32)


def _word(value):
    return tf.constant(value, tf.uint32)


def uniform(seed: tf.Tensor, rows: tf.Tensor, tries: tf.Tensor, width: int, first=0):
    """Draws uniform numbers in [0, 1), float32 `(rows, width)`, multiples of 2⁻²⁴.

    Number j of row i and try t depends on the seed, i, t and j alone.

    Args:
        seed: int64 scalar.
        rows: i, int64 `(rows,)`, in [0, 2⁶⁴).
        tries: t, int64 `(rows,)`, in [0, 2³²).
        width: How many numbers of each row.
        first: Number of the first one, a multiple of 4.
    """
    words = tf.range(first // 4, first // 4 - (-width // 4), dtype=tf.int64)
    zeros = tf.zeros_like(rows[:, None] + words[None])
    parts = [rows[:, None], _high(rows)[:, None], tries[:, None], words[None]]
    counter = [tf.cast(zeros + part, tf.uint32) for part in parts]
    key = [tf.cast(seed, tf.uint32), tf.cast(_high(seed), tf.uint32)]
    drawn = tf.stack(philox(counter, key), axis=-1)
    drawn = tf.reshape(drawn, (-1, 4 * words.shape[0]))[:, :width]
    return tf.cast(tf.bitwise.right_shift(drawn, np.uint32(8)), tf.float32) * 2.0**-24


def _high(value):
    """Returns the upper 32 bits of int64 numbers."""
    return tf.bitwise.right_shift(value, tf.constant(32, tf.int64))
