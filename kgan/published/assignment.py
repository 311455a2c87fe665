"""Copies published tensors into variables."""

from collections.abc import Iterable, Mapping
from typing import Any

from kgan.published.torch_tensors import Tensor
from kgan.published.unpickler import Refused


def assign(
    tensors: Mapping[str, Tensor], triples: Iterable[tuple[Any, str, Any]]
) -> dict[str, Tensor]:
    """Copies tensors into variables; returns those that no variable has taken.

    Args:
        tensors: By their names.
        triples: For each variable it, the name of its tensor, and a function
            `(values, variable)` that returns them as the variable has them.

    Raises:
        Refused: If a tensor is not there or has another shape.
    """
    left = dict(tensors)
    for variable, name, order in triples:
        tensor = left.pop(name, None)
        if tensor is None:
            raise Refused(f"networks of another architecture: there is no {name}")
        value = _ordered(order, tensor, variable)
        if value is None:
            raise Refused(
                f"networks of another architecture: {name} has another shape, "
                f"{tensor.shape[:8]}"
            )
        variable.assign(value)
    return left


def _ordered(order, tensor, variable):
    """Returns a tensor's values as a variable has them; None if they do not fit."""
    try:
        value = order(tensor.array.astype("float32"), variable)
    except ValueError:  # of axes that are not there
        return None
    return value if value.shape == tuple(variable.shape) else None
