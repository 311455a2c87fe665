"""The statistic that shows a discriminator how much the examples of a batch differ."""

import keras
from keras import ops

from kgan.core import arguments

# Inside the root: its two derivatives stay finite where all examples are alike.
_EPSILON = 1e-8


@keras.saving.register_keras_serializable(package="kgan")
class MinibatchStandardDeviation(keras.layers.Layer):
    """Appends how far the examples of a group differ, as channels of one value each.

    A discriminator that sees one example at a time cannot tell a generator that gives
    the same few samples again. With s the standard deviation over a group G of N
    examples, at each position p and channel c,

        s[p, c] = √( 1/N Σ_{i ∈ G} (x[i, p, c] − mean_G x[p, c])² + 10⁻⁸ )

    the channels are split into `num_channels` runs of neighbours, and the mean of s
    over all positions and the channels of a run becomes one new channel, the same at
    all positions of all examples of the group.

    A group is `group_size` rows in succession: rows 0 to N − 1, rows N to 2N − 1, and
    so on. So replicas whose own batch is a multiple of `group_size` see the groups that
    one replica would see. A batch smaller than `group_size` is one group; of a larger
    one `group_size` must be a divisor.

    It is computed in float32 whatever the compute dtype.

    Args:
        group_size: Integer, the number of examples N of a group, or None: the whole
            batch.
        num_channels: Integer, the number of channels appended. It must divide the
            number of channels of the input.
        **kwargs: Of `keras.layers.Layer`: `name`, `dtype`, `trainable`.

    Input: floats of shape `(batch, ..., channels)`, such as images or vectors. Output:
    floats of shape `(batch, ..., channels + num_channels)`.

    Raises:
        ValueError: If an argument is no positive integer, `num_channels` does not
            divide the channels, or a batch of known size is larger than `group_size`
            and no multiple of it. Where a graph does not know the size, the reshape
            into groups fails instead: "requires a multiple of".

    Example:
        ```python
        layer = kgan.layers.MinibatchStandardDeviation(group_size=4)
        layer(keras.ops.ones((8, 4, 4, 512)))  # shape (8, 4, 4, 513)
        ```

    Source: Karras et al. (2018), Progressive Growing of GANs for Improved Quality,
    Stability, and Variation, section 3; the groups are those of the authors' code for
    StyleGAN (2019), which takes their rows at equal distances.
    """

    def __init__(self, group_size=4, num_channels=1, **kwargs):
        super().__init__(**kwargs)
        if group_size is not None:
            group_size = arguments.positive_integer("group_size", group_size)
        self.group_size = group_size
        self.num_channels = arguments.positive_integer("num_channels", num_channels)

    def build(self, input_shape):
        """Refuses inputs that have no channels, or not a multiple of `num_channels`."""
        if len(input_shape) < 2 or input_shape[-1] % self.num_channels:
            raise ValueError(
                "`MinibatchStandardDeviation` takes an input of shape (batch, ..., "
                f"channels) whose channels are a multiple of {self.num_channels}, its "
                f"`num_channels`. Received: {tuple(input_shape)}"
            )

    def call(self, inputs):
        """Returns the inputs with the statistic of their group appended."""
        rows, *positions, channels = ops.shape(inputs)
        # One axis each: groups, members, positions ..., runs, channels of a run.
        grouped = ops.reshape(
            ops.cast(inputs, "float32"),
            (
                *self._groups(rows),
                *positions,
                self.num_channels,
                channels // self.num_channels,
            ),
        )
        deviation = ops.sqrt(ops.var(grouped, axis=1, keepdims=True) + _EPSILON)
        axes = (*range(2, grouped.ndim - 2), -1)
        statistic = ops.mean(deviation, axis=axes, keepdims=True)[..., 0]
        spread = ops.broadcast_to(statistic, ops.shape(grouped)[:-1])
        spread = ops.reshape(spread, (rows, *positions, self.num_channels))
        return ops.concatenate([inputs, ops.cast(spread, inputs.dtype)], axis=-1)

    def _groups(self, rows):
        """Gives the numbers of groups, −1 for all there are, and of their members."""
        if self.group_size is None:
            return 1, rows
        if not isinstance(rows, int):
            return -1, ops.minimum(self.group_size, rows)
        if rows > self.group_size and rows % self.group_size:
            raise ValueError(
                f"The batch must be a multiple of `group_size`, {self.group_size}, or "
                f"smaller. Received: a batch of {rows} examples"
            )
        return -1, min(self.group_size, rows)

    def compute_output_shape(self, input_shape):
        """Returns `(batch, ..., channels + num_channels)`."""
        return (*input_shape[:-1], input_shape[-1] + self.num_channels)

    def get_config(self):
        """Returns the constructor arguments."""
        return {
            **super().get_config(),
            "group_size": self.group_size,
            "num_channels": self.num_channels,
        }
