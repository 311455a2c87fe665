"""What every family shares: the networks' inputs and the checks of their arguments.

A generator takes `latents` or `[latents, labels]`, a discriminator `data` or
`[data, labels]`; the labels are int32 of shape `(batch,)` and go through one
`keras.layers.Embedding`, whose `input_dim` tells the number of classes.
"""

import keras
from keras import layers

from kgan.core import arguments

_POINT_RANK, _IMAGE_RANK = 1, 3


def check_integer(name, value, minimum):
    """Returns `value` as a Python integer.

    Args:
        name: The argument's name, for the message.
        value: What the user passed.
        minimum: The smallest integer that makes sense.

    Raises:
        ValueError: If `value` is no integer, or a smaller one.
    """
    return arguments.integer(f"`{name}`", value, minimum)


def check_num_classes(num_classes):
    """Returns `num_classes` as a Python integer, or None as it is.

    Raises:
        ValueError: If it is neither None nor an integer of at least 2.
    """
    if num_classes is None:
        return None
    return check_integer("num_classes", num_classes, 2)


def is_image_shape(data_shape):
    """Says whether a checked `data_shape` is an image's, not a point's."""
    return len(data_shape) == _IMAGE_RANK


def check_data_shape(data_shape):
    """Returns `(d,)` or `(height, width, channels)` as a tuple of Python integers.

    Raises:
        ValueError: If it has another number of axes, or an axis is not positive.
    """
    return _check_shape(
        "data_shape",
        data_shape,
        (_POINT_RANK, _IMAGE_RANK),
        "(d,) for points or (height, width, channels) for images",
    )


def check_image_shape(image_shape):
    """Returns `(height, width, channels)` as a tuple of Python integers.

    Raises:
        ValueError: If it has another number of axes, or an axis is not positive.
    """
    return _check_shape(
        "image_shape", image_shape, (_IMAGE_RANK,), "(height, width, channels)"
    )


def _check_shape(name, shape, ranks, expected):
    sides = tuple(shape) if isinstance(shape, (tuple, list)) else ()
    try:
        sides = tuple(check_integer(name, side, 1) for side in sides)
    except ValueError:
        sides = ()
    if len(sides) not in ranks:
        raise ValueError(
            f"`{name}` must be {expected} with positive integers. Received: {shape!r}"
        )
    return sides


def fresh_initializer(identifier):
    """Returns an initializer that shares its draws with no other layer.

    One object would fill all kernels of equal shape with the same numbers.

    Args:
        identifier: Anything that `keras.initializers.get` takes.
    """
    initializer = keras.initializers.get(identifier)
    if isinstance(initializer, keras.initializers.Initializer):
        return initializer.clone()
    return initializer


def class_embedding(num_classes, units, initializer, dtype=None):
    """Makes the labels' input and their embedding.

    Args:
        num_classes: Number of classes; labels lie in [0, num_classes).
        units: Size of an embedding.
        initializer: Of the embeddings, of shape `(num_classes, units)`.
        dtype: Dtype or policy of the layer.

    Returns:
        The symbolic labels, int32 of shape `(batch,)`, and their embeddings of shape
        `(batch, units)`.
    """
    labels = keras.Input((), dtype="int32", name="labels")
    embedding = layers.Embedding(
        num_classes,
        units,
        embeddings_initializer=initializer,
        name="class_embedding",
        dtype=dtype,
    )
    return labels, embedding(labels)


def join_one_hot(x, num_classes, dtype=None):
    """Joins features with the class, which starts as a one-hot vector and is learnt.

    One entry of 1 is all that a class may bring in. A dense embedding of N(0, 1) is the
    same in all examples of a class, so that each update of the next layer adds up along
    it, while along the latents, whose signs vary, updates cancel: by 300
    steps on MNIST the class had drowned the latents, and each class had one image.

    Args:
        x: Symbolic features of shape `(batch, units)`.
        num_classes: Number of classes.
        dtype: Dtype or policy of the layers.

    Returns:
        The symbolic labels, int32 of shape `(batch,)`, and the joined features of shape
        `(batch, units + num_classes)`.
    """
    labels, embedded = class_embedding(num_classes, num_classes, "identity", dtype)
    join = layers.Concatenate(name="join_class", dtype=dtype)
    return labels, join([x, embedded])


def latent_inputs(latent_dim, num_classes=None, dtype=None):
    """Makes a generator's inputs.

    Args:
        latent_dim: Number of latents of a sample.
        num_classes: Number of classes, or None for an unconditional generator.
        dtype: Dtype or policy of the layers.

    Returns:
        `inputs`, the symbolic `latents` or `[latents, labels]`, and `features` of
        shape `(batch, latent_dim)`, joined with one for each class if there are any.

    Raises:
        ValueError: If `latent_dim` or `num_classes` is out of its range.
    """
    latent_dim = check_integer("latent_dim", latent_dim, 1)
    num_classes = check_num_classes(num_classes)
    latents = keras.Input((latent_dim,), dtype="float32", name="latents")
    if num_classes is None:
        return latents, latents
    labels, features = join_one_hot(latents, num_classes, dtype)
    return [latents, labels], features
