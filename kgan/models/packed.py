"""A discriminator that judges several samples together, which shows collapse."""

import copy

import keras
import tensorflow as tf

from kgan.models.inputs import check_integer


@keras.saving.register_keras_serializable(package="kgan")
class Packed(keras.Model):
    """Lets a discriminator judge m samples at once: all real, or all generated.

    D(x₁, ..., x_m) sees how much samples differ from each other. A generator that puts
    out a part of the data, or each thing too often, gives packs that real ones do not
    look like, however good each sample is. Lin et al., "PacGAN: The Power of Two
    Samples in Generative Adversarial Networks" (2018), section 3: samples are joined
    along their last axis, which is all that changes.

    The rows i m, ..., i m + m − 1 of a batch make pack i, so that a batch of n examples
    has n / m logits. Gradient penalties are those of packs, and everything else of the
    game is as it was. There is no D(x) of a single example, so that
    `GAN.discriminate`, its export and plots of D are refused.

    Args:
        packed_network: A discriminator of data whose last axis is m times as long, a
            Functional or Sequential `keras.Model` without labels.
        samples: m, an integer of at least 2.
        name: Name of the model.

    Input: float32 data of shape `(batch, ..., channels)`, the batch a multiple of m.
    Output: what `packed_network` gives for `(batch / m, ..., m · channels)`.

    Raises:
        ValueError: If the network takes labels, or its channels are no multiple of m.

    Example:
        ```python
        network = kgan.models.mlp_discriminator((2 * 2,), hidden=(128, 128))
        gan = kgan.GAN(generator, kgan.models.Packed(network, samples=2))
        ```
    """

    def __init__(self, packed_network, samples=2, name="packed"):
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
                "`packed_network` must give logits alone: further heads tell of one "
                f"example, not of a pack. Received: {sorted(packed_network.output)}"
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
    def data_shape(self):
        """The shape of an example, as a tuple."""
        return (*self._sides, self._channels)

    @property
    def group_size(self):
        """How many examples are judged together."""
        return self.samples

    def pack(self, data):
        """Joins each `samples` consecutive examples along their last axis."""
        data = tf.reshape(data, (-1, self.samples, *self._sides, self._channels))
        axes = [0, *range(2, 2 + len(self._sides)), 1, len(self._sides) + 2]
        joined = (*self._sides, self.samples * self._channels)
        return tf.reshape(tf.transpose(data, axes), (-1, *joined))

    def call(self, data, training=False):
        """Judges a batch of examples, pack by pack."""
        return self.packed_network(self.pack(data), training=training)

    def get_config(self):
        """Returns the constructor's arguments."""
        network = keras.saving.serialize_keras_object(self.packed_network)
        arguments = {"samples": self.samples, "name": self.name}
        return {"packed_network": network, **arguments}

    @classmethod
    def from_config(cls, config, custom_objects=None):
        """Makes the model that `get_config` describes."""
        # A copy: Keras takes what it has read out of the config.
        network = keras.saving.deserialize_keras_object(
            copy.deepcopy(config["packed_network"]), custom_objects
        )
        return cls(**{**config, "packed_network": network})


def pack(build, data_shape, samples, **options):
    """Builds a discriminator, and packs it where it is to judge several samples.

    Args:
        build: Builder of a discriminator, such as `kgan.models.mlp_discriminator`.
        data_shape: Shape of an example.
        samples: How many samples are judged together; 1 for each by itself.
        **options: Further arguments of the builder.

    Returns:
        A `keras.Model`.

    Raises:
        ValueError: If packing is to go with classes.
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
