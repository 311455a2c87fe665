"""The condition of a GAN: what its networks take besides latents and data."""

import keras
import numpy as np
import tensorflow as tf

from kgan.engine import fields
from kgan.games import gan_checks, network_checks
from kgan.losses.input_gradients import joined


class Conditions:
    """The condition that generator and discriminator take.

    It is an integer class, or any structure of tensors: a vector, attributes, an
    image, token ids. It is the second input of Functional networks; for others it is
    given.

    Args:
        generator: G.
        discriminator: D.
        num_classes: Number of classes, where no layer has it, or None.
        given: A nest of `kgan.Field` for networks without symbolic inputs, or None.
        latents: Whether G takes latents before the condition.

    Attributes:
        fields: A nest of `kgan.Field`; None for classes and without a condition.
        num_classes: Number of classes that both take, or None.
        generator_takes: Whether G takes a condition.
        discriminator_takes: Whether D takes one.
    """

    def __init__(self, generator, discriminator, num_classes, given, latents=True):
        own = _second_input(generator, latents)
        theirs = _second_input(discriminator, True)
        self.given = given
        self.fields = given or _structured(own) or _structured(theirs)
        inputs = network_checks.nested_inputs(generator)
        # G may take the parts of a condition beside its latents, in one list.
        self._spread = latents and isinstance(inputs, (list, tuple)) and len(inputs) > 2
        self._latent_shape = _latent_shape(generator) if latents else None
        self.num_classes = None
        if self.fields is None:
            self.num_classes = network_checks.num_classes(
                generator, discriminator, num_classes, latents
            )
            self.generator_takes = self.num_classes is not None
            self.discriminator_takes = network_checks.is_conditional(
                discriminator, self.num_classes
            )
            return
        if num_classes is not None:
            raise ValueError(
                "`num_classes` must be None where the condition is no integer class. "
                f"Received: {num_classes!r} with a condition of {_words(self.fields)}"
            )
        self.generator_takes = own is not None or not _tells(generator)
        self.discriminator_takes = theirs is not None or not _tells(discriminator)

    def generator_inputs(self, latents, condition):
        """Returns G's inputs: latents in its shape, and the condition, if any."""
        condition = condition if self.generator_takes else None
        if latents is None:
            return condition
        if self._latent_shape is not None:
            latents = tf.reshape(latents, (-1, *self._latent_shape))
        if condition is not None and self._spread:
            return [latents, *condition]
        return joined(latents, condition)

    def shaped(self, inputs):
        """Returns G's inputs with the latents, flat or not, in the shape of G's."""
        if self._latent_shape is None:
            return inputs
        several = isinstance(inputs, (list, tuple))
        latents, *rest = inputs if several else [inputs]
        latents = keras.ops.reshape(latents, (-1, *self._latent_shape))
        return [latents, *rest] if several else latents

    def rows(self, condition, count):
        """Returns a structured condition, checked: a row for each of `count` rows."""
        if condition is None:
            raise ValueError(
                f"A condition must be given for each sample: {_words(self.fields)}. "
                "Received: none"
            )
        self.check(condition, count)
        return tf.nest.map_structure(np.asarray, self.cast(condition))

    def example(self):
        """Returns the condition of one example, zeros, or None."""
        if self.num_classes is not None:
            return tf.zeros((1,), tf.int32)
        if self.fields is None:
            return None
        return tf.nest.map_structure(
            lambda f: tf.zeros((1, *(size or 1 for size in f.shape)), f.dtype),
            self.fields,
        )

    def check(self, condition, rows):
        """Checks the values of a structured condition."""
        if condition is not None and isinstance(self.fields, fields.Field):
            condition = np.asarray(condition)  # of a list, or of one class
        _check_kind(condition, self.fields)
        arrays = tf.nest.map_structure(np.asarray, condition)
        named, expected = {"condition": arrays}, {"condition": self.fields}
        fields.check(named, expected)
        fields.check_values(named, expected)
        for array in tf.nest.flatten(arrays):
            if len(array) != rows:
                raise ValueError(
                    f"The condition must have a row for each of {rows} examples. "
                    f"Received: {len(array)} rows"
                )

    def cast(self, condition):
        """Returns a structured condition in the dtypes of its fields."""
        _check_kind(condition, self.fields)
        named, expected = {"condition": condition}, {"condition": self.fields}
        fields.check(named, expected)
        return fields.cast(named, expected)["condition"]


def data_classes(conditions, terms, heads, prior):
    """Returns the number of classes with which data must come, or None."""
    found = gan_checks.label_classes(conditions.num_classes, terms, heads, prior)
    gan_checks.labels_are_used(
        conditions.generator_takes, conditions.discriminator_takes, terms
    )
    return found


def _latent_shape(generator):
    """Returns the shape in which G takes a latent, None where it is flat or unknown."""
    inputs = getattr(generator, "inputs", None)
    shape = tuple(inputs[0].shape)[1:] if inputs else ()
    return shape if len(shape) > 1 else None


def _tells(network):
    return bool(getattr(network, "inputs", None))


def _second_input(network, first):
    """Returns the symbolic condition that a Functional network takes, or None."""
    inputs = network_checks.nested_inputs(network)
    if inputs is None or not first:
        return inputs
    if not isinstance(inputs, (list, tuple)) or len(inputs) < 2:
        return None
    return inputs[1] if len(inputs) == 2 else list(inputs[1:])


def _structured(inputs):
    """Returns the fields of a condition; None for an integer class."""
    if inputs is None:
        return None
    if hasattr(inputs, "shape") and _is_class(inputs.shape[1:], inputs.dtype):
        return None
    return keras.tree.map_structure(
        lambda x: fields.Field(tuple(x.shape[1:]), x.dtype), inputs
    )


def _is_class(shape, dtype):
    return tuple(shape) in ((), (1,)) and tf.as_dtype(dtype).is_integer


def _check_kind(condition, expected):
    """Checks for usual mistakes: no condition, or classes instead of vectors."""
    if condition is None:
        raise ValueError(
            "A GAN whose networks are told a condition must be given (data, "
            f"condition), with a condition of {_words(expected)}. Received: data alone"
        )
    wanted = tf.nest.flatten(expected)
    flat = tf.nest.flatten(condition)
    if len(flat) == len(wanted) == 1:
        shape, dtype = flat[0].shape[1:], flat[0].dtype
        vector = len(wanted[0].shape) == 1 and "float" in wanted[0].dtype
        if vector and _is_class(shape, dtype):
            raise ValueError(
                f"The condition must be vectors of {wanted[0].shape[0]} floats. "
                "Received: integers; classes become one-hot vectors by "
                "keras.ops.one_hot(labels, num_classes)"
            )


def _words(structure):
    return ", ".join(f"{f.dtype} {f.shape}" for f in tf.nest.flatten(structure))
