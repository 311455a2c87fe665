"""The same networks in PyTorch, layer by layer from their description.

Images are `(channels, height, width)` here; initial values are PyTorch's own.
"""

import itertools
import math

from torch import nn

_IMAGE_RANK = 3
_ACTIVATIONS = {
    "linear": nn.Identity,
    "relu": nn.ReLU,
    "leaky_relu": lambda: nn.LeakyReLU(0.2),
    "tanh": nn.Tanh,
}


def build(layers: list) -> nn.Sequential:
    """Builds a network from what `networks.describe` lists.

    Raises:
        ValueError: If a convolution's kernel needs padding that differs between sides.
    """
    made = (_BUILDERS[layer["kind"]](layer) for layer in layers)
    return nn.Sequential(*itertools.chain.from_iterable(made))


def _dense(layer):
    size = math.prod(layer["input"]), math.prod(layer["output"])
    yield nn.Linear(*size, bias=layer["bias"])
    yield _ACTIVATIONS[layer["activation"]]()


def _convolution(kind):
    def make(layer):
        # "same" is then a pixel on each side, up and down alike.
        pairs = list(zip(layer["kernel"], layer["stride"], strict=True))
        if any(kernel - stride != 2 for kernel, stride in pairs):
            raise ValueError(
                "A kernel must be larger than its stride by 2. "
                f"Received: (kernel, stride) = {pairs}"
            )
        yield kind(
            layer["input"][-1],
            layer["output"][-1],
            layer["kernel"],
            layer["stride"],
            padding=1,
            bias=layer["bias"],
        )
        yield _ACTIVATIONS[layer["activation"]]()

    return make


def _batch_norm(layer):
    is_image = len(layer["output"]) == _IMAGE_RANK
    kind = nn.BatchNorm2d if is_image else nn.BatchNorm1d
    momentum = 1 - layer["momentum"]  # PyTorch's is the share of the new
    yield kind(layer["output"][-1], eps=layer["epsilon"], momentum=momentum)


def _reshape(layer):
    *size, channels = layer["output"]
    if size:  # points stay as they are
        yield nn.Unflatten(1, (channels, *size))


_BUILDERS = {
    "Dense": _dense,
    "Conv2D": _convolution(nn.Conv2d),
    "Conv2DTranspose": _convolution(nn.ConvTranspose2d),
    "BatchNormalization": _batch_norm,
    "ReLU": lambda layer: [nn.ReLU()],
    "LeakyReLU": lambda layer: [nn.LeakyReLU(layer["slope"])],
    "Reshape": _reshape,
    "Flatten": lambda layer: [nn.Flatten()],
}
