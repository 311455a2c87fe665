"""Priors p(z): the simple distributions that a generator maps to data."""

import keras
import tensorflow as tf

from kgan.core import arguments, registry


class Prior:
    """Base class of all priors over latents.

    A subclass draws statelessly in `sample`. Row i of the result must depend on the
    seed and on i alone, not on the number of rows: replicas then take their rows of a
    global batch, and `GAN.generate` gives the same image i whatever the batch.

    Args:
        latent_dim: Number of components of one latent, a positive integer.

    Raises:
        ValueError: If `latent_dim` is not a positive integer.

    Example:
        ```python
        @keras.saving.register_keras_serializable(package="my")
        class Exponential(kgan.priors.Prior):
            def sample(self, batch_size, seed):
                u = tf.random.stateless_uniform((batch_size, self.latent_dim), seed)
                return -tf.math.log1p(-u)
        ```
    """

    def __init__(self, latent_dim):
        self.latent_dim = arguments.positive_integer("latent_dim", latent_dim)

    def sample(self, batch_size, seed):
        """Draws latents.

        Args:
            batch_size: Number of rows, an integer or a scalar integer tensor.
            seed: int32 of shape `(2,)`; see `kgan.seeds`.

        Returns:
            A float32 tensor of shape `(batch_size, latent_dim)`.
        """
        raise NotImplementedError

    def to_normal(self, latents):
        """Maps latents to standard normal ones, each component by a rising function.

        Walks and truncation are made there, where all directions are alike: see
        `kgan.latents`. Left as it is, it takes the prior for a normal one.

        Args:
            latents: float32 tensor of shape `(batch, latent_dim)`.

        Returns:
            A float32 tensor of the same shape.
        """
        return latents

    def from_normal(self, normal):
        """Maps standard normal latents to this prior's: `to_normal` backwards."""
        return normal

    def get_config(self):
        """Returns the constructor's arguments."""
        return {"latent_dim": self.latent_dim}

    @classmethod
    def from_config(cls, config):
        """Makes the prior that `get_config` describes."""
        return cls(**config)


@keras.saving.register_keras_serializable(package="kgan")
class Normal(Prior):
    """The standard normal distribution, p(z) = N(0, I).

    Args:
        latent_dim: Number of components of one latent.

    Example:
        ```python
        latents = kgan.priors.Normal(128).sample(64, seed=kgan.seeds.root(0))
        ```
    """

    def sample(self, batch_size, seed):
        """Draws standard normal latents of shape `(batch_size, latent_dim)`."""
        return tf.random.stateless_normal((batch_size, self.latent_dim), seed)


@keras.saving.register_keras_serializable(package="kgan")
class Uniform(Prior):
    """The uniform distribution on a cube, as in Goodfellow et al. (2014).

    Args:
        latent_dim: Number of components of one latent.
        minimum: Lower end of every component.
        maximum: Upper end of every component, above `minimum`. The authors' MNIST
            network used ±√3, which gives unit variance.

    Raises:
        ValueError: If `minimum` is not below `maximum`.

    Example:
        ```python
        prior = kgan.priors.Uniform(1, minimum=-1.0, maximum=1.0)
        ```
    """

    def __init__(self, latent_dim, minimum=-1.0, maximum=1.0):
        super().__init__(latent_dim)
        if not minimum < maximum:
            raise ValueError(
                "`minimum` must be below `maximum`. "
                f"Received: minimum={minimum!r}, maximum={maximum!r}"
            )
        self.minimum = float(minimum)
        self.maximum = float(maximum)

    def sample(self, batch_size, seed):
        """Draws uniform latents of shape `(batch_size, latent_dim)`."""
        shape = (batch_size, self.latent_dim)
        return tf.random.stateless_uniform(shape, seed, self.minimum, self.maximum)

    def to_normal(self, latents):
        """Maps u in [a, b] to Φ⁻¹((u − a) / (b − a))."""
        return _normal_quantile((latents - self._centre) / self._radius)

    def from_normal(self, normal):
        """Maps x to a + (b − a) Φ(x)."""
        return self._centre + self._radius * tf.math.erf(normal / 2**0.5)

    @property
    def _centre(self):
        return (self.minimum + self.maximum) / 2

    @property
    def _radius(self):
        return (self.maximum - self.minimum) / 2

    def get_config(self):
        """Returns the constructor's arguments."""
        ends = {"minimum": self.minimum, "maximum": self.maximum}
        return {**super().get_config(), **ends}


@keras.saving.register_keras_serializable(package="kgan")
class TruncatedNormal(Prior):
    """The standard normal distribution conditioned on |z| < `bound` in each component.

    Drawn by inversion, z = Φ⁻¹(Φ(−b) + u (Φ(b) − Φ(−b))) with u uniform: one number a
    component, where a rejection sampler would shift later rows. The truncation trick of
    Brock, Donahue and Simonyan, "Large Scale GAN Training for High Fidelity Natural
    Image Synthesis" (2019), section 3.1.

    Args:
        latent_dim: Number of components of one latent.
        bound: Largest absolute value, in standard deviations, positive.

    Raises:
        ValueError: If `bound` is not positive.

    Example:
        ```python
        prior = kgan.priors.TruncatedNormal(128, bound=2.0)
        ```
    """

    def __init__(self, latent_dim, bound=2.0):
        super().__init__(latent_dim)
        if not bound > 0:
            raise ValueError(f"`bound` must be positive. Received: {bound!r}")
        self.bound = float(bound)

    def sample(self, batch_size, seed):
        """Draws truncated normal latents of shape `(batch_size, latent_dim)`."""
        shape = (batch_size, self.latent_dim)
        uniform = tf.random.stateless_uniform(shape, seed, dtype=tf.float64)
        # Φ⁻¹((1 + x) / 2) = √2 erf⁻¹(x).
        latents = 2**0.5 * tf.math.erfinv((2.0 * uniform - 1.0) * self._mass())
        latents = tf.cast(latents, tf.float32)
        return tf.clip_by_value(latents, -self.bound, self.bound)

    def _mass(self):
        # erf(b / √2) = Φ(b) − Φ(−b)
        return tf.math.erf(tf.constant(self.bound / 2**0.5, tf.float64))

    def to_normal(self, latents):
        """Maps z to Φ⁻¹ of its share of the mass between −b and b."""
        share = tf.math.erf(tf.cast(latents, tf.float64) / 2**0.5) / self._mass()
        return _normal_quantile(tf.cast(share, tf.float32))

    def from_normal(self, normal):
        """Maps x to the latent with Φ(x) of the mass below it."""
        share = tf.math.erf(tf.cast(normal, tf.float64) / 2**0.5) * self._mass()
        latents = tf.cast(2**0.5 * tf.math.erfinv(share), tf.float32)
        return tf.clip_by_value(latents, -self.bound, self.bound)

    def get_config(self):
        """Returns the constructor's arguments."""
        return {**super().get_config(), "bound": self.bound}


@keras.saving.register_keras_serializable(package="kgan")
class Codes(Prior):
    """Normal noise, then codes that the generator is to make visible (InfoGAN).

    A latent is `[noise | one-hot block of each categorical code | continuous codes]`:
    the noise is standard normal, a code of K classes takes each with probability 1/K,
    a continuous code is uniform in [−1, 1]. All are independent.

    Drawn as `from_normal` of normal latents: by symmetry each component of a block is
    its largest equally often. Walks and truncation move between normal latents, and
    are brought back in the same way. So all that they give has whole classes: a walk
    changes a class at its middle, and truncation keeps it, but for ψ = 0, where all
    components are equal and the first class stands for all.

    Chen et al., "InfoGAN: Interpretable Representation Learning by Information
    Maximizing Generative Adversarial Nets" (2016), section 7.2, with 62 components of
    noise, one code of ten classes and two continuous ones; see
    `kgan.objectives.Information`.

    Args:
        latent_dim: Number of components of one latent, the codes among them.
        categorical: Number of classes of each categorical code, at least 2; a list or a
            tuple, possibly empty.
        continuous: Number of continuous codes.

    Raises:
        ValueError: If a number is out of its range, there are no codes, or more than
            `latent_dim` has room for.

    Example:
        ```python
        prior = kgan.priors.Codes(74, categorical=(10,), continuous=2)
        ```
    """

    def __init__(self, latent_dim, categorical=(10,), continuous=2):
        super().__init__(latent_dim)
        self.categorical, self.continuous = codes(categorical, continuous)
        width = sum(self.categorical) + self.continuous
        if width > self.latent_dim:
            raise ValueError(
                f"`latent_dim` must leave room for {width} components of codes. "
                f"Received: {latent_dim!r}"
            )

    def sample(self, batch_size, seed):
        """Draws noise and codes of shape `(batch_size, latent_dim)`."""
        shape = (batch_size, self.latent_dim)
        return self.from_normal(tf.random.stateless_normal(shape, seed))

    def split(self, latents):
        """Takes latents apart.

        Args:
            latents: float32 tensor of shape `(batch, latent_dim)`.

        Returns:
            `[noise, *blocks, continuous]`, tensors of shape `(batch, width)`; the noise
            and the continuous codes may have the width 0.
        """
        sizes = [*self.categorical, self.continuous]
        return tf.split(latents, [self.latent_dim - sum(sizes), *sizes], axis=-1)

    def to_normal(self, latents):
        """Maps class k of K to √K in component k, a continuous code to its quantile."""
        noise, *blocks, continuous = self.split(latents)
        # One component of K is 1: times √K, its mean square is 1, a normal one's.
        blocks = [block.shape[-1] ** 0.5 * block for block in blocks]
        return tf.concat([noise, *blocks, _normal_quantile(continuous)], axis=-1)

    def from_normal(self, normal):
        """Maps a block to its largest component's class, the last x to 2 Φ(x) − 1."""
        noise, *blocks, continuous = self.split(normal)
        blocks = [tf.one_hot(tf.argmax(b, axis=-1), b.shape[-1]) for b in blocks]
        # In float64, rounded once: float32's last bit differs with the number of rows.
        shares = tf.math.erf(tf.cast(continuous, tf.float64) / 2**0.5)
        return tf.concat([noise, *blocks, tf.cast(shares, tf.float32)], axis=-1)

    def get_config(self):
        """Returns the constructor's arguments."""
        own = {"categorical": list(self.categorical), "continuous": self.continuous}
        return {**super().get_config(), **own}


def codes(categorical, continuous):
    """Checks what codes there are among the latents.

    Args:
        categorical: Number of classes of each categorical code, a list or a tuple.
        continuous: Number of continuous codes.

    Returns:
        `(categorical, continuous)`: a tuple of integers, and an integer.

    Raises:
        ValueError: If a number is out of its range, or there are no codes.
    """
    if not isinstance(categorical, (list, tuple)):
        raise ValueError(
            f"`categorical` must be a list of numbers of classes. "
            f"Received: {categorical!r}"
        )
    what = "Each number of `categorical`"
    counts = tuple(arguments.integer(what, count, 2) for count in categorical)
    continuous = arguments.integer("`continuous`", continuous, 0)
    if not counts and not continuous:
        raise ValueError(
            "`categorical` or `continuous` must ask for a code. "
            f"Received: categorical={categorical!r}, continuous={continuous!r}"
        )
    return counts, continuous


# The last float32 below 1: the quantile of 1 itself is infinite.
_ALMOST_ONE = 1.0 - 2.0**-24


def _normal_quantile(share):
    """Gives Φ⁻¹((1 + x) / 2) for x in [−1, 1], the ends brought to ±5.4."""
    # In float64: TensorFlow's erf⁻¹ halves 1 + x, which float32 rounds to 1 before.
    share = tf.cast(tf.clip_by_value(share, -_ALMOST_ONE, _ALMOST_ONE), tf.float64)
    return tf.cast(2**0.5 * tf.math.erfinv(share), tf.float32)


_PRIORS = {
    "normal": Normal,
    "uniform": Uniform,
    "truncated_normal": TruncatedNormal,
    "codes": Codes,
}


def names():
    """Returns the names that `get` knows."""
    return tuple(_PRIORS)


def find(name):
    """Gives the class of a prior by its name.

    Args:
        name: One of `names()`.

    Raises:
        ValueError: If there is no such prior.
    """
    if name not in _PRIORS:
        raise ValueError(registry.unknown("`prior` must be one of", name, _PRIORS))
    return _PRIORS[name]


def get(name, latent_dim, **arguments):
    """Makes a prior by its name.

    Args:
        name: One of `names()`.
        latent_dim: Number of components of one latent.
        **arguments: Further arguments of the prior's constructor.

    Returns:
        A `Prior`.

    Raises:
        ValueError: If there is no such prior, or an argument is out of its range.

    Example:
        ```python
        prior = kgan.priors.get("uniform", 64, minimum=0.0)
        ```
    """
    return find(name)(latent_dim, **arguments)
