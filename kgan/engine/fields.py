"""What a batch must be: shape, dtype and range of each of its named tensors."""

import dataclasses
from typing import Any

import keras
import numpy as np
import tensorflow as tf

_TOLERANCE = 1e-3
# Batches in which images must have values of both signs.
FIRST = 8


@keras.saving.register_keras_serializable(package="kgan")
@dataclasses.dataclass(frozen=True)
class Field:
    """What one named tensor of a batch must be: `kgan.Field((28, 28, 1), low=-1.0)`.

    Attributes:
        shape: Shape of one example; None stands for any size.
        dtype: Its dtype; a tensor of the same kind (float, integer) is cast to it.
        low: The smallest value, or None. Floats must be finite whatever it is.
        high: The largest value, or None.
        optional: Whether it may be missing.
        called: What messages call the values, as in "images"; by default "The field"
            and its name.
        advice: How values out of range are usually mended, for messages, or "".
        signed: How to mend data of which no value of the first batches is below 0, for
            an error then; "" where such data are fine.
    """

    shape: tuple
    dtype: str = "float32"
    low: float | None = None
    high: float | None = None
    optional: bool = False
    called: str = ""
    advice: str = ""
    signed: str = ""

    def get_config(self) -> dict:
        config = dataclasses.asdict(self) | {"shape": list(self.shape)}
        # Files of before know no words: those that are not given are left out.
        words = ("called", "advice", "signed")
        return {k: v for k, v in config.items() if v or k not in words}

    @classmethod
    def from_config(cls, config):
        return cls(**{**config, "shape": tuple(config["shape"])})

    @property
    def bounds(self) -> Any:
        """The smallest and the largest value, None where there is none.

        Floats may pass them by what rounding does to an image.
        """
        slack = _TOLERANCE if _kind(tf.as_dtype(self.dtype)) == "float" else 0
        low = None if self.low is None else self.low - slack
        high = None if self.high is None else self.high + slack
        return low, high


def images(shape, called="images"):
    """Returns the `Field` of images in [−1, 1], of a shape (height, width, channels).

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


def check(batch, fields):
    """Checks names, shapes and dtypes of a batch.

    Args:
        batch: Dictionary of arrays or tensors, batch axis first; it may be nested.
        fields: The same structure of `Field`s.

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
        _check_one(_called(name, expected[name]), tensor, expected[name])


def check_values(batch, fields, first=0):
    """Checks values and rows of a batch that `check` has accepted.

    Args:
        batch: As in `check`.
        fields: As in `check`.
        first: Number of the first example, for messages.

    Raises:
        ValueError: If there are no examples, tensors differ in their number, floats
            are not finite, or values are out of their range.
    """
    found, expected = dict(_flat(batch)), dict(_flat(fields))
    rows = {name: len(tensor) for name, tensor in found.items()}
    if len(set(rows.values())) > 1:
        told = ", ".join(f"{count} of {name}" for name, count in rows.items())
        raise ValueError(
            f"A batch must have one row of each field for each example. "
            f"Received: {told}"
        )
    for name, tensor in found.items():
        field = expected[name]
        _check_values(_called(name, field), np.asarray(tensor), field, first)


def are_right(batch, fields, may_be_empty=False):
    """Returns whether a batch is as `check_values` wants it, a boolean tensor.

    Args:
        batch: As in `check`.
        fields: As in `check`.
        may_be_empty: Whether there may be no rows, as on a replica of a short batch.
    """
    expected = dict(_flat(fields))
    pairs = [(tensor, expected[name]) for name, tensor in _flat(batch)]
    if not pairs:
        return tf.constant(True)
    verdicts = [each for tensor, field in pairs for each in _verdicts(tensor, field)]
    rows = tf.stack([tf.shape(tensor)[0] for tensor, _ in pairs])
    verdicts.append(tf.reduce_all(rows == rows[0]))
    if not may_be_empty:
        verdicts.append(rows[0] > 0)
    return tf.reduce_all(tf.stack(verdicts))


def check_signs(batches, fields):
    """Checks that fields which must have values below 0 have some in the first batches.

    It stops at the batch that settles it.

    Args:
        batches: Iterable of batches, as in `check`.
        fields: As in `check`.

    Raises:
        ValueError: If a field with `signed` has none.
    """
    waiting = {name: field for name, field in _flat(fields) if field.signed}
    count, high = 0, dict.fromkeys(waiting, 0.0)
    for batch in batches if waiting else ():
        count += 1
        found = {n: np.asarray(x) for n, x in _flat(batch) if n in waiting}
        waiting = {n: waiting[n] for n, x in found.items() if x.min() >= 0}
        if not waiting:
            return
        high = {n: max(high[n], found[n].max()) for n in waiting}
    if waiting:
        name, field = next(iter(waiting.items()))
        raise ValueError(
            f"{_called(name, field)} must have values below 0. Received: none in the "
            f"first {count} batches, whose values reach {high[name]:g}; {field.signed}"
        )


def cast(batch, fields):
    """Returns a batch in dtypes and shapes of its fields, which `check` has accepted.

    What Python functions in a pipeline return has no shape that a graph knows.
    """
    expected = dict(_flat(fields))

    def as_field(tensor, field):
        tensor = tf.ensure_shape(tensor, (None, *field.shape))
        return tf.cast(tensor, field.dtype)

    tensors = [as_field(tensor, expected[name]) for name, tensor in _flat(batch)]
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


def _called(name, field):
    return field.called or f"The field {name!r}"


def _check_one(called, tensor, field):
    dtype = tf.as_dtype(tensor.dtype)
    if _kind(dtype) != _kind(tf.as_dtype(field.dtype)):
        raise ValueError(f"{called} must be {field.dtype}. Received: {dtype.name}")
    check_shape(called, tf.TensorShape(tensor.shape), field.shape)


def check_shape(called, shape, expected, source=""):
    """Checks the shape of a batch against that of an example.

    Args:
        called: What the message calls the values.
        shape: A `tf.TensorShape` of the batch; one of unknown rank fits.
        expected: Shape of one example, a tuple in which None stands for any size.
        source: Where that shape comes from, for the message, as in ", as ... gives".

    Raises:
        ValueError: If they differ.
    """
    if shape[1:].is_compatible_with(expected):
        return
    received = f"examples of shape {tuple(shape)[1:]}"
    if expected and None not in expected and shape.is_compatible_with(expected):
        received = (
            f"one of shape {tuple(shape)} without a batch axis: batch the data, as in "
            "dataset.batch(64)"
        )
    raise ValueError(
        f"{called} must have examples of shape {tuple(expected)}{source}. "
        f"Received: {received}"
    )


def _kind(dtype):
    return "float" if dtype.is_floating else "int" if dtype.is_integer else dtype.name


def _verdicts(tensor, field):
    """Returns for a tensor whether its values are right, up to two boolean tensors."""
    # As it will be: a large float64 is infinite in float32. Integers in the widest
    # dtype, where bounds have room.
    dtype = tf.as_dtype(field.dtype)
    tensor = tf.cast(tensor, tf.int64 if dtype.is_integer else dtype)
    low, high = field.bounds
    # A comparison with NaN is false.
    if low is not None:
        yield tf.reduce_all(tensor >= tf.cast(low, tensor.dtype))
    if high is not None:
        yield tf.reduce_all(tensor <= tf.cast(high, tensor.dtype))
    if tensor.dtype.is_floating and None in (low, high):
        yield tf.reduce_all(tf.math.is_finite(tensor))


def _check_values(called, values, field, first):
    if not values.size:
        raise ValueError(f"{called} must hold examples. Received: none")
    low, high = field.bounds
    if tf.as_dtype(field.dtype).is_floating:
        with np.errstate(over="ignore"):
            values = values.astype(np.float32, copy=False)
    if _is_within(values, low, high):
        return
    if values.dtype.kind == "f":
        _refuse(called, values, ~np.isfinite(values), "be finite", first)
    outside = [] if low is None else [values < low]
    outside += [] if high is None else [values > high]
    for wrong in outside:
        _refuse(called, values, wrong, _range(field), first, field.advice)


def _is_within(values, low, high):
    """Returns whether all is right, without an array as large as the values."""
    if values.dtype.kind not in "fiu":
        return True
    smallest, largest = values.min(), values.max()  # NaN if any is
    above = smallest >= low if low is not None else smallest > -np.inf
    below = largest <= high if high is not None else largest < np.inf
    return bool(above and below)


def _refuse(called, values, wrong, expected, first, advice=""):
    """Raises for the first example that is wrong, if there is one."""
    if not wrong.any():
        return
    rows = wrong.reshape(len(wrong), -1).any(axis=1)
    row = int(rows.argmax())
    value = values[row][wrong[row]].ravel()[0]
    spread = f" among values from {values.min():g} to {values.max():g}"
    raise ValueError(
        f"{called} must {expected}. Received: {value:g} in example {first + row}"
        f"{spread if np.isfinite(values).all() else ''}"
        f"{f'; {advice}' if advice else ''}"
    )


def _range(field):
    if field.high is None:
        return f"be at least {field.low:g}"
    if field.low is None:
        return f"be at most {field.high:g}"
    if _kind(tf.as_dtype(field.dtype)) == "int":
        return f"lie in [{field.low:g}, {field.high + 1:g})"
    return f"lie in [{field.low:g}, {field.high:g}]"
