"""The networks of image translation in PyTorch, layer by layer as kgan has them.

Each is built from the fields of a recipe. Images are `(channels, height, width)`.
"""

import itertools
import types

import torch
from torch import nn

_LEAK = 0.2


def _norm(recipe, channels):
    if recipe.normalization == "batch":
        return nn.BatchNorm2d(channels, eps=1e-5)
    return nn.InstanceNorm2d(channels, eps=1e-5)


class _Stage(nn.Module):
    """A stage of a U-Net: all that lies within it, beside what it was given."""

    def __init__(self, layers):
        super().__init__()
        self.within = nn.Sequential(*layers)

    def forward(self, x):
        y = self.within(x)
        # Its first layer has changed x in place: the ReLU that follows undoes that.
        return torch.cat([y, x], 1)


def unet(recipe: types.SimpleNamespace, channels: int) -> nn.Module:
    """Builds `kgan.models.unet`."""
    by_batch, depth = recipe.normalization == "batch", recipe.generator_depth
    widths = [recipe.generator_width * min(2**stage, 8) for stage in range(depth)]
    inner = None
    for stage in range(depth - 1, 0, -1):
        given, width = widths[stage - 1], widths[stage]
        is_last = stage == depth - 1
        down = nn.Conv2d(given, width, 4, 2, 1, bias=is_last and not by_batch)
        layers = [nn.LeakyReLU(_LEAK, inplace=True), down]
        if not is_last:
            layers += [_norm(recipe, width), inner]
        up = nn.ConvTranspose2d(width * (2 - is_last), given, 4, 2, 1, bias=False)
        layers += [nn.ReLU(inplace=True), up, _norm(recipe, given)]
        # The innermost three have dropout, of those that are not the outermost two.
        if stage > 1 and depth - 1 - stage < 3:
            layers.append(nn.Dropout(recipe.dropout))
        inner = _Stage(layers)
    return nn.Sequential(
        nn.Conv2d(channels, widths[0], 4, 2, 1, bias=not by_batch),
        inner,
        nn.ReLU(inplace=True),
        nn.ConvTranspose2d(2 * widths[0], channels, 4, 2, 1),
        nn.Tanh(),
    )


class _Block(nn.Module):
    """A residual block of two convolutions."""

    def __init__(self, recipe, width, bias):
        super().__init__()
        layers = []
        for place in range(2):
            convolution = nn.Conv2d(width, width, 3, bias=bias)
            layers += [nn.ReflectionPad2d(1), convolution, _norm(recipe, width)]
            layers += [nn.ReLU(inplace=True)] * (not place)
        self.within = nn.Sequential(*layers)

    def forward(self, x):
        return x + self.within(x)


def resnet(recipe: types.SimpleNamespace, channels: int) -> nn.Module:
    """Builds `kgan.models.resnet_translator`, enlarged by transposed convolutions."""
    bias = recipe.normalization != "batch"
    width = recipe.generator_width
    layers = [nn.ReflectionPad2d(3), nn.Conv2d(channels, width, 7, bias=bias)]
    layers += [_norm(recipe, width), nn.ReLU(inplace=True)]
    for _ in range(2):
        layers.append(nn.Conv2d(width, 2 * width, 3, 2, 1, bias=bias))
        width *= 2
        layers += [_norm(recipe, width), nn.ReLU(inplace=True)]
    layers += [_Block(recipe, width, bias) for _ in range(recipe.generator_blocks)]
    for _ in range(2):
        up = nn.ConvTranspose2d(width, width // 2, 3, 2, 1, 1, bias=bias)
        width //= 2
        layers += [up, _norm(recipe, width), nn.ReLU(inplace=True)]
    layers += [nn.ReflectionPad2d(3), nn.Conv2d(width, channels, 7), nn.Tanh()]
    return nn.Sequential(*layers)


def patchgan(recipe: types.SimpleNamespace, channels: int, of_pairs: bool) -> nn.Module:
    """Builds `kgan.models.patchgan`; pairs come as one image of all channels."""
    bias = not of_pairs and recipe.normalization != "batch"
    depth = recipe.discriminator_depth
    sizes = [recipe.discriminator_width * min(2**n, 8) for n in range(depth + 1)]
    layers = []
    # "same" as in Keras: a pixel on each side, and of stride 1 one more behind.
    uneven = (1, 2, 1, 2)
    for stage, (given, width) in enumerate(itertools.pairwise([channels, *sizes])):
        layout = {"stride": 2, "padding": 1}
        if stage == depth:
            layers.append(nn.ZeroPad2d(uneven))
            layout = {}
        layers.append(nn.Conv2d(given, width, 4, bias=bias or not stage, **layout))
        layers += [_norm(recipe, width)] * bool(stage)
        layers.append(nn.LeakyReLU(_LEAK, inplace=True))
    return nn.Sequential(*layers, nn.ZeroPad2d(uneven), nn.Conv2d(sizes[-1], 1, 4))
