"""Standard deviations over groups of a batch, as further channels."""

from typing import Any

import keras
from keras import ops

from kgan.core import arguments, registry
from kgan.core.config import Configured

# Inside the root: its two derivatives stay finite where all examples are alike.
_EPSILON = 1e-8
_GROUPINGS = ("successive", "strided")


@keras.saving.register_keras_serializable(package="kgan")
class MinibatchStandardDeviation(Configured):
    """Appends the standard deviation over a group of examples as constant channels.

        s[p, c] = √( 1/N Σ_{i ∈ G} (x[i, p, c] − mean_G x[p, c])² + 10⁻⁸ )

    for a group G of N examples, at each position p and channel c, in float32. The
    channels are split into `num_channels` runs of neighbours; the mean of s over all
    positions and the channels of a run is one new channel, the same for the group. It
    reveals a generator that repeats few samples. A smaller batch than `group_size` is
    one group. Input: floats `(batch, ..., channels)`. Output: floats
    `(batch, ..., channels + num_channels)`.

    Args:
        group_size: Number of examples N of a group. None: the whole batch.
        num_channels: Number of channels appended, a divisor of the input's channels.
        grouping: "successive": a group is N successive rows, so that replicas whose own
            batch is a multiple of N see the groups that one replica would see, and one
            pass over real and generated examples is as good as two. "strided": rows at
            equal distances, i, i + batch / N, ..., as in the authors' programs from
            StyleGAN (2019) on, whose networks give other logits otherwise.

    Raises:
        ValueError: If an argument is no positive integer, `num_channels` does not
            divide the channels, or a batch of known size is larger than `group_size`
            and no multiple of it; with an unknown size, the reshape fails in the graph.

    Example: `MinibatchStandardDeviation()(keras.ops.ones((8, 4, 4, 512)))`

    Source: Karras et al. (2018), Progressive Growing of GANs for Improved Quality,
    Stability, and Variation, section 3.
    """

    def __init__(
        self,
        group_size: int | None = 4,
        num_channels: int = 1,
        grouping: str = "successive",
        **kwargs: Any,
    ):
        super().__init__(**kwargs)
        registry.check_known("`grouping` must be one of", grouping, _GROUPINGS)
        self.grouping = grouping
        if group_size is not None:
            group_size = arguments.positive_integer("group_size", group_size)
        self.group_size = group_size
        self.num_channels = arguments.positive_integer("num_channels", num_channels)

    @property
    def rows_together(self) -> int | None:
        """Number of successive rows of a group; None: groups follow from the batch."""
        return self.group_size if self.grouping == "successive" else None

    def build(self, input_shape):
        if len(input_shape) < 2 or input_shape[-1] % self.num_channels:
            raise ValueError(
                "`MinibatchStandardDeviation` takes an input of shape (batch, ..., "
                f"channels) whose channels are a multiple of {self.num_channels}, its "
                f"`num_channels`. Received: {tuple(input_shape)}"
            )

    def call(self, inputs):
        rows, *positions, channels = ops.shape(inputs)
        # One axis each: groups, members, positions ..., runs, channels of a run; of
        # strided groups the first two in turn.
        runs = self.num_channels, channels // self.num_channels
        groups, strided = self._groups(rows), self.grouping == "strided"
        groups = groups[::-1] if strided else groups
        grouped = ops.reshape(ops.cast(inputs, "float32"), (*groups, *positions, *runs))
        members = 0 if strided else 1
        deviation = ops.sqrt(ops.var(grouped, axis=members, keepdims=True) + _EPSILON)
        axes = (*range(2, grouped.ndim - 2), -1)
        statistic = ops.mean(deviation, axis=axes, keepdims=True)[..., 0]
        spread = ops.broadcast_to(statistic, ops.shape(grouped)[:-1])
        spread = ops.reshape(spread, (rows, *positions, self.num_channels))
        return ops.concatenate([inputs, ops.cast(spread, inputs.dtype)], axis=-1)

    def _groups(self, rows):
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
        return (*input_shape[:-1], input_shape[-1] + self.num_channels)
