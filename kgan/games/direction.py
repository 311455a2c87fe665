"""One direction of a game of translation: from the images of one side to the other."""

import keras
import numpy as np
import tensorflow as tf

from kgan import latents
from kgan.core import arguments, backend, seeds
from kgan.core.pictures import is_picture
from kgan.games import network_checks
from kgan.games.gan_checks import dtype as check_dtype
from kgan.games.sampler import to_float
from kgan.latents import priors


def shapes(network, image_size=None):
    """Returns the shapes of a source and of a target, without the batch.

    Args:
        network: A `keras.Model` from sources, or from `[source, latents]`, to targets.
        image_size: (height, width) of the images where the network takes any, or None.
    """
    found = network.input_shape
    found = found[0] if isinstance(found, list) else found
    return tuple(sized(x[1:], image_size) for x in (found, network.output_shape))


def sized(shape, image_size):
    """Returns the shape of an image, its open sides filled in where they are known."""
    if image_size is None or len(shape) != 3:
        return tuple(shape)
    return (*(s or i for s, i in zip(shape, image_size, strict=False)), shape[-1])


def latent_dim(network):
    """Returns the number of latents beside the image, None for a network without."""
    found = network_checks.nested_inputs(network)
    if not isinstance(found, (list, tuple)) or len(found) == 1:
        return None
    return found[1].shape[-1]


class Direction:
    """One direction of a game of translation: a network, and how it is used.

    Args:
        network: A `keras.Model` from sources, or from `[source, latents]`, to targets.
        image_size: (height, width) of the images of the data where the network takes
            any, or None.

    Attributes:
        source_shape: Shape of a source of the data; sides that nobody knows are None.
        target_shape: The same of a target.
        takes: Shape of a source that the network takes: None stands for any side.
        latent_dim: Number of latents beside the image, or None.
        is_random: Whether translations of an image differ by their seed: the network
            takes latents, or its dropout acts in its use as well.
    """

    def __init__(self, network, image_size=None):
        self.network = network
        self.source_shape, self.target_shape = shapes(network, image_size)
        self.takes, self.returns = shapes(network)
        self.latent_dim = latent_dim(network)
        self._drops = drops_at_test(network)
        self.is_random = self._drops or self.latent_dim is not None

    @property
    def from_images(self):
        """Whether sources are pictures in [−1, 1], and not other values."""
        return is_picture(self.takes)

    @property
    def to_images(self):
        """The same of targets."""
        return is_picture(self.returns)

    def sources(self, images):
        """Returns a user's sources as float32; uint8 pictures are scaled to [−1, 1].

        Raises:
            ValueError: If there are none, they have another shape or dtype, or values
                are not finite or out of range.
        """
        images = np.asarray(images)
        shape = images.shape[1:]
        fits = len(shape) == len(self.takes) and all(
            t in (None, s) for s, t in zip(shape, self.takes, strict=True)
        )
        if not fits or not images.size:
            words = ("any" if t is None else str(t) for t in self.takes)
            raise ValueError(
                f"`images` must have shape ({', '.join(('count', *words))}). "
                f"Received: an array of shape {images.shape}"
            )
        if self.from_images and images.dtype == np.uint8:
            return to_float(images).numpy()
        check_dtype(images, "`images`")
        arguments.values(images, self.from_images)
        return images.astype(np.float32, copy=False)

    def floats(self, images, numbers):
        """Translates float32 sources; returns the network's float32 values, an array.

        Args:
            images: Array of sources as the network takes them.
            numbers: Integer array with the seed of each.

        Raises:
            ValueError: If the network takes no images of this size.
        """
        inputs = tf.convert_to_tensor(images, tf.float32)
        try:
            return np.asarray(self(inputs, tf.convert_to_tensor(numbers, tf.int64)))
        except tf.errors.InvalidArgumentError as error:
            raise ValueError(self.refusal(images, error)) from None

    @staticmethod
    def refusal(images, error):
        """Returns the message for images of a size that the network does not take."""
        # A convolution or a padding says no more than its own sizes.
        reason = str(error.message).strip().partition("\n")[0]
        return (
            "`images` must have a size that the network takes. Received: "
            f"{' × '.join(map(str, images.shape[1:]))} ({reason})"
        )

    def __call__(self, images, numbers=None):
        """Translates float32 sources, tensors; see `floats`."""
        if self._drops and backend.is_tensorflow():
            spec = tf.TensorSpec(self.returns, tf.float32)
            rows = images, self._numbers(images, numbers)
            return tf.map_fn(self._drawn, rows, fn_output_signature=spec)
        inputs = self._inputs(images, numbers)
        return tf.cast(backend.infer(self.network, inputs), tf.float32)

    def _inputs(self, images, numbers):
        if self.latent_dim is None:
            return images
        return [images, self.latents(self._numbers(images, numbers))]

    def _numbers(self, images, numbers):
        """Returns the seeds of all images; without any, their places."""
        if numbers is None:
            return tf.range(tf.shape(images, tf.int64)[0])
        return tf.cast(numbers, tf.int64)

    def latents(self, numbers):
        """Draws latents, each by its integer seed: float32 `(rows, latent_dim)`."""
        prior = priors.Normal(self.latent_dim)
        return tf.map_fn(
            lambda number: latents.latents_at(prior, latents.table(number), 0, 1)[0],
            tf.cast(numbers, tf.int64),
            fn_output_signature=tf.TensorSpec((self.latent_dim,), tf.float32),
        )

    def _drawn(self, row):
        """Translates one image with dropout that follows from its seed alone."""
        image, number = row
        known = {id(weight) for weight in self.network.weights}
        states = [v for v in self.network.variables if id(v) not in known]
        seed = latents.table(number)
        drawn = [
            (state, tf.cast(seeds.fold(seed, place), state.dtype))
            for place, state in enumerate(states)
        ]
        inputs = self._inputs(image[None], number[None])
        with keras.StatelessScope(drawn):
            return tf.cast(self.network(inputs, training=False), tf.float32)[0]


def drops_at_test(network):
    """Returns whether a layer of a network drops entries outside of training, too."""
    found = network._flatten_layers()
    return any(getattr(layer, "at_test", False) and layer.rate for layer in found)


def check_image_size(image_size):
    """Returns (height, width) of images, or None, checked to be positive integers."""
    if image_size is None:
        return None
    sides = image_size if isinstance(image_size, (list, tuple)) else [image_size] * 2
    if len(sides) != 2:
        raise ValueError(
            "`image_size` must be None, an integer or (height, width). "
            f"Received: {image_size!r}"
        )
    return tuple(arguments.positive_integer("image_size", side) for side in sides)
