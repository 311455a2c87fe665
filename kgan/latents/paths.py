"""Ways through a latent space: by index, towards its centre, from one point to another.

All are functions of a prior. Truncation and walks are made among standard normal
latents, to which `Prior.to_normal` maps those of any prior.
"""

import tensorflow as tf

from kgan.core import arguments, seeds
from kgan.core.seeds import Use

# Latents are drawn in blocks, each from a seed of its own, so that the millionth costs
# what the first does. Part of the meaning of a seed: another size gives other images.
_BLOCK = 64
LARGEST_SEED = arguments.LARGEST_INDEX
# Below this sine of their angle, two latents count as parallel.
_PARALLEL = 1e-6


def table(seed):
    """Gives the seed of the endless table of latents that an integer stands for.

    Args:
        seed: Integer or scalar integer tensor in [0, 2⁶²): each has its own table.

    Returns:
        An int32 tensor of shape `(2,)`.
    """
    high = tf.bitwise.right_shift(tf.cast(seed, tf.int64), tf.constant(31, tf.int64))
    return seeds.fold(seeds.root(seed, branch=high), Use.GENERATE)


def latents_at(prior, seed, start, count):
    """Draws rows `start` to `start + count` of the endless table of a seed's latents.

    Args:
        prior: A `kgan.priors.Prior`.
        seed: int32 of shape `(2,)`.
        start: First row, a non-negative integer or int64 scalar.
        count: Number of rows, a positive integer or integer scalar.

    Returns:
        A float32 tensor of shape `(count, latent_dim)`.
    """
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


def truncate(prior, latents, truncation):
    """Moves latents towards the centre of their prior: x ← ψ x.

    Samples become more typical and less diverse. The move is continuous in ψ and keeps
    what tells one sample from another. Karras, Laine and Aila, "A Style-Based Generator
    Architecture for Generative Adversarial Networks" (2019), appendix B, scale around
    the mean in the same way, in the space after a mapping network.

    Args:
        prior: The `kgan.priors.Prior` of the latents.
        latents: float32 of shape `(batch, latent_dim)`.
        truncation: ψ in [0, 1], a float32 scalar or a tensor of shape `(batch,)`; 1
            leaves the latents as they are, to the bit.

    Returns:
        A float32 tensor of shape `(batch, latent_dim)`.
    """
    psi = tf.convert_to_tensor(truncation, tf.float32)
    psi = psi[..., None] if psi.shape.rank else psi
    moved = prior.from_normal(psi * prior.to_normal(latents))
    return tf.where(psi < 1.0, moved, latents)


def slerp(first, second, positions):
    """Walks from one vector to another along a great circle.

        x(t) = sin((1 − t) Ω) / sin Ω · x₀ + sin(t Ω) / sin Ω · x₁

    Ω is the angle between both. In many dimensions a normal distribution lies close to
    a sphere, and a straight line would leave it: half-way between two latents their
    length is 1/√2 of its usual value. Shoemake, "Animating Rotation with Quaternion
    Curves" (1985), section 3.3; for latents White, "Sampling Generative Networks"
    (2016), section 3. Between parallel vectors it is the straight line.

    Args:
        first: x₀, float32 of shape `(latent_dim,)`.
        second: x₁, float32 of shape `(latent_dim,)`.
        positions: t in [0, 1], float32 of shape `(steps,)`.

    Returns:
        A float32 tensor of shape `(steps, latent_dim)`.
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


def walk(prior, first_seed, second_seed, steps):
    """Walks from the first latent of one seed to that of another, in equal steps.

    Args:
        prior: A `kgan.priors.Prior`.
        first_seed: Integer or scalar tensor; the walk begins at its row 0.
        second_seed: Integer or scalar tensor; the walk ends at its row 0.
        steps: Number of latents, both ends among them, at least 2.

    Returns:
        A float32 tensor of shape `(steps, latent_dim)`; its ends are those rows, to the
        bit.
    """
    first, second = (
        latents_at(prior, table(seed), 0, 1) for seed in (first_seed, second_seed)
    )
    inner = tf.range(1, steps - 1, dtype=tf.int32) / tf.cast(steps - 1, tf.int32)
    between = slerp(
        prior.to_normal(first)[0],
        prior.to_normal(second)[0],
        tf.cast(inner, tf.float32),
    )
    return tf.concat([first, prior.from_normal(between), second], axis=0)
