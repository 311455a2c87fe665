"""Principal directions of a latent space: what a generator changes most.

People understand a generator by sliding through its latent space, and a few directions
tell more than most. They are found without labels and without training, and count in
standard normal latents, to which `Prior.to_normal` maps those of any prior.
"""

import math

import keras
import numpy as np
import tensorflow as tf

from kgan.core import arguments, registry
from kgan.latents import paths
from kgan.losses.input_gradients import joined as join

# Latents whose features are looked at by PCA, drawn from this seed.
_SAMPLES = 4096
_SEED = 0
_COUNT = 5


def names():
    """Returns the methods that `find` knows."""
    return tuple(_METHODS)


def find(gan, method="pca", count=None, label=0, averaged=True):
    """Finds principal directions of a generator's latent space.

    `"sefa"`: the latents' directions along which the first layer's output changes most,
    in closed form: the eigenvectors of Aᵀ A with the largest eigenvalues, for the
    matrix A of the layer. Shen and Zhou, "Closed-Form Factorization of Latent Semantics
    in GANs" (2021), equation 5.

    `"pca"`: the latents' directions that lead along the principal components of what
    the second layer sees, by least squares over 4,096 latents; normalisation and the
    nonlinearity after the first layer are taken into account. Härkönen et al.,
    "GANSpace: Discovering Interpretable GAN Controls" (2020), section 2.2.

    Args:
        gan: A `kgan.GAN` whose generator is Functional or Sequential.
        method: One of `names()`.
        count: Number of directions. None: 5, or as many as there are latents.
        label: The class whose features are looked at, for conditional models.
        averaged: Whether to take the averaged generator where there is one.

    Returns:
        A float32 array of shape `(count, latent_dim)`, vectors of length 1, the
        strongest first; the largest component of each is positive.

    Raises:
        ValueError: If there is no such method, more directions are asked for than
            there are, or the layers of the generator cannot be seen.

    Example:
        ```python
        directions = kgan.directions.find(gan, "sefa", count=3)
        images = kgan.directions.slide(gan, directions, seed=7)  # (3, 9, h, w, c)
        ```
    """
    if method not in _METHODS:
        raise ValueError(registry.unknown("`method` must be one of", method, _METHODS))
    if gan.num_classes is not None:
        arguments.spread_labels(label, 1, gan.num_classes)
    first_layer = _FirstLayer(gan.chosen_sampler(averaged), label)
    most = min(gan.latent_dim, first_layer.num_features)
    count = min(_COUNT, most) if count is None else count
    if arguments.positive_integer("count", count) > most:
        raise ValueError(
            f"`count` must be at most {most}: there are {gan.latent_dim} latents and "
            f"{first_layer.num_features} features of the first layer. Received: {count}"
        )
    found = _METHODS[method](first_layer, count)
    found /= np.linalg.norm(found, axis=1, keepdims=True)
    largest = np.take_along_axis(found, np.abs(found).argmax(1)[:, None], axis=1)
    return (found * np.sign(largest)).astype(np.float32)


def move(prior, drawn, directions, strengths):
    """Moves latents along directions.

    Args:
        prior: Their `kgan.priors.Prior`.
        drawn: float32 latents of shape `(rows, latent_dim)`.
        directions: Array of shape `(count, latent_dim)`.
        strengths: How far along each, in standard deviations of a normal prior; of
            shape `(count,)`, or `(rows, count)`.

    Returns:
        A float32 tensor of shape `(rows, latent_dim)`.
    """
    step = np.asarray(strengths, np.float32) @ np.asarray(directions, np.float32)
    return prior.from_normal(prior.to_normal(tf.constant(drawn)) + step)


def slide(gan, directions, seed=0, label=0, steps=9, strength=3.0, averaged=True):
    """Generates a row of images for each direction, through one image of a seed.

    Args:
        gan: A `kgan.GAN`.
        directions: What `find` gave.
        seed: The middle of each row is image 0 of this seed.
        label: The class of all images, for conditional models.
        steps: Images in a row.
        strength: How far a row reaches to both sides, in standard deviations.
        averaged: Whether to take the averaged generator where there is one.

    Returns:
        A NumPy array of shape `(count, steps, *data_shape)`: uint8 for images, float32
        for points.

    Raises:
        ValueError: If `steps` is not positive, or the label is out of range.
    """
    arguments.positive_integer("steps", steps)
    arguments.index("seed", seed)
    start = paths.latents_at(gan.prior, paths.table(seed), 0, 1)
    strengths = np.linspace(-strength, strength, steps)[:, None]
    if steps == 1:
        strengths = np.zeros((1, 1))
    rows = [
        move(gan.prior, np.repeat(start, steps, 0), direction[None], strengths)
        for direction in directions
    ]
    labels = None if gan.num_classes is None else label
    samples = gan.decode(np.concatenate(rows), labels, averaged)
    return samples.reshape(len(directions), steps, *gan.data_shape)


class _FirstLayer:
    """The beginning of a generator, as a function of standard normal latents."""

    def __init__(self, sampler, label):
        self._sampler = sampler
        self._label = label
        self.prior = sampler.prior
        network = sampler.network
        first, *others = self._on_the_way(network) or [None]
        if first is None:
            raise ValueError(
                "The generator must be Functional or Sequential, with a layer of its "
                "own, not of a model within, that has a kernel and sees the latents. "
                f"Received: {type(network).__name__}"
            )
        seen = others[0].input if others else network.outputs[0]
        self.num_features = math.prod(seen.shape[1:])
        # The first layer without its activation, and what the second one sees.
        self._network = keras.Model(network.inputs, [_linear(first), seen])

    def _on_the_way(self, network):
        """Lists the layers with a kernel whose input changes with the latents."""
        layers = [x for x in getattr(network, "layers", []) if hasattr(x, "kernel")]
        if not getattr(network, "inputs", None) or not layers:
            return []
        self._network = keras.Model(network.inputs, [layer.input for layer in layers])
        draws = [paths.latents_at(self.prior, paths.table(s), 0, 8) for s in (0, 1)]
        one, other = (self(self.prior.to_normal(drawn)) for drawn in draws)
        changes = [bool(tf.reduce_any(a != b)) for a, b in zip(one, other, strict=True)]
        return [
            layer for layer, changed in zip(layers, changes, strict=True) if changed
        ]

    def __call__(self, normal):
        """Gives its outputs for normal latents `(rows, latent_dim)`, flat in a row."""
        rows = tf.shape(normal)[0]
        labels = None
        if self._sampler.num_classes is not None:
            labels = tf.fill([rows], tf.cast(self._label, tf.int32))
        inputs = join(self.prior.from_normal(normal), labels)
        outputs = keras.tree.flatten(self._network(inputs, training=False))
        return [tf.reshape(tf.cast(x, tf.float32), (rows, -1)) for x in outputs]


def _linear(layer):
    """Gives what a layer would give without an activation of its own."""
    config = layer.get_config()
    if "activation" not in config:
        return layer.output
    changes = {"name": f"{layer.name}_linear", "activation": "linear"}
    linear = type(layer).from_config(config | changes)
    output = linear(layer.input)
    linear.set_weights(layer.get_weights())
    return output


def _sefa(first_layer, count):
    """Gives the eigenvectors of Aᵀ A, the largest eigenvalues first."""
    size = first_layer.prior.latent_dim
    # Row i is the derivative along latent i: Aᵀ, for a layer that is linear in them.
    origin = tf.zeros((size, size))
    with tf.autodiff.ForwardAccumulator(origin, tf.eye(size)) as along:
        output, _ = first_layer(origin)
    transposed = np.asarray(along.jvp(output), np.float64)
    _, vectors = np.linalg.eigh(transposed @ transposed.T)
    return vectors[:, ::-1].T[:count]


def _pca(first_layer, count):
    """Gives U = (Xᵀ X)⁻¹ Xᵀ Z for principal coordinates X of latents Z."""
    from sklearn.decomposition import PCA

    prior = first_layer.prior
    drawn = paths.latents_at(prior, paths.table(_SEED), 0, _SAMPLES)
    normal = prior.to_normal(drawn)
    features = np.concatenate(
        [first_layer(part)[1] for part in tf.split(normal, _SAMPLES // 256)]
    )
    components = PCA(count, svd_solver="randomized", random_state=0)
    coordinates = components.fit_transform(features)
    return np.linalg.lstsq(coordinates, np.asarray(normal), rcond=None)[0]


_METHODS = {"pca": _pca, "sefa": _sefa}
