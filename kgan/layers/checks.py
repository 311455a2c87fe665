"""Checks of arguments and inputs, shared by layers."""


def positive(name, value):
    """Returns `value`; raises a `ValueError` unless it is above 0."""
    if not value > 0:
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
