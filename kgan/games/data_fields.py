"""The fields of data that several games take."""

from kgan.core.pictures import is_picture
from kgan.engine.fields import Field
from kgan.engine.fields import images as images


def of_shape(shape, **options):
    """Returns the `kgan.Field` of pictures in [−1, 1], of other data any values'."""
    return images(shape, **options) if is_picture(shape) else Field(shape)


def of_source(shape):
    """Returns the `kgan.Field` of what is translated, which may be a mask in [0, 1]."""
    return Field(shape, low=-1.0, high=1.0) if is_picture(shape) else Field(shape)


def classes(count):
    """Returns the `kgan.Field` of labels, integers in [0, count)."""
    return Field((), "int32", low=0, high=count - 1, called="labels")
