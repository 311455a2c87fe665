"""The Inception network of the published figures."""

import functools
import os

import tensorflow as tf

from kgan.metrics.features import classifiers, frozen_graph, resizers, weights
from kgan.metrics.features import images as _images
from kgan.metrics.features.network import NetworkExtractor

# Names in the graph: the resized image, the last pooled layer, and the product of the
# logits before the bias is added.
_RESIZED = "ResizeBilinear:0"
_POOL = "pool_3:0"
_LOGITS = "softmax/logits/MatMul"
_SIZE = (299, 299)
_STANDARD = "legacy_tensorflow"


class Inception(NetworkExtractor):
    """The Inception network of 2015-12-05: 2,048 features and 1,008 logits.

    Logits are without the last layer's bias, as in published Inception scores. Gray is
    repeated to three channels; the scaling (x − 128) / 128 is part of the graph.

    Args:
        resizer: One of `resizers.names()`. "legacy_tensorflow" is that of the original
            FID; others give other figures and names: "inception_clean", whose Fréchet
            distance is not called FID.
        path: The file `classify_image_graph_def.pb`; None: see `weights.inception`.
        sha256: Its expected SHA-256; None accepts any, and `describe` returns it.

    Raises a `ValueError` if the resizer is unknown; on first use, if the file is
    missing, or has another SHA-256 or another graph.
    Example: `Inception("clean", path="classify_image_graph_def.pb")(images)`
    Source: Szegedy et al., "Rethinking the Inception Architecture for Computer Vision"
    (2016); Salimans et al., "Improved Techniques for Training GANs" (2016), section 4;
    Heusel et al. (2017), section 5.
    """

    num_classes = 1008
    batch = 50

    def __init__(
        self,
        resizer: str = _STANDARD,
        path: str | os.PathLike | None = None,
        sha256: str | None = None,
    ):
        resizers.get(resizer)
        self.resizer = resizer
        self.path = path
        self.sha256 = sha256
        self.standard = resizer == _STANDARD
        self.name = "inception" if self.standard else f"inception_{resizer}"

    @functools.cached_property
    def _file(self):
        alternatives = (*classifiers.names(), "pixels")
        return weights.inception(self.path, self.sha256, alternatives=alternatives)

    @functools.cached_property
    def _hash(self):
        return weights.sha256(self._file)

    @functools.cached_property
    def _network(self):
        graph = frozen_graph.read(self._file)
        weights_of_logits = frozen_graph.input_of(graph, _LOGITS, index=1)
        kernel = frozen_graph.constant(graph, weights_of_logits)
        pool = frozen_graph.function(graph, _RESIZED, [_POOL], (None, *_SIZE, 3))

        def network(images):
            features = tf.reshape(pool(images)[0], (len(images), kernel.shape[0]))
            return features, tf.matmul(features, kernel)

        return network

    def _prepare(self, images):
        return resizers.get(self.resizer)(_images.to_channels(images, 3), _SIZE)

    def describe(self):
        return {
            "name": self.name,
            "sha256": self._hash,
            "resizer": self.resizer,
            "size": list(_SIZE),
            "version": 1,
        }
