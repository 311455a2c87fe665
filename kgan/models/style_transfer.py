"""Carries the weights of StyleGAN2's networks over to networks of another size."""

import math
from collections.abc import Iterator, Mapping

import keras
import numpy as np

COLORS = ("same", "repeat", "mean")


def compare(source: keras.Model, target: keras.Model, colors: str = "same") -> Mapping:
    """Compares the layers of two networks by their names.

    Args:
        source: Whose weights are taken.
        target: Which gets them.
        colors: One of `COLORS`; but for "same" layers of other colors are converted.

    Returns:
        Lists of names: "copied", "converted", "new" (of the target alone, or with other
        numbers of channels), "left_out".
    """
    theirs, ours = dict(_layers(source)), dict(_layers(target))
    found = {"copied": [], "converted": [], "new": []}
    for name, layer in ours.items():
        found[_kind(theirs.get(name), layer, colors)].append(name)
    taken = {*found["copied"], *found["converted"]}
    return found | {"left_out": [name for name in theirs if name not in taken]}


def carry(source: keras.Model, target: keras.Model, colors: str = "same") -> None:
    """Copies and converts weights, as `compare` lists them.

    A new layer to colors starts at 0: the image is what the layers before have painted.
    """
    theirs, ours = dict(_layers(source)), dict(_layers(target))
    for name, layer in ours.items():
        if _kind(theirs.get(name), layer, colors) != "new":
            pairs = zip(theirs[name].get_weights(), layer.weights, strict=True)
            layer.set_weights([_recolored(v, tuple(w.shape)) for v, w in pairs])
        elif name.endswith("_torgb"):
            for weight in (layer.kernel, layer.bias):
                weight.assign(keras.ops.zeros_like(weight))


def held(network: keras.Model, names: list) -> list:
    """Returns those of the layers of these names that are frozen."""
    layers = dict(_layers(network))
    return [name for name in names if not layers[name].trainable]


def _layers(network, path="") -> Iterator[tuple[str, keras.layers.Layer]]:
    """Yields each layer that has weights, by its name in `compare`."""
    for layer in network.layers:
        if isinstance(layer, keras.Model):
            inner = "" if layer.name == "synthesis" else f"{layer.name}/"
            yield from _layers(layer, path + inner)
        elif layer.weights:
            yield path + layer.name, layer


def _kind(source, target, colors):
    if source is None or len(source.weights) != len(target.weights):
        return "new"
    pairs = zip(source.weights, target.weights, strict=True)
    shapes = [(tuple(old.shape), tuple(new.shape)) for old, new in pairs]
    if all(old == new for old, new in shapes):
        return "copied"
    of_colors = target.name.endswith(("_torgb", "_fromrgb")) and colors != "same"
    fit = of_colors and all(len(_differing(*pair)) <= 1 for pair in shapes)
    return "converted" if fit else "new"


def _differing(old, new):
    """Returns the axes in which two shapes of as many axes differ."""
    pairs = enumerate(zip(old, new, strict=True))
    return [axis for axis, (before, after) in pairs if before != after]


def _recolored(value, shape):
    """Returns a weight with more or fewer colors; the same one if they are as many."""
    if value.shape == shape:
        return value
    (axis,) = _differing(value.shape, shape)
    old, new = value.shape[axis], shape[axis]
    if old < new:
        value = np.repeat(value, new // old, axis)
    else:
        value = value.mean(axis, keepdims=True)
    # The inputs of fromrgb, whose kernel is divided by the root of their number when it
    # is used: the sum over gray colors stays.
    return value * math.sqrt(old / new) if axis == value.ndim - 2 else value
