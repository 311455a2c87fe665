"""The fields of data that several games take."""

from kgan.engine.fields import Field
from kgan.engine.fields import images as images


def classes(count):
    """Returns the `kgan.Field` of labels, integers in [0, count)."""
    return Field((), "int32", low=0, high=count - 1, called="labels")
