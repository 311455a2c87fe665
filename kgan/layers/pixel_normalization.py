"""The normalisation that keeps a generator's features from growing, pixel by pixel."""

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="kgan")
class PixelNormalization(keras.layers.Layer):
    """Gives the vector of channels at each pixel a mean square of 1.

    With C channels,

        y[b, p, c] = x[b, p, c] / √( 1/C Σ_k x[b, p, k]² + ε )

    There is nothing to learn. Placed behind the convolutions of a generator it ends the
    race in which both players' signals grow without bound; applied to latents of shape
    `(batch, latent_dim)` it puts them on a sphere of radius √latent_dim.

    It is computed in float32 whatever the compute dtype: float16 squares overflow from
    256 on.

    Args:
        epsilon: Positive number ε that is added to the mean square.
        **kwargs: Of `keras.layers.Layer`: `name`, `dtype`, `trainable`.

    Input and output: floats of shape `(batch, ..., channels)`, such as images or
    vectors.

    Raises:
        ValueError: If `epsilon` is not positive, or the input has no channels.

    Example:
        ```python
        features = kgan.layers.PixelNormalization()(keras.ops.ones((8, 4, 4, 512)))
        ```

    Source: Karras et al. (2018), Progressive Growing of GANs for Improved Quality,
    Stability, and Variation, section 4.2.
    """

    by_example = True

    def __init__(self, epsilon=1e-8, **kwargs):
        super().__init__(**kwargs)
        if not epsilon > 0:
            raise ValueError(f"`epsilon` must be positive. Received: {epsilon!r}")
        self.epsilon = epsilon

    def build(self, input_shape):
        """Refuses inputs that have no channels."""
        if len(input_shape) < 2:
            raise ValueError(
                "`PixelNormalization` takes an input of shape (batch, ..., channels). "
                f"Received: {tuple(input_shape)}"
            )

    def call(self, inputs):
        """Returns the inputs, normalised along their last axis."""
        x = ops.cast(inputs, "float32")
        mean_square = ops.mean(ops.square(x), axis=-1, keepdims=True)
        return ops.cast(x * ops.rsqrt(mean_square + self.epsilon), self.compute_dtype)

    def compute_output_shape(self, input_shape):
        """Returns `input_shape`."""
        return input_shape

    def get_config(self):
        """Returns the constructor arguments."""
        return {**super().get_config(), "epsilon": self.epsilon}
