"""Features of small classifiers: those that ship with kgan, and the user's own."""

import functools
import os
import pathlib

import keras
import numpy as np

from kgan.core import registry
from kgan.metrics.features import images as _images
from kgan.metrics.features import resizers, weights
from kgan.metrics.features.network import NetworkExtractor, rows_of

FOLDER = pathlib.Path(__file__).parent.parent / "networks"
_LAYER = "features"


def names() -> tuple[str, ...]:
    """Returns the names of the networks that ship with kgan, those of their files."""
    return tuple(sorted(path.stem for path in FOLDER.glob("[!.]*.keras")))


class Classifier(NetworkExtractor):
    """A classifier of images: its layer `features`, and its logits.

    Images of another size are resized by `resizers.clean`. A gray network gets the luma
    of RGB images, an RGB network gray repeated to three channels.

    Args:
        network: One of `names()`, or the path of a Keras model `NAME.keras`, called
            NAME, that maps images with values in [0, 255],
            `(n, height, width, 1 or 3)`, to logits `(n, classes)`, and has a layer
            named "features" before them.

    Raises a `ValueError` if there is no such network; on first use, if the model has
    another form.
    Example: `Classifier("mnist")(images).features`
    """

    batch = 64

    def __init__(self, network: str | os.PathLike):
        path = pathlib.Path(os.path.expanduser(network))
        if network in names():
            path = FOLDER / f"{network}.keras"
        elif path.suffix != ".keras" or not path.is_file():
            expected = "`network` must be the path of a .keras file or one of"
            raise ValueError(registry.unknown(expected, os.fspath(network), names()))
        self.path = path
        self.name = path.stem

    @functools.cached_property
    def _hash(self):
        return weights.sha256(self.path)

    @functools.cached_property
    def _model(self):
        model = keras.models.load_model(self.path, compile=False)
        shapes = [tuple(x.shape) for x in (*model.inputs, *model.outputs)]
        if [len(shape) for shape in shapes] != [4, 2] or shapes[0][3] not in (1, 3):
            raise ValueError(
                f"{self.path} must map images (n, height, width, 1 or 3) to logits "
                f"(n, classes). Received: a model of the shapes {shapes}"
            )
        layers = [layer.name for layer in model.layers]
        if _LAYER not in layers:
            raise ValueError(
                f"{self.path} must have a layer named {_LAYER!r}. Received: a model of "
                f"the layers {', '.join(layers)}"
            )
        both = [model.get_layer(_LAYER).output, *model.outputs]
        return keras.Model(model.inputs[0], both)

    @functools.cached_property
    def _network(self):
        return rows_of(self._model)

    @property
    def num_classes(self):
        return self._model.outputs[1].shape[1]

    @property
    def image_shape(self) -> tuple[int, ...]:
        """`(height, width, channels)` of its images; None in place of any size."""
        return tuple(self._model.inputs[0].shape[1:])

    def _prepare(self, images):
        *size, channels = self.image_shape
        images = _images.to_channels(images, channels)
        size = tuple(s or i for s, i in zip(size, images.shape[1:3], strict=True))
        if size == images.shape[1:3]:
            return images.astype(np.float32)
        return resizers.clean(images, size)

    def describe(self):
        return {
            "name": self.name,
            "sha256": self._hash,
            "size": list(self.image_shape),
            "resizer": resizers.clean.__name__,
            "version": 1,
        }
