"""Spectral normalisation of a layer's kernel."""

from typing import Any

import keras
from keras import layers, ops

from kgan.core import arguments
from kgan.layers import checks

# Their kernels are (..., out, in); all others end with the outputs.
_TRANSPOSED = (layers.Conv1DTranspose, layers.Conv2DTranspose, layers.Conv3DTranspose)
_WRAPPED = (
    *(layers.Dense, layers.Embedding),
    *(layers.Conv1D, layers.Conv2D, layers.Conv3D),
    *_TRANSPOSED,
)


@keras.saving.register_keras_serializable(package="kgan")
class SpectralNormalization(keras.layers.Wrapper):
    """Wrapper that calls a layer with W / σ(W) in place of its kernel W.

    σ(W) is the largest singular value of the kernel as a matrix (out, rest), which
    bounds the layer's Lipschitz constant. Each call runs `iterations` steps of the
    power method from a stored unit vector u,

        v = Wᵀ u / ‖Wᵀ u‖,  u = W v / ‖W v‖,  and then  σ = uᵀ W v

    Kernels change little in an update, so one iteration per call follows them. Training
    and inference divide by the same σ; only training stores the new u, a non-trainable
    weight, float32 of shape `(out,)`. The gradient passes through σ, with u and v as
    constants: ∂σ/∂W = u vᵀ. The kernel's variable keeps W itself, for optimizers,
    regularizer and constraint, where `keras.layers.SpectralNormalization` overwrites it
    by W / σ in the forward pass and loses the gradient through σ. All this is float32
    whatever the layer's dtype. A kernel of zeros, without direction, stays as it is.

    Args:
        layer: A `Dense`, `Embedding`, `Conv1D`, `Conv2D`, `Conv3D` or the transpose of
            one of the three. Not a depthwise convolution: its filters do not share
            inputs, so that their common matrix is not the map's.
        iterations: Positive integer, the steps of the power method in a call.
        epsilon: Positive number, the norm below which a vector counts as zero.
        **kwargs: Of `keras.layers.Layer`; `dtype` can only be the wrapped layer's.

    Raises:
        ValueError: If an argument is not one of these.

    Example: `SpectralNormalization(keras.layers.Conv2D(64, 3))(x, training=True)`

    Source: Miyato et al. (2018), Spectral Normalization for Generative Adversarial
    Networks, sections 2.1 to 2.3 and appendix A, algorithm 1.
    """

    def __init__(
        self, layer: Any, iterations: int = 1, epsilon: float = 1e-12, **kwargs: Any
    ):
        if not isinstance(layer, _WRAPPED):
            known = ", ".join(kind.__name__ for kind in _WRAPPED)
            raise ValueError(f"`layer` must be one of {known}. Received: {layer!r}")
        dtype = keras.dtype_policies.get(kwargs.pop("dtype", layer.dtype_policy))
        if dtype != layer.dtype_policy:
            raise ValueError(
                f"`dtype` must be the wrapped layer's, {layer.dtype_policy.name}. "
                f"Received: {dtype.name}"
            )
        # float32 without autocast: under a mixed policy a variable read in here would
        # come in half precision.
        super().__init__(layer, dtype="float32", autocast=False, **kwargs)
        self.iterations = arguments.positive_integer("iterations", iterations)
        self.epsilon = checks.positive("epsilon", epsilon)

    def build(self, input_shape=None):
        super().build(input_shape)
        out = self._kernel.shape[-2 if isinstance(self.layer, _TRANSPOSED) else -1]
        self.u = self.add_weight(
            name="u",
            shape=(out,),
            initializer=_random_direction,
            trainable=False,
            # It follows from the kernel alone, and so is the same on all replicas.
            aggregation="only_first_replica",
        )

    @property
    def _kernel(self):
        if isinstance(self.layer, layers.Embedding):
            return self.layer.embeddings
        return self.layer.kernel

    def call(self, inputs, training=False):
        kernel = ops.convert_to_tensor(self._kernel)
        sigma, u = self._largest_singular_value(kernel)
        if training and self.trainable:
            self.u.assign(u)
        return self._call_with(kernel / sigma, inputs)

    def _largest_singular_value(self, kernel):
        if isinstance(self.layer, _TRANSPOSED):
            kernel = ops.swapaxes(kernel, -1, -2)
        # (rest, out), the transpose of the paper's W.
        matrix = ops.reshape(kernel, (-1, kernel.shape[-1]))
        constant = ops.stop_gradient(matrix)
        u = ops.convert_to_tensor(self.u)
        for _ in range(self.iterations):
            v = self._unit(ops.matmul(constant, u), 0.0)
            u = self._unit(ops.matmul(v, constant), u)
        sigma = ops.sum(ops.matmul(v, matrix) * u)
        return ops.where(sigma > self.epsilon, sigma, 1.0), u

    def _unit(self, vector, otherwise):
        norm = ops.norm(vector)
        unit = vector / ops.maximum(norm, self.epsilon)
        return ops.where(norm > self.epsilon, unit, otherwise)

    def _call_with(self, kernel, inputs):
        """Calls the layer with another kernel, keeping its state updates and losses."""
        variables = self.layer.variables
        pairs = [(variable, variable) for variable in variables]
        pairs.append((self._kernel, kernel))
        with keras.StatelessScope(pairs, collect_losses=True) as scope:
            given = [scope.get_current_value(variable) for variable in variables]
            outputs = self.layer(inputs)
        for variable, old in zip(variables, given, strict=True):
            new = scope.get_current_value(variable)
            if new is not old:
                variable.assign(new)
        for loss in scope.losses:
            self.layer.add_loss(loss)
        return outputs

    def compute_output_shape(self, input_shape):
        return self.layer.compute_output_shape(input_shape)

    def compute_output_spec(self, inputs, training=False):
        return self.layer.compute_output_spec(inputs)

    def get_config(self):
        config = super().get_config()
        del config["dtype"]
        # Else it would be built before this one, and its weights have other paths.
        config["layer"].pop("build_config", None)
        return {**config, "iterations": self.iterations, "epsilon": self.epsilon}

    @classmethod
    def from_config(cls, config, custom_objects=None):
        # A copy: Keras removes the wrapped layer from the dictionary.
        return super().from_config(dict(config), custom_objects)


def _random_direction(shape, dtype=None):
    """Draws a unit vector, the one row of an orthogonal matrix."""
    return keras.initializers.Orthogonal()((1, *shape), dtype)[0]
