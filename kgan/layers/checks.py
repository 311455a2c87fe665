"""Checks of arguments and inputs, shared by layers."""

from kgan.core import arguments, registry, schedules


def positive(name, value):
    """Returns `value`; raises a `ValueError` unless it is a number above 0."""
    if not schedules.is_number(value) or not value > 0:
        raise ValueError(f"`{name}` must be positive. Received: {value!r}")
    return value


def axes(layer, input_shape, expected):
    """Raises a `ValueError` unless a layer's input has the axes of `expected`.

    `expected` is like "batch, features"; dots, as in "batch, ..., channels", stand for
    any number of axes.
    """
    names = expected.split(", ")
    fewest = len(names) - ("..." in names)
    if len(input_shape) < fewest or ("..." not in names and len(input_shape) > fewest):
        raise ValueError(
            f"`{type(layer).__name__}` takes an input of shape ({expected}). "
            f"Received: {tuple(input_shape)}"
        )


def optional(name, value, known):
    """Returns `value`; raises a `ValueError` unless it is None or one of `known`."""
    if value is not None:
        registry.check_known(f"`{name}` must be None or one of", value, known)
    return value


def kernel_size(size, resampling):
    """Returns the side of a kernel; raises a `ValueError` unless it fits.

    It is odd, 3 where `resampling` is "up", and 1 or 3 where it is "down".
    """
    arguments.positive_integer("kernel_size", size)
    optional("resampling", resampling, ("up", "down"))
    known = {"up": (3,), "down": (1, 3)}.get(resampling, (size | 1,))
    if size not in known:
        expected = " or ".join(map(str, known)) if resampling else "odd"
        raise ValueError(
            f"`kernel_size` must be {expected} with resampling={resampling!r}. "
            f"Received: {size}"
        )
    return size
