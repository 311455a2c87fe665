"""Networks of `keras.applications`, trained on ImageNet or random."""

import contextlib
import functools
import hashlib
import inspect
import math
import os
import pathlib
import re

import keras
import numpy as np

from kgan.core import arguments as checks
from kgan.core import registry
from kgan.data import reach
from kgan.metrics.features import classifiers, resizers
from kgan.metrics.features import images as _images
from kgan.metrics.features.network import NetworkExtractor, rows_of

_HOST = "https://storage.googleapis.com"
_B_SIZES = (224, 240, 260, 300, 380, 456, 528, 600)
# Training sizes that are not 224.
_SIZES = {
    **dict.fromkeys(("inception_v3", "inception_resnet_v2", "xception"), 299),
    "nasnet_large": 331,
    **{f"efficientnet_b{i}": size for i, size in enumerate(_B_SIZES)},
    **{f"efficientnet_v2_b{i}": size for i, size in enumerate(_B_SIZES[:4])},
    "efficientnet_v2_s": 384,
    "efficientnet_v2_m": 480,
    "efficientnet_v2_l": 480,
}
_WORDS = re.compile(
    r"(?<=[a-z0-9])(V\d|B\d|(?<=V2)[SML]$|Mobile$|Tiny$|Small$|Base$|X?Large$)"
    r"|(?<=Inception)(ResNet)"
)


def _snake(name):
    """Returns `efficientnet_v2_b0` for `EfficientNetV2B0`."""
    return _WORDS.sub(r"_\g<0>", name).lower()


@functools.cache
def _applications():
    return {
        _snake(name): (build, inspect.getmodule(build).preprocess_input)
        for name, build in inspect.getmembers(keras.applications, inspect.isfunction)
    }


def names() -> tuple[str, ...]:
    """Returns the names of the networks."""
    return tuple(sorted(_applications()))


class Application(NetworkExtractor):
    """A network of `keras.applications`, its last convolution averaged over the image.

    Images are resized by `resizers.clean`; gray is repeated to three channels. Keras'
    "inception_v3" is not the Inception network of the published figures; its features
    are called "inception_v3_keras".

    Args:
        network: One of `names()`: "vgg16", "resnet50_v2", "efficientnet_b0".
        weights: "imagenet", downloaded once; the path of such a file (`*.h5` or
            `*.weights.h5`); or None for random weights, always the same.
        layer: Name of the layer whose flattened output is the features, in the network
            with its classifier: "fc2" of "vgg16" as in Kynkäänniemi et al. (2019). None
            averages the last convolution.
        size: Height and width of resized images; None: those of the network's training.

    Raises a `ValueError` if there is no such network; on first use, if there is no such
    layer, or the weights cannot be loaded.
    Example: `kgan.metrics.PrecisionRecall(features=Application("vgg16", layer="fc2"))`
    Source: Kynkäänniemi et al., "Improved Precision and Recall Metric for Assessing
    Generative Models" (2019), section 3; for random weights Naeem et al., "Reliable
    Fidelity and Diversity Metrics for Generative Models" (2020), section 4.
    """

    batch = 32

    def __init__(
        self,
        network: str = "vgg16",
        weights: str | os.PathLike | None = "imagenet",
        layer: str | None = None,
        size: int | None = None,
    ):
        if network not in _applications():
            expected = "`network` must be one of"
            raise ValueError(registry.unknown(expected, network, names()))
        if weights not in ("imagenet", None):
            weights = pathlib.Path(os.path.expanduser(weights))
            if not weights.is_file():
                raise ValueError(
                    '`weights` must be "imagenet", None or the path of a file. '
                    f"Received: {os.fspath(weights)!r}, where there is no file"
                )
        self.network = network
        self.weights = weights
        self.layer = layer
        self._build, self._preprocess = _applications()[network]
        self._top = layer is not None
        default = _SIZES.get(network, 224)
        self.size = default if size is None else checks.positive_integer("size", size)
        name = "inception_v3_keras" if network == "inception_v3" else network
        parts = (name, layer, "random" if weights is None else None)
        self.name = "_".join(part for part in parts if part)

    @functools.cached_property
    def _model(self):
        if self.weights == "imagenet":
            self._check_reachable()
        arguments = {"classifier_activation": None} if self._top else {"pooling": "avg"}
        arguments["weights"] = None if self.weights is None else str(self.weights)
        arguments["input_shape"] = (self.size, self.size, 3)
        try:
            with _single_precision():
                model = self._build(include_top=self._top, **arguments)
        except Exception as error:
            # Keras has no exception class for a failed download.
            if "URL fetch failure" not in str(error):
                raise
            raise ValueError(self._no_weights(error)) from error
        if self.weights is None:
            _draw(model)
        return self._cut(model) if self._top else model

    def _cut(self, model):
        layers = [layer.name for layer in model.layers]
        if self.layer not in layers:
            expected = f"`layer` of {self.network} must be one of"
            raise ValueError(registry.unknown(expected, self.layer, layers))
        return keras.Model(model.inputs, model.get_layer(self.layer).output)

    def _check_reachable(self):
        """Raises within seconds if there is no network; Keras would wait for it."""
        if _is_kept(self._build.__name__, self._top):
            return
        if unreachable := reach.unreachable_hosts([_HOST]):
            raise ValueError(self._no_weights(f"{unreachable[0]} does not answer"))

    def _no_weights(self, reason):
        return (
            f"The features {self.name!r} need weights that could not be fetched: "
            f"{reason}. Where there is a network, call `keras.applications."
            f"{self._build.__name__}(include_top={self._top})`, and copy "
            f"~/.keras/models/{_file(self.network, self._top)} to {_models_folder()}, "
            "or pass weights=PATH. Features that need no download: "
            f"{', '.join((*classifiers.names(), 'pixels'))}"
        )

    @functools.cached_property
    def _network(self):
        return rows_of(self._model)

    @functools.cached_property
    def _hash(self):
        digest = hashlib.sha256()
        for value in self._model.get_weights():
            digest.update(np.ascontiguousarray(value, np.float32))
        return digest.hexdigest()

    def _prepare(self, images):
        images = resizers.clean(_images.to_channels(images, 3), (self.size, self.size))
        return self._preprocess(images)

    def describe(self):
        named = self.weights in ("imagenet", None)
        return {
            "name": self.name,
            "weights": (self.weights or "random") if named else self.weights.name,
            "sha256": self._hash,
            "layer": self.layer,
            "resizer": resizers.clean.__name__,
            "size": [self.size, self.size],
            "version": 1,
        }


@contextlib.contextmanager
def _single_precision():
    """Builds in float32 whatever the policy is; `keras.applications` takes no dtype."""
    policy = keras.config.dtype_policy()
    keras.config.set_dtype_policy("float32")
    try:
        yield
    finally:
        keras.config.set_dtype_policy(policy)


def _draw(model):
    """Draws kernels by He et al. (2015), equation 10, the same on every machine."""
    generator = np.random.default_rng(0)
    for variable in model.weights:
        *window, channels, filters = (1, *variable.shape)
        if len(variable.shape) > 1:
            # A filter of a depthwise convolution has one channel.
            fan_in = math.prod(window) * (1 if filters == 1 else channels)
            deviation = math.sqrt(2 / fan_in)
            variable.assign(generator.normal(0.0, deviation, variable.shape))


def _models_folder():
    home = os.environ.get("KERAS_HOME") or "~/.keras"
    return pathlib.Path(os.path.expanduser(home)) / "models"


def _file(network, top):
    """Returns Keras' name of the file of weights, a pattern if it has no plain rule."""
    stem = re.sub(r"^(resnet\d+)_", r"\1", network)
    if re.match("vgg|resnet|densenet|inception|xception", network):
        return f"{stem}_weights_tf_dim_ordering_tf_kernels{'' if top else '_notop'}.h5"
    return f"*{network.replace('_', '*')}*{'' if top else 'top*'}.h5"


def _is_kept(keras_name, top):
    kept = [re.sub("[^a-z0-9]", "", p.name.lower()) for p in _models_folder().glob("*")]
    return any(keras_name.lower() in n and ("notop" in n) != top for n in kept)
