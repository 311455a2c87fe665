"""Layers of the published translators: their tensors, and our variables for them.

| theirs | ours |
|---|---|
| convolution (out, in, k, k) | kernel (k, k, in, out) |
| transposed convolution (in, out, k, k) | kernel (k, k, out, in), not turned |
| of the U-Net: of what the skip brought, then of what came up | the other way round |
| weight, bias, running_mean, running_var of a norm | gamma, beta, moving statistics |

PyTorch pads a transposed 4×4 convolution with stride 2 by 1, as Keras' "same" does. Of
a 3×3 one with `output_padding=1` it leaves out the first row and column, where "same"
leaves out the last: `resnet_translator` cuts them off.
"""

import dataclasses

import numpy as np

from kgan.published.assignment import assign
from kgan.published.unpickler import Refused

_NORM = {"weight": "gamma", "bias": "beta", "running_mean": "moving_mean"}
_NORM |= {"running_var": "moving_variance"}


@dataclasses.dataclass(frozen=True)
class Layer:
    """A layer with weights.

    Attributes:
        theirs: Beginning of its tensors' names.
        ours: Name of our layer.
        kernel: Shape of its kernel, as published; None: a norm.
        bias: Whether it has a bias there.
        up: Whether it is a transposed convolution.
        skip: Whether half of what it takes came by a skip connection.
        channels: Of a norm with weights; None: it has none.
    """

    theirs: str
    ours: str
    kernel: tuple | None = None
    bias: bool = False
    up: bool = False
    skip: bool = False
    channels: int | None = None

    def shapes(self):
        """Yields the name and shape of each of its tensors."""
        if self.kernel is None:
            for name in _NORM if self.channels else ():
                yield f"{self.theirs}.{name}", (self.channels,)
            return
        yield f"{self.theirs}.weight", self.kernel
        if self.bias:
            yield f"{self.theirs}.bias", (self.kernel[1 if self.up else 0],)

    def triples(self, layer):
        """Yields triples of `assign` for our layer."""
        if self.kernel is None:
            for name, ours in _NORM.items() if self.channels else ():
                yield getattr(layer, ours), f"{self.theirs}.{name}", _same
            return
        yield layer.kernel, f"{self.theirs}.weight", self.ordered
        # A norm behind it takes a bias away again, and ours has none then.
        if layer.bias is not None:
            yield layer.bias, f"{self.theirs}.bias", _same

    def ordered(self, value, variable):
        """Returns a published kernel as ours is."""
        if self.skip:
            value = np.roll(value, len(value) // 2, axis=0)
        return value.transpose(2, 3, 1, 0)


def _same(value, variable):
    return value


def check(tensors, layers, filters):
    """Checks that a file has the tensors of layers, before anything is built.

    Args:
        tensors: By their names.
        layers: `Layer`s.
        filters: By the name of a constant tensor, which a file may have, its taps and
            the sum of the filter that they make.

    Raises:
        Refused: If a tensor is missing, is of another shape, or is one too many.
    """
    expected = {n: shape for layer in layers for n, shape in layer.shapes()}
    for name, shape in expected.items():
        tensor = tensors.get(name)
        if tensor is None or tensor.shape != shape:
            what = "there is no" if tensor is None else f"{tensor.shape[:8]} is"
            raise Refused(f"networks of another architecture: {what} {name} of {shape}")
    for name in sorted(tensors.keys() - expected.keys()):
        if name in filters:
            _check_filter(name, tensors[name], *filters[name])
        elif not _counts(name, layers):
            raise Refused(f"networks of another architecture: there is {name[:100]}")


def _counts(name, layers):
    """Returns whether a tensor is one that no network computes with.

    Norms count their batches; in files of PyTorch before 0.4 those of instances have
    statistics, which they do not use.
    """
    module, _, kind = name.rpartition(".")
    norms = {layer.theirs for layer in layers if layer.kernel is None}
    return module in norms and kind in (*_NORM, "num_batches_tracked")


def _check_filter(name, tensor, taps, total):
    expected = np.outer(taps, taps) * (total / np.sum(taps) ** 2)
    known = tensor.shape[1:] == (1, *expected.shape)
    if not known or not np.allclose(tensor.array, expected, atol=1e-3):
        raise Refused(f"networks of another architecture: {name} is another filter")


def copy(tensors, layers, network):
    """Copies tensors, that `check` has checked, into a network."""
    parts = [getattr(network, name, None) for name in ("encoder", "decoder")]
    ours = {
        layer.name: layer
        for part in (network, *parts)
        for layer in getattr(part, "layers", ())
    }
    assign(tensors, (t for each in layers for t in each.triples(ours[each.ours])))


def kernel(tensors, name):
    """Returns the shape of a kernel, which a network's form follows from."""
    shape = tensors[name].shape if name in tensors else ()
    if len(shape) != 4 or 0 in shape:
        raise Refused(f"networks of another architecture: {name} is no kernel")
    return shape


def normalization(tensors, convolution, norm):
    """Returns the normalisation of a network from one of its layers.

    Args:
        tensors: By their names.
        convolution: Beginning of the names of a convolution's tensors.
        norm: That of the norm behind it.
    """
    if f"{norm}.weight" in tensors:
        return "batch"
    if f"{convolution}.bias" in tensors:
        return "instance"
    raise Refused("networks of another architecture: without a normalisation")
