"""The networks' inputs and the checks of their arguments, shared by all families.

A generator takes `latents` or `[latents, labels]`, a discriminator `data` or
`[data, labels]`; the labels are int32 of shape `(batch,)` and go through one
`keras.layers.Embedding`, whose `input_dim` is the number of classes.
"""

import keras
from keras import layers

from kgan.core import arguments
from kgan.core.pictures import check_channels_last

_POINT_RANK, _IMAGE_RANK = 1, 3


def check_integer(name, value, minimum):
    """Returns `value` as an int; raises a `ValueError` that names the argument."""
    return arguments.integer(f"`{name}`", value, minimum)


def check_num_classes(num_classes):
    """Returns `num_classes` if it is None or an integer of at least 2, else raises."""
    if num_classes is None:
        return None
    return check_integer("num_classes", num_classes, 2)


def check_data_shape(data_shape):
    """Returns a shape of points or images as positive integers, else raises."""
    expected = "(d,) for points or (height, width, channels) for images"
    return _check_shape("data_shape", data_shape, (_POINT_RANK, _IMAGE_RANK), expected)


def check_image_shape(image_shape):
    """Returns `(height, width, channels)` as positive integers, else raises."""
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
    if len(sides) == _IMAGE_RANK:
        check_channels_last()
    return sides


def class_embedding(num_classes, units, initializer, dtype=None):
    """Builds the input of labels, int32 `(batch,)`, and embeddings `(batch, units)`."""
    labels = keras.Input((), dtype="int32", name="labels")
    embedding = layers.Embedding(
        num_classes,
        units,
        embeddings_initializer=initializer,
        name="class_embedding",
        dtype=dtype,
    )
    return labels, embedding(labels)


def join_one_hot(inputs, x, num_classes, dtype=None):
    """Joins features `(batch, units)` with a class that starts as a one-hot vector.

    One entry of 1 is all that a class may contribute. A dense embedding of N(0, 1) is
    equal in all examples of a class, so that updates of the next layer add up along it,
    while along the latents, whose signs vary, they cancel: after 300 steps on MNIST the
    class dominated the latents, and each class had one image. Returns the inputs with
    the symbolic labels, and features of shape `(batch, units + num_classes)`; both as
    they came if `num_classes` is None.
    """
    if num_classes is None:
        return inputs, x
    labels, embedded = class_embedding(num_classes, num_classes, "identity", dtype)
    join = layers.Concatenate(name="join_class", dtype=dtype)
    return [inputs, labels], join([x, embedded])


def latent_inputs(latent_dim, num_classes=None, dtype=None):
    """Builds a generator's inputs; `num_classes` is None without classes.

    Returns the symbolic `latents` or `[latents, labels]`, and features of shape
    `(batch, latent_dim)`, joined with one for each class if there are any. Raises a
    `ValueError` if a number is out of its range.
    """
    latent_dim = check_integer("latent_dim", latent_dim, 1)
    num_classes = check_num_classes(num_classes)
    latents = keras.Input((latent_dim,), dtype="float32", name="latents")
    return join_one_hot(latents, latents, num_classes, dtype)
