"""A discriminator that judges several samples together, which reveals mode collapse."""

import copy
from typing import Any

import keras
from keras import ops

from kgan.core import independence
from kgan.models.inputs import check_integer


@keras.saving.register_keras_serializable(package="kgan")
class Packed(keras.Model):
    """A discriminator of packs of m samples: all real, or all generated.

    D(x₁, ..., x_m) sees how much samples differ: a generator that covers a part of the
    data, or repeats samples, makes packs unlike real ones, however good each sample is.
    Samples are joined along their last axis, which is all that changes: rows i m, ...,
    i m + m − 1 of a batch are pack i, and a batch of n examples has n / m logits.
    Gradient penalties are those of packs. There is no D(x) of a single example:
    `GAN.discriminate`, its export and plots of D raise. Input: float32 data
    `(batch, ..., channels)`, the batch a multiple of m. Output: that of
    `packed_network` for `(batch / m, ..., m · channels)`.

    Args:
        packed_network: A discriminator of data whose last axis is m times as long, a
            Functional or Sequential `keras.Model` without labels.
        samples: m, an integer of at least 2.

    Raises:
        ValueError: If the network takes labels, or its channels are no multiple of m.

    Example: `Packed(kgan.models.mlp_discriminator((2 * 2,)), samples=2)`

    Source: Lin et al. (2018), PacGAN: The Power of Two Samples in Generative
    Adversarial Networks, section 3.
    """

    def __init__(
        self, packed_network: keras.Model, samples: int = 2, name: str = "packed"
    ):
        super().__init__(name=name)
        self.samples = check_integer("samples", samples, 2)
        inputs = getattr(packed_network, "inputs", None) or ()
        if len(inputs) != 1:
            raise ValueError(
                "`packed_network` must be a Functional or Sequential discriminator of "
                "data alone: examples of a pack may be of several classes. Received: "
                f"{packed_network!r} with {len(inputs)} inputs"
            )
        if len(packed_network.outputs) != 1:
            raise ValueError(
                "`packed_network` must output logits alone: further heads describe one "
                f"example, not a pack. Received: {sorted(packed_network.output)}"
            )
        *self._sides, channels = inputs[0].shape[1:]
        if channels % self.samples:
            raise ValueError(
                "`packed_network` must take data whose last axis is a multiple of "
                f"samples={samples}. Received: a network for {inputs[0].shape[1:]}"
            )
        self._channels = channels // self.samples
        self.packed_network = packed_network
        self.built = True

    @property
    def data_shape(self) -> tuple[int, ...]:
        """Shape of an example, a tuple."""
        return (*self._sides, self._channels)

    @property
    def group_size(self) -> int:
        """Number of examples that are judged together."""
        return self.samples

    @property
    def by_example(self) -> bool:
        """Whether two batches of whole packs may be judged as one."""
        return independence.independent(self.packed_network)

    def pack(self, data: Any) -> Any:
        data = ops.reshape(data, (-1, self.samples, *self._sides, self._channels))
        axes = [0, *range(2, 2 + len(self._sides)), 1, len(self._sides) + 2]
        joined = (*self._sides, self.samples * self._channels)
        return ops.reshape(ops.transpose(data, axes), (-1, *joined))

    def call(self, data, training=False):
        return self.packed_network(self.pack(data), training=training)

    def get_config(self):
        network = keras.saving.serialize_keras_object(self.packed_network)
        arguments = {"samples": self.samples, "name": self.name}
        return {"packed_network": network, **arguments}

    @classmethod
    def from_config(cls, config, custom_objects=None):
        # A copy: Keras removes what it has read from the config.
        network = keras.saving.deserialize_keras_object(
            copy.deepcopy(config["packed_network"]), custom_objects
        )
        return cls(**{**config, "packed_network": network})


def pack(build, data_shape, samples, **options):
    """Builds a discriminator, packed if it is to judge several samples together.

    Args:
        build: Builder of a discriminator, such as `kgan.models.mlp_discriminator`.
        data_shape: Shape of an example.
        samples: Number of samples that are judged together, 1 for each by itself.
        **options: Further arguments of the builder.

    Raises:
        ValueError: If packing is to go with classes or further heads.
    """
    if check_integer("packing", samples, 1) == 1:
        return build(data_shape, **options)
    if options.get("num_classes") is not None or options.get("heads"):
        raise ValueError(
            "`packing` must be 1 where D takes classes or has further heads, which are "
            f"of one example: a pack may have several classes. Received: {samples}"
        )
    *sides, channels = data_shape
    network = build((*sides, channels * samples), **options)
    return Packed(network, samples, name=network.name)
