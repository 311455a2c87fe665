"""What a batch must be: shape, dtype and range of each of its named tensors."""

import dataclasses

import keras
import numpy as np
import tensorflow as tf

_TOLERANCE = 1e-3


@keras.saving.register_keras_serializable(package="kgan")
@dataclasses.dataclass(frozen=True)
class Field:
    """What one named tensor of a batch must be: `kgan.Field((28, 28, 1), low=-1.0)`.

    Attributes:
        shape: Shape of one example; None stands for any size.
        dtype: Its dtype; a tensor of the same kind (float, integer) is cast to it.
        low: The smallest value, or None.
        high: The largest value, or None.
        optional: Whether it may be missing.
    """

    shape: tuple
    dtype: str = "float32"
    low: float | None = None
    high: float | None = None
    optional: bool = False

    def get_config(self):
        return dataclasses.asdict(self) | {"shape": list(self.shape)}

    @classmethod
    def from_config(cls, config):
        return cls(**{**config, "shape": tuple(config["shape"])})


def like(batch):
    """Returns the fields of a batch as it is: shapes and dtypes, no range.

    float64 is what NumPy makes of floats by itself; networks take float32.
    """

    def field(x):
        dtype = tf.as_dtype(x.dtype)
        return Field(
            tuple(x.shape[1:]), "float32" if dtype == tf.float64 else dtype.name
        )

    return tf.nest.map_structure(field, batch)


def check(batch, fields, values=False):
    """Checks names, shapes and dtypes of a batch.

    Args:
        batch: Dictionary of arrays or tensors, batch axis first; it may be nested.
        fields: The same structure of `Field`s.
        values: Whether to check ranges too.

    Raises:
        ValueError: If a tensor is missing or unknown, or is not as its field.
    """
    found, expected = dict(_flat(batch)), dict(_flat(fields))
    needed = {name for name, field in expected.items() if not field.optional}
    if not needed <= found.keys() <= expected.keys():
        raise ValueError(
            f"A batch must have the fields {', '.join(sorted(expected))}. "
            f"Received: {', '.join(sorted(found)) or 'none'}"
        )
    for name, tensor in found.items():
        _check_one(name, tensor, expected[name])
        if values:
            _check_values(name, np.asarray(tensor), expected[name])


def cast(batch, fields):
    """Returns a batch in the dtypes of its fields, which `check` has accepted."""
    dtypes = {name: field.dtype for name, field in _flat(fields)}
    tensors = [tf.cast(tensor, dtypes[name]) for name, tensor in _flat(batch)]
    return tf.nest.pack_sequence_as(batch, tensors)


def _flat(structure, prefix=""):
    """Pairs of the dotted name and the leaf, in the order of `tf.nest.flatten`."""
    if isinstance(structure, dict):
        for key in sorted(structure):
            yield from _flat(structure[key], f"{prefix}.{key}" if prefix else str(key))
    elif isinstance(structure, (list, tuple)):
        for index, item in enumerate(structure):
            yield from _flat(item, f"{prefix}[{index}]")
    else:
        yield prefix, structure


def _check_one(name, tensor, field):
    dtype = tf.as_dtype(tensor.dtype)
    if _kind(dtype) != _kind(tf.as_dtype(field.dtype)):
        raise ValueError(
            f"The field {name!r} must be {field.dtype}. Received: {dtype.name}"
        )
    shape = tuple(tensor.shape)[1:] if tensor.shape is not None else None
    fits = shape is not None and len(shape) == len(field.shape)
    if not fits or any(
        None not in (a, b) and a != b for a, b in zip(shape, field.shape, strict=True)
    ):
        raise ValueError(
            f"The field {name!r} must have examples of shape {field.shape}. "
            f"Received: examples of shape {shape}"
        )


def _kind(dtype):
    return "float" if dtype.is_floating else "int" if dtype.is_integer else dtype.name


def _check_values(name, values, field):
    if not values.size:
        raise ValueError(f"The field {name!r} must hold examples. Received: none")
    if values.dtype.kind in "fc" and not np.isfinite(values).all():
        raise ValueError(
            f"The field {name!r} must be finite. Received: NaN or infinity"
        )
    low, high = values.min(), values.max()
    low_is_wrong = field.low is not None and low < field.low - _TOLERANCE
    if low_is_wrong or (field.high is not None and high > field.high + _TOLERANCE):
        raise ValueError(
            f"The field {name!r} must {_range(field)}. "
            f"Received: values from {low:g} to {high:g}"
        )


def _range(field):
    if field.high is None:
        return f"be at least {field.low:g}"
    if field.low is None:
        return f"be at most {field.high:g}"
    return f"lie in [{field.low:g}, {field.high:g}]"
