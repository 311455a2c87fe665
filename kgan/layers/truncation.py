"""Truncation in w: styles move towards their moving mean."""

import numbers
from typing import Any

import keras
from keras import ops

from kgan.core import arguments
from kgan.core.config import Configured
from kgan.layers import checks


@keras.saving.register_keras_serializable(package="kgan")
class Truncation(Configured):
    """Repeats w for each layer of a synthesis, moved towards the mean of all.

        w′ = center + ψ (w − center)

    Samples become more typical and less diverse as ψ falls to 0; at ψ = 1 w stays bit
    by bit. In training the center follows the batch's mean with each call, center ←
    decay · center + (1 − decay) · mean w: in a `kgan.GAN` once for each update of G, or
    each of its micro-batches. (The authors' program moves it in D's updates, too, and
    in those of the path length.) Input: float32 `(batch, width)`. Output: float32
    `(batch, layers, width)`.

    Args:
        num_styles: Number of layers that take a w.
        decay: Share of the old center, in [0, 1].

    Attributes:
        center: Moving mean of w, `(width,)`, which starts at 0. Of an averaged
            generator it is that of the trained one.

    Raises:
        ValueError: If an argument is out of range, or the input has other axes.

    Example: `kgan.layers.Truncation(num_styles=8)(w, truncation=0.7, cutoff=4)`

    Source: Karras et al. (2019), A Style-Based Generator Architecture for Generative
    Adversarial Networks, appendix B.
    """

    # A moving mean already, of which the average of weights takes a copy.
    not_averaged = ("center",)

    def __init__(self, num_styles: int, decay: float = 0.995, **kwargs: Any):
        super().__init__(**{**kwargs, "dtype": "float32"})
        self.num_styles = arguments.positive_integer("num_styles", num_styles)
        self.decay = arguments.unit_interval("decay", decay)

    def build(self, input_shape):
        checks.axes(self, input_shape, "batch, width")
        self.center = self.add_weight(
            name="center", shape=input_shape[-1:], initializer="zeros", trainable=False
        )

    def call(self, inputs, truncation=1.0, cutoff=None, training=False):
        """Returns a w for each layer.

        Args:
            inputs: w, float32 `(batch, width)`.
            truncation: ψ, a float in [0, 1] or a tensor of shape `()` or `(batch,)`.
            cutoff: Number of layers, from the first on, whose w moves; None: all.
            training: Whether the center follows w.

        Raises:
            ValueError: If a number is out of range.
        """
        self._check(truncation, cutoff)
        if training:
            mean = ops.stop_gradient(ops.mean(inputs, axis=0))
            self.center.assign(mean + self.decay * (self.center - mean))
        styles = ops.repeat(inputs[:, None], self.num_styles, axis=1)
        if cutoff is None and isinstance(truncation, float) and truncation == 1.0:
            return styles
        psi = ops.reshape(ops.cast(truncation, "float32"), (-1, 1, 1))
        if cutoff is not None:
            moves = ops.arange(self.num_styles) < cutoff
            psi = ops.where(moves[None, :, None], psi, 1.0)
        center = ops.convert_to_tensor(self.center)
        return ops.where(psi < 1.0, center + psi * (styles - center), styles)

    def _check(self, truncation, cutoff):
        if isinstance(truncation, numbers.Real):
            arguments.truncation(truncation)
        if cutoff is not None:
            most = self.num_styles
            if arguments.integer("`cutoff`", cutoff, 0) > most:
                raise ValueError(
                    f"`cutoff` must be at most {most}, the number of styles. "
                    f"Received: {cutoff}"
                )

    def compute_output_shape(self, input_shape):
        return (input_shape[0], self.num_styles, input_shape[-1])
