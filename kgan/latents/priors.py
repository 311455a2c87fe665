"""Priors p(z): the distributions that a generator maps to data."""

from collections.abc import Sequence
from typing import Any

import keras
import tensorflow as tf

from kgan.core import registry
from kgan.core.arguments import codes, positive_integer


class Prior:
    """Base class of priors over latents, float32 of shape `(rows, latent_dim)`.

    `sample` is stateless; row i must depend on the seed and on i alone, so that
    replicas draw their rows of a global batch, and image i is the same whatever the
    batch.

    Args:
        latent_dim: Number of components of one latent, a positive integer.

    Raises:
        ValueError: If an argument, here or of a subclass, is out of its range.

    Example:
        ```python
        @keras.saving.register_keras_serializable(package="my")
        class Exponential(kgan.priors.Prior):
            def sample(self, batch_size, seed):
                u = tf.random.stateless_uniform((batch_size, self.latent_dim), seed)
                return -tf.math.log1p(-u)
        ```
    """

    def __init__(self, latent_dim: int):
        self.latent_dim = positive_integer("latent_dim", latent_dim)

    def sample(self, batch_size: int, seed: tf.Tensor) -> tf.Tensor:
        """Draws `batch_size` rows; `seed` is int32 `(2,)`, see `kgan.seeds`."""
        raise NotImplementedError

    def to_normal(self, latents: tf.Tensor) -> tf.Tensor:
        """Maps each component to a standard normal one, rising; or the identity."""
        return latents

    def from_normal(self, normal: tf.Tensor) -> tf.Tensor:
        """Inverse of `to_normal`."""
        return normal

    def get_config(self) -> dict:
        return {"latent_dim": self.latent_dim}

    @classmethod
    def from_config(cls, config):
        return cls(**config)


@keras.saving.register_keras_serializable(package="kgan")
class Normal(Prior):
    """The standard normal distribution, p(z) = N(0, I)."""

    def sample(self, batch_size, seed):
        return tf.random.stateless_normal((batch_size, self.latent_dim), seed)


@keras.saving.register_keras_serializable(package="kgan")
class Uniform(Prior):
    """The uniform distribution on a cube, as in Goodfellow et al. (2014).

    Each component lies between `minimum` and `maximum`. The authors' MNIST network had
    ±√3, for unit variance: `kgan.priors.Uniform(100, -(3**0.5), 3**0.5)`.
    """

    def __init__(self, latent_dim: int, minimum: float = -1.0, maximum: float = 1.0):
        super().__init__(latent_dim)
        if not minimum < maximum:
            raise ValueError(
                "`minimum` must be below `maximum`. "
                f"Received: minimum={minimum!r}, maximum={maximum!r}"
            )
        self.minimum = float(minimum)
        self.maximum = float(maximum)
        self._centre = (self.minimum + self.maximum) / 2
        self._radius = (self.maximum - self.minimum) / 2

    def sample(self, batch_size, seed):
        shape = (batch_size, self.latent_dim)
        return tf.random.stateless_uniform(shape, seed, self.minimum, self.maximum)

    def to_normal(self, latents):
        return _normal_quantile((latents - self._centre) / self._radius)

    def from_normal(self, normal):
        return self._centre + self._radius * tf.math.erf(normal / 2**0.5)

    def get_config(self) -> dict:
        ends = {"minimum": self.minimum, "maximum": self.maximum}
        return {**super().get_config(), **ends}


@keras.saving.register_keras_serializable(package="kgan")
class TruncatedNormal(Prior):
    """The standard normal distribution with |z| < `bound`, positive, in each component.

    Drawn by inversion, z = Φ⁻¹(Φ(−b) + u (Φ(b) − Φ(−b))) with u uniform: one number a
    component, where a rejection sampler would shift later rows.

    Source: the truncation trick of Brock et al. (2019), Large Scale GAN Training for
    High Fidelity Natural Image Synthesis, section 3.1.
    """

    def __init__(self, latent_dim: int, bound: float = 2.0):
        super().__init__(latent_dim)
        if not bound > 0:
            raise ValueError(f"`bound` must be positive. Received: {bound!r}")
        self.bound = float(bound)

    def sample(self, batch_size, seed):
        shape = (batch_size, self.latent_dim)
        uniform = tf.random.stateless_uniform(shape, seed, dtype=tf.float64)
        return self._quantile((2.0 * uniform - 1.0) * self._mass())

    def _quantile(self, share):
        # Φ⁻¹((1 + x) / 2) = √2 erf⁻¹(x)
        latents = tf.cast(2**0.5 * tf.math.erfinv(share), tf.float32)
        return tf.clip_by_value(latents, -self.bound, self.bound)

    def _mass(self):
        # erf(b / √2) = Φ(b) − Φ(−b)
        return tf.math.erf(tf.constant(self.bound / 2**0.5, tf.float64))

    def to_normal(self, latents):
        share = tf.math.erf(tf.cast(latents, tf.float64) / 2**0.5) / self._mass()
        return _normal_quantile(tf.cast(share, tf.float32))

    def from_normal(self, normal):
        share = tf.math.erf(tf.cast(normal, tf.float64) / 2**0.5) * self._mass()
        return self._quantile(share)

    def get_config(self) -> dict:
        return {**super().get_config(), "bound": self.bound}


@keras.saving.register_keras_serializable(package="kgan")
class Codes(Prior):
    """Normal noise, then codes that the generator is to make visible (InfoGAN).

    A latent is `[noise | one-hot block of each categorical code | continuous codes]`:
    the noise is standard normal, a code of K classes has each with probability 1/K, a
    continuous code is uniform in [−1, 1]; all are independent. `from_normal` maps a
    block to the class of its largest component, and a continuous x to 2 Φ(x) − 1;
    `to_normal` maps class k of K to √K in component k, of mean square 1. So walks
    change a class at their middle, and truncation keeps it, but for ψ = 0, where all
    components are equal and the first class results.

    Args:
        categorical: Class counts of the categorical codes, at least 2; may be empty.
        continuous: Number of continuous codes.

    Example: `kgan.priors.Codes(74, categorical=(10,), continuous=2)`

    Source: Chen et al. (2016), InfoGAN: Interpretable Representation Learning by
    Information Maximizing Generative Adversarial Nets, section 7.2.
    """

    def __init__(
        self, latent_dim: int, categorical: Sequence[int] = (10,), continuous: int = 2
    ):
        super().__init__(latent_dim)
        self.categorical, self.continuous = codes(categorical, continuous)
        width = sum(self.categorical) + self.continuous
        if width > self.latent_dim:
            raise ValueError(
                f"`latent_dim` must leave room for {width} components of codes. "
                f"Received: {latent_dim!r}"
            )

    def sample(self, batch_size, seed):
        shape = (batch_size, self.latent_dim)
        return self.from_normal(tf.random.stateless_normal(shape, seed))

    def split(self, latents: tf.Tensor) -> Any:
        """Splits latents into `[noise, *blocks, continuous]` along the last axis."""
        sizes = [*self.categorical, self.continuous]
        return tf.split(latents, [self.latent_dim - sum(sizes), *sizes], axis=-1)

    def to_normal(self, latents):
        noise, *blocks, continuous = self.split(latents)
        # One component of K is 1: times √K, its mean square is 1, a normal one's.
        blocks = [block.shape[-1] ** 0.5 * block for block in blocks]
        return tf.concat([noise, *blocks, _normal_quantile(continuous)], axis=-1)

    def from_normal(self, normal):
        noise, *blocks, continuous = self.split(normal)
        blocks = [tf.one_hot(tf.argmax(b, axis=-1), b.shape[-1]) for b in blocks]
        # In float64, rounded once: float32's last bit differs with the number of rows.
        shares = tf.math.erf(tf.cast(continuous, tf.float64) / 2**0.5)
        return tf.concat([noise, *blocks, tf.cast(shares, tf.float32)], axis=-1)

    def get_config(self) -> dict:
        own = {"categorical": list(self.categorical), "continuous": self.continuous}
        return {**super().get_config(), **own}


# The last float32 below 1: the quantile of 1 itself is infinite.
_ALMOST_ONE = 1.0 - 2.0**-24


def _normal_quantile(share):
    """Computes Φ⁻¹((1 + x) / 2) for x in [−1, 1], the ends mapped to ±5.4."""
    # In float64: TensorFlow's erf⁻¹ halves 1 + x, which float32 rounds to 1 before.
    share = tf.cast(tf.clip_by_value(share, -_ALMOST_ONE, _ALMOST_ONE), tf.float64)
    return tf.cast(2**0.5 * tf.math.erfinv(share), tf.float32)


_REGISTRY = registry.Registry(
    "`prior` must be one of",
    Prior,
    {
        "normal": Normal,
        "uniform": Uniform,
        "truncated_normal": TruncatedNormal,
        "codes": Codes,
    },
)
names, find = _REGISTRY.names, _REGISTRY.find


def get(name: str, latent_dim: int, **arguments: Any) -> Prior:
    """Builds a prior by its name, as in `kgan.priors.get("uniform", 64, minimum=0.0)`.

    Further arguments are the constructor's. Raises a `ValueError` for an unknown name.
    """
    return find(name)(latent_dim, **arguments)
