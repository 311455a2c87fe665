"""Principal directions of a standard normal latent space, found without training."""

import math
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from kgan.core import arguments, registry
from kgan.latents import paths

# Number and seed of the latents whose features PCA analyses.
_SAMPLES = 4096
_SEED = 0
_COUNT = 5


def names() -> tuple[str, ...]:
    """Returns the methods that `find` knows."""
    return tuple(_METHODS)


def find(
    gan: keras.Model,
    method: str = "pca",
    count: int | None = None,
    label: int = 0,
    averaged: bool = True,
) -> np.ndarray:
    """Finds the directions, `(count, latent_dim)`, that change most in a generator.

    `"sefa"`: the first layer's output: eigenvectors of Aᵀ A with the largest
    eigenvalues, for the matrix A of the layer. Shen and Zhou (2021), Closed-Form
    Factorization of Latent Semantics in GANs, equation 5.

    `"pca"`: the second layer's input: its principal components, by least squares over
    4,096 latents. Härkönen et al. (2020), GANSpace: Discovering Interpretable GAN
    Controls, section 2.2.

    They are float32 unit vectors, the strongest first, the largest component positive.

    Args:
        gan: A `kgan.GAN` whose generator is Functional or Sequential.
        method: One of `names()`.
        count: Number of directions. None: 5, or as many as there are latents.
        label: The class whose features are used, for conditional models.
        averaged: Whether to use the averaged generator where there is one.

    Raises:
        ValueError: If an argument is out of its range or the layers are unknown.

    Example: `directions = kgan.directions.find(gan, "sefa", count=3)`
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


def move(prior: Any, drawn: Any, directions: Any, strengths: Any) -> Any:
    """Moves latents along directions, by `(count,)` or `(rows, count)` deviations."""
    step = np.asarray(strengths, np.float32) @ np.asarray(directions, np.float32)
    return prior.from_normal(prior.to_normal(tf.constant(drawn)) + step)


def slide(
    gan: keras.Model,
    directions: Any,
    seed: int = 0,
    label: int = 0,
    steps: int = 9,
    strength: float = 3.0,
    averaged: bool = True,
) -> np.ndarray:
    """Generates a row of `steps` images for each direction, around image 0 of `seed`.

    The rows reach `strength` standard deviations to both sides. Other arguments and
    errors are as in `find`. Returns `(count, steps, *data_shape)`: uint8 images, or
    float32 points.
    """
    arguments.positive_integer("steps", steps)
    arguments.index("seed", seed)
    start = paths.latents_at(gan.prior, paths.table(seed), 0, 1)
    ends = (-strength, strength) if steps > 1 else (0, 0)
    strengths = np.linspace(*ends, steps)[:, None]
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
        layers = self._on_the_way(network)
        if not layers:
            raise ValueError(
                "The generator must be Functional or Sequential, with a layer of its "
                "own, not of a model within, that has a kernel and sees the latents. "
                f"Received: {type(network).__name__}"
            )
        seen = layers[1].input if len(layers) > 1 else network.outputs[0]
        self.num_features = math.prod(seen.shape[1:])
        # The first layer without its activation, and what the second one sees.
        self._network = keras.Model(network.inputs, [_linear(layers[0]), seen])

    def _on_the_way(self, network):
        """Lists the layers with a kernel whose input changes with the latents."""
        layers = [x for x in getattr(network, "layers", []) if hasattr(x, "kernel")]
        if not getattr(network, "inputs", None) or not layers:
            return []
        self._network = keras.Model(network.inputs, [layer.input for layer in layers])
        draws = [paths.latents_at(self.prior, paths.table(s), 0, 8) for s in (0, 1)]
        one, other = (self(self.prior.to_normal(drawn)) for drawn in draws)
        inputs = zip(layers, one, other, strict=True)
        return [layer for layer, a, b in inputs if tf.reduce_any(a != b)]

    def __call__(self, normal):
        rows = tf.shape(normal)[0]
        labels = None
        if self._sampler.num_classes is not None:
            labels = tf.fill([rows], tf.cast(self._label, tf.int32))
        inputs = self._sampler.inputs(self.prior.from_normal(normal), labels)
        outputs = keras.tree.flatten(self._network(inputs, training=False))
        return [tf.reshape(tf.cast(x, tf.float32), (rows, -1)) for x in outputs]


def _linear(layer):
    config = layer.get_config()
    if "activation" not in config:
        return layer.output
    changes = {"name": f"{layer.name}_linear", "activation": "linear"}
    linear = type(layer).from_config(config | changes)
    output = linear(layer.input)
    linear.set_weights(layer.get_weights())
    return output


def _sefa(first_layer, count):
    size = first_layer.prior.latent_dim
    # Row i is the derivative along latent i: Aᵀ, for a layer that is linear in them.
    origin = tf.zeros((size, size))
    with tf.autodiff.ForwardAccumulator(origin, tf.eye(size)) as along:
        output, _ = first_layer(origin)
    transposed = np.asarray(along.jvp(output), np.float64)
    _, vectors = np.linalg.eigh(transposed @ transposed.T)
    return vectors[:, ::-1].T[:count]


def _pca(first_layer, count):
    """Computes U = (Xᵀ X)⁻¹ Xᵀ Z for principal coordinates X of latents Z."""
    from sklearn.decomposition import PCA

    prior = first_layer.prior
    drawn = paths.latents_at(prior, paths.table(_SEED), 0, _SAMPLES)
    normal = prior.to_normal(drawn)
    parts = [first_layer(part)[1] for part in tf.split(normal, _SAMPLES // 256)]
    components = PCA(count, svd_solver="randomized", random_state=0)
    coordinates = components.fit_transform(np.concatenate(parts))
    return np.linalg.lstsq(coordinates, np.asarray(normal), rcond=None)[0]


_METHODS = {"pca": _pca, "sefa": _sefa}
