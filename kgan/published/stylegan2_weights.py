"""Which weight of ours is which tensor of a published StyleGAN2, and in which order.

| theirs | ours |
|---|---|
| convolution (out, in, k, k), also one that doubles sides | kernel (k, k, in, out) |
| dense (out, in), and of a class | kernel (in, out) |
| b4.fc (out, channels · 16) | columns in the order of (4, 4, channels) |
| b4.const (channels, 4, 4) | (4, 4, channels) |
"""

import numpy as np

from kgan.layers import (
    EqualizedConv2D,
    EqualizedDense,
    EqualizedEmbedding,
    LearnedConstant,
    ModulatedConv2D,
)
from kgan.layers.resampling import TAPS
from kgan.published.assignment import assign
from kgan.published.unpickler import Refused

_FILTER = "resample_filter"
_FIR = np.outer(TAPS, TAPS) / np.sum(TAPS) ** 2


def of_generator(generator):
    """Yields `(variable, name of the tensor, function that reorders its axes)`."""
    yield from _of_layers(generator.synthesis, "synthesis.")
    yield from _of_layers(generator.mapping_network, "mapping.")
    yield generator.truncation.center, "mapping.w_avg", _same


def of_discriminator(discriminator):
    """Yields the same of a discriminator."""
    yield from _of_layers(discriminator, "")
    for layer in discriminator.layers:
        if layer.name == "mapping":
            yield from _of_layers(layer, "mapping.")


def copy(published, triples):
    """Copies the tensors of a `Network` into variables.

    Raises:
        Refused: If a tensor is not there, has another shape, or has no variable.
    """
    left = assign(published.tensors, triples)
    for name, tensor in left.items():
        if name.rpartition(".")[2] != _FILTER:
            raise Refused(f"networks of another architecture: there is {name}")
        if tensor.shape != _FIR.shape or not np.allclose(tensor.array, _FIR):
            raise Refused(f"networks of another architecture: {name} is another filter")


def _of_layers(network, path):
    for layer in network.layers:
        yield from _KINDS.get(type(layer), _nothing)(layer, path + _name(layer))


def _name(layer):
    """Returns the published name of a layer: "b8.conv0" of "b8_conv0", "fc1"."""
    first, _, second = layer.name.partition("_")
    return f"{first}{second}" if second.isdigit() else f"{first}.{second}".rstrip(".")


def _nothing(layer, name):
    return ()


def _constant(layer, name):
    yield layer.constant, name, _channels_last


def _convolution(layer, name):
    yield layer.kernel, f"{name}.weight", _kernel
    if layer.bias is not None:
        yield layer.bias, f"{name}.bias", _same


def _modulated(layer, name):
    yield from _convolution(layer, name)
    yield from _dense(layer.affine, f"{name}.affine")
    if layer.injection is not None:
        yield layer.injection.strength, f"{name}.noise_strength", _same
        yield layer.injection.stored, f"{name}.noise_const", _same


def _dense(layer, name):
    yield layer.kernel, f"{name}.weight", _flat if name == "b4.fc" else _transposed
    yield layer.bias, f"{name}.bias", _same


_KINDS = {
    LearnedConstant: _constant,
    EqualizedConv2D: _convolution,
    ModulatedConv2D: _modulated,
    EqualizedDense: _dense,
    EqualizedEmbedding: _dense,
}


def _same(value, variable):
    return value


def _transposed(value, variable):
    return value.T


def _kernel(value, variable):
    return value.transpose(2, 3, 1, 0)


def _channels_last(value, variable):
    return value.transpose(1, 2, 0)


def _flat(value, variable):
    """Reorders the columns of a dense layer behind 4×4 positions."""
    value = value.reshape(len(value), -1, 4, 4)
    return value.transpose(2, 3, 1, 0).reshape(variable.shape)
