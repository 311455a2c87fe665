"""Paths through a latent space: by index, to its centre, from point to point.

Truncation and walks work on standard normal latents (`Prior.to_normal`) of any prior.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import tensorflow as tf

from kgan.core import arguments, seeds
from kgan.core.seeds import Use
from kgan.latents.priors import Normal, Prior

# Latents are drawn in blocks, each from a seed of its own, so that the millionth costs
# what the first does. Part of the meaning of a seed: another size gives other images.
_BLOCK = 64
LARGEST_SEED = arguments.LARGEST_INDEX
# Below this sine of their angle, two latents count as parallel.
_PARALLEL = 1e-6


def table(seed: Any) -> tf.Tensor:
    """Returns the seed of an endless table of latents, for an integer in [0, 2⁶²)."""
    high = tf.bitwise.right_shift(tf.cast(seed, tf.int64), tf.constant(31, tf.int64))
    return seeds.fold(seeds.root(seed, branch=high), Use.GENERATE)


def latents_at(prior: Prior, seed: Any, start: Any, count: Any) -> tf.Tensor:
    """Draws `count` rows from `start` on of the table of `seed`, int32 `(2,)`."""
    start, count = tf.cast(start, tf.int64), tf.cast(count, tf.int64)
    first = start // _BLOCK
    blocks = tf.range(first, (start + count - 1) // _BLOCK + 1)
    drawn = tf.map_fn(
        # Two folds: the number of a late block has more bits than a seed's part.
        lambda block: prior.sample(
            _BLOCK, seeds.fold(seed, block // 2**31, block % 2**31)
        ),
        blocks,
        fn_output_signature=tf.TensorSpec((_BLOCK, prior.latent_dim), tf.float32),
    )
    rows = tf.reshape(drawn, (-1, prior.latent_dim))
    offset = start - first * _BLOCK
    return rows[offset : offset + count]


def of_seeds(prior: Prior, seeds: Sequence[int]) -> np.ndarray:
    """Draws one latent for each seed, those that StyleGAN's users know by it.

    They are `numpy.random.RandomState(seed).randn(1, latent_dim)`, float32 of shape
    `(len(seeds), latent_dim)`; seeds are integers in [0, 2³²).

    Raises a `ValueError` if the prior is another than `Normal`, or seeds are wrong.

    Source: `generate.py` of Karras et al. (2020), Training Generative Adversarial
    Networks with Limited Data.
    """
    if type(prior) is not Normal:
        raise ValueError(
            "`seeds` need the prior kgan.priors.Normal, from which StyleGAN draws. "
            f"Received: {type(prior).__name__ if prior else 'a game without latents'}"
        )
    seeds = np.asarray(seeds)
    in_range = seeds.dtype.kind in "iu" and ((seeds >= 0) & (seeds < 2**32)).all()
    if seeds.ndim != 1 or not len(seeds) or not in_range:
        raise ValueError(
            "`seeds` must be a list of integers in [0, 2**32), at least one. "
            f"Received: {seeds.tolist()!r}"
        )
    shape = 1, prior.latent_dim
    rows = [np.random.RandomState(seed).randn(*shape) for seed in seeds]
    return np.concatenate(rows).astype(np.float32)


def truncate(prior: Prior, latents: tf.Tensor, truncation: Any) -> tf.Tensor:
    """Moves latents towards the centre of their prior: x ← ψ x.

    Samples become more typical and less diverse, continuously in ψ = `truncation`, a
    float in [0, 1] or a tensor `(batch,)`; 1 keeps the latents bit by bit.

    Source: Karras et al. (2019), A Style-Based Generator Architecture for Generative
    Adversarial Networks, appendix B, where the space is that after a mapping network.
    """
    psi = tf.convert_to_tensor(truncation, tf.float32)
    psi = psi[..., None] if psi.shape.rank else psi
    moved = prior.from_normal(psi * prior.to_normal(latents))
    return tf.where(psi < 1.0, moved, latents)


def slerp(first: tf.Tensor, second: tf.Tensor, positions: tf.Tensor) -> tf.Tensor:
    """Interpolates between two vectors along a great circle (spherical interpolation).

        x(t) = sin((1 − t) Ω) / sin Ω · x₀ + sin(t Ω) / sin Ω · x₁

    for each t of `positions`, float32 `(steps,)` in [0, 1], with their angle Ω; on the
    line where it is 0 or π. Half-way on a line between two normal latents, which are
    near a sphere, the length is 1/√2 of the usual.

    Source: Shoemake (1985), Animating Rotation with Quaternion Curves, section 3.3; for
    latents White (2016), Sampling Generative Networks, section 3.
    """
    one, other = tf.math.l2_normalize(first), tf.math.l2_normalize(second)
    # Kahan's form: the arc cosine of their product would be off by 10⁻³ near 0 and π.
    angle = 2.0 * tf.atan2(tf.norm(one - other), tf.norm(one + other))
    sine = tf.sin(angle)
    parallel = sine < _PARALLEL
    # Both branches of a `where` are computed: the unused one must not divide by zero.
    divisor = tf.where(parallel, 1.0, sine)

    def weights(share):
        return tf.where(parallel, share, tf.sin(share * angle) / divisor)[:, None]

    return weights(1.0 - positions) * first + weights(positions) * second


def walk(prior: Prior, first_seed: Any, second_seed: Any, steps: Any) -> tf.Tensor:
    """Interpolates from row 0 of one seed to row 0 of another, in equal steps."""
    first, second = (
        latents_at(prior, table(seed), 0, 1) for seed in (first_seed, second_seed)
    )
    inner = tf.range(1, steps - 1, dtype=tf.int32) / tf.cast(steps - 1, tf.int32)
    ends = prior.to_normal(first)[0], prior.to_normal(second)[0]
    between = slerp(*ends, tf.cast(inner, tf.float32))
    return tf.concat([first, prior.from_normal(between), second], axis=0)
