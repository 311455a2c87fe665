"""Reads translators that others have trained with the published PyTorch scripts."""

import os
import pathlib

import keras

from kgan.core import arguments
from kgan.games.direction import Direction
from kgan.games.loaded_translation import LoadedTranslation
from kgan.published import (
    resnet_weights,
    state_dict,
    translator_layers,
    unet_weights,
)
from kgan.published.unpickler import Refused

_FORMS = (unet_weights.UNetWeights, resnet_weights.ResNetWeights)


def load_translator(
    path: str | os.PathLike,
    size: tuple[int, int] | None = None,
    dropout_at_test: bool = False,
    test_statistics: str = "image",
) -> keras.Model:
    """Reads a published generator of pix2pix, CycleGAN or CUT, executing nothing.

    It reads `latest_net_G.pth` as the PyTorch scripts of these papers write it, of old
    and of new PyTorch, which is not needed: the weights of a U-Net or of a residual
    network, with or without CUT's filters. Width, depth, blocks, channels and
    normalisation follow from the names and shapes in it. A fixed list of names is known
    to the reader; a file that names anything else is refused.

    The terms of whoever made the network go on applying to its weights: it prints so.

    Args:
        path: The `.pth` file.
        size: `(height, width)` of the images that the network takes. None: of any size.
        dropout_at_test: Whether the dropout of pix2pix's networks acts at test time, as
            it does in the scripts.
        test_statistics: What batch normalisation goes by: "image", the image's own
            statistics, as in the scripts, or "moving", the averages of training, as
            with `--eval`.

    Returns:
        A `keras.Model` from images in [−1, 1], channels last, to such images, for
        `kgan.Pix2Pix`, `kgan.CycleGAN`, `kgan.CUT`, or alone; a residual one is a
        `kgan.models.ResNetTranslator`.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If it holds anything else, or is damaged.

    Example:
        ```python
        generator = kgan.models.load_translator("latest_net_G.pth")
        images = generator(horses)
        generator.save("zebras.keras")
        ```

    Source: Isola et al. (2017), Zhu et al. (2017), Park et al. (2020), and the authors'
    programs.
    """
    path, sides = pathlib.Path(path), _checked(size)
    options = {"dropout_at_test": dropout_at_test, "test_statistics": test_statistics}
    try:
        network = _network(state_dict.read(path), sides, options)
    except Refused as refused:
        raise ValueError(
            "`path` must be the weights of a U-Net or a residual translator, as the "
            "PyTorch scripts of pix2pix, CycleGAN and CUT write them "
            f"(latest_net_G.pth). Received: {path}, {refused}"
        ) from None
    print(f"{_notice(path)}.")
    return network


def load_translation(path: str | os.PathLike) -> LoadedTranslation:
    """Returns a published generator as a model that translates images of any size.

    See `load_translator`, by whose defaults it is read. Its `notice` is what that
    prints.
    """
    way = Direction(load_translator(path))
    return LoadedTranslation({"to_target": way}, notice=_notice(path))


def _notice(path):
    return (
        f"The weights come from {pathlib.Path(path).name}, a published translator: the "
        "license of its maker goes on applying to them and to what is trained from them"
    )


def _network(tensors, size, options):
    for form in _FORMS:
        if form.MARK in tensors:
            found = form.read(tensors)
            layers = list(found.layers())
            translator_layers.check(tensors, layers, found.filters())
            network = found.build(size, options)
            translator_layers.copy(tensors, layers, network)
            return network
    first = ", ".join(sorted(tensors)[:3])
    raise Refused(f"weights of another network, such as a discriminator: {first[:100]}")


def _checked(size):
    """Returns `(height, width)`, of any size where it is None."""
    if size is None:
        return None, None
    sides = tuple(size) if isinstance(size, (tuple, list)) else ()
    if len(sides) != 2:
        raise ValueError(f"`size` must be (height, width) or None. Received: {size!r}")
    return tuple(arguments.positive_integer("size", side) for side in sides)
