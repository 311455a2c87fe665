"""The fields of data that several games take."""

from kgan.engine.fields import Field


def images(shape, called="images"):
    """Returns the `kgan.Field` of images in [−1, 1], of a shape (h, w, channels).

    `called` is what messages call them; "" is the name of the field.
    """
    return Field(
        shape,
        low=-1.0,
        high=1.0,
        called=called,
        advice="[0, 255] becomes [-1, 1] by x / 127.5 - 1, a little more than 1 by "
        "tf.clip_by_value(x, -1, 1)",
        signed="[0, 1] becomes [-1, 1] by x * 2 - 1",
    )


def classes(count):
    """Returns the `kgan.Field` of labels, integers in [0, count)."""
    return Field((), "int32", low=0, high=count - 1, called="labels")
