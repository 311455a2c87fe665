"""A network that sees a fixed reference batch before each batch."""

import copy
from typing import Any

import keras
import numpy as np
from keras import ops

from kgan.layers.virtual_batch_normalization import VirtualBatchNormalization


@keras.saving.register_keras_serializable(package="kgan")
class Prepend(keras.layers.Layer):
    """Prepends fixed rows, a weight that is neither trained nor cast, to its input.

    Input: `(batch, ...)` in the dtype of the rows. Output: `(rows + batch, ...)`, as in
    `Prepend([[0.0, 1.0]])(keras.ops.ones((4, 2)))` of shape `(5, 2)`.

    Args:
        reference: Array of floats (kept as float32) or integers (int32), rows first.
        name: Name of the layer.
    """

    def __init__(self, reference, name=None):
        super().__init__(name=name, dtype="float32")
        self.reference = np.asarray(reference)
        self.rows = self.add_weight(
            name="rows",
            shape=self.reference.shape,
            dtype="float32" if self.reference.dtype.kind == "f" else "int32",
            initializer=lambda shape, dtype: ops.cast(self.reference, dtype),
            trainable=False,
        )
        self.built = True

    def call(self, inputs):
        return ops.concatenate([ops.cast(self.rows, inputs.dtype), inputs])

    def compute_output_shape(self, input_shape):
        batch = None if input_shape[0] is None else input_shape[0] + len(self.reference)
        return (batch, *input_shape[1:])

    def get_config(self):
        return {"name": self.name, "reference": self.reference.tolist()}


@keras.saving.register_keras_serializable(package="kgan")
class WithReference(keras.Model):
    """A network that is called on a reference batch and the batch: y = N([r, x])[n:].

    A network with `kgan.layers.VirtualBatchNormalization` can so be used like any
    other. The n reference rows r are a non-trainable weight, saved with the model and,
    as a list, in its config; each call costs as much as n more examples.

    Args:
        network: A `keras.Model` or a layer from one tensor to one tensor with as many
            rows; with `labels`, from `[data, labels]`.
        reference: Array of floats or a nested list, of shape `(n, ...)`: latents for a
            generator, real data for a discriminator. Kept as float32.
        labels: Integers `(n,)`, the reference's classes, for a network with labels.
        name: Name of the model. Default: that of the network and `_with_reference`.

    Raises:
        ValueError: If the network has several outputs or judges packs, the reference
            is no batch of finite numbers, labels are not one integer for each of its
            rows, or a `VirtualBatchNormalization` of the network has another
            `reference_size`.

    Example: `WithReference(generator, kgan.priors.Normal(64).sample(32, seed))`

    Source: Salimans et al. (2016), Improved Techniques for Training GANs, section 3.4.
    """

    def __init__(
        self,
        network: keras.Model,
        reference: Any,
        labels: Any = None,
        name: str | None = None,
    ):
        reference = _checked_reference(reference)
        count = len(reference)
        _check_sizes(network, count)
        data = keras.Input(reference.shape[1:], name="data")
        inputs, joined = data, Prepend(reference, name="reference")(data)
        if labels is not None:
            labels = _checked_labels(labels, count)
            given = keras.Input((), dtype="int32", name="labels")
            inputs = [data, given]
            joined = [joined, Prepend(labels, name="reference_labels")(given)]
        outputs = _single(network, network(joined))[count:, ...]
        name = name or f"{network.name}_with_reference"
        super().__init__(inputs, outputs, name=name)
        self.network = network
        self.reference = reference
        self.labels = labels

    def get_config(self):
        return {
            "network": keras.saving.serialize_keras_object(self.network),
            "reference": self.reference.tolist(),
            "labels": None if self.labels is None else self.labels.tolist(),
            "name": self.name,
        }

    @classmethod
    def from_config(cls, config, custom_objects=None):
        # A copy: Keras modifies the config of a network that it creates.
        network = keras.saving.deserialize_keras_object(
            copy.deepcopy(config["network"]), custom_objects
        )
        return cls(**config | {"network": network})


def _single(network, outputs):
    several = isinstance(outputs, (dict, list, tuple))
    if several or hasattr(network, "packed_network"):
        raise ValueError(
            "`network` must have one output, with a row for each of its input: no "
            "further heads, and no packs. Packs of a network with a reference are "
            f"Packed(WithReference(network, packs), m). Received: {network.name!r}"
        )
    return outputs


def _checked_reference(reference):
    reference = np.asarray(reference, "float32")
    if reference.ndim < 2 or not reference.size or not np.isfinite(reference).all():
        raise ValueError(
            "`reference` must be a batch of finite numbers, of shape (rows, ...). "
            f"Received: an array of shape {reference.shape}"
        )
    return reference


def _checked_labels(labels, count):
    labels = np.asarray(labels)
    if labels.shape != (count,) or labels.dtype.kind not in "iu":
        raise ValueError(
            f"`labels` must be one integer for each of the {count} rows of "
            f"`reference`. Received: {labels.dtype} of shape {labels.shape}"
        )
    return labels.astype("int32")


def _check_sizes(network, count):
    for layer in getattr(network, "layers", ()):
        _check_sizes(layer, count)
    is_virtual = isinstance(network, VirtualBatchNormalization)
    if is_virtual and network.reference_size != count:
        raise ValueError(
            f"`reference` must have {network.reference_size} rows, the "
            f"`reference_size` of the layer {network.name!r}. Received: {count} rows"
        )
