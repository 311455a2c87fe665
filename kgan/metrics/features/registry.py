"""Extractors by name, as in "mnist"."""

import os

from kgan.core import pictures, registry
from kgan.metrics.features import applications, classifiers, resizers
from kgan.metrics.features.applications import Application
from kgan.metrics.features.base import Extractor
from kgan.metrics.features.classifiers import Classifier
from kgan.metrics.features.inception import Inception
from kgan.metrics.features.pixels import Pixels
from kgan.metrics.features.points import Points


def _known() -> dict[str, Extractor]:
    extractors = (
        Pixels(),
        Points(),
        *map(Inception, resizers.names()),
        *map(Application, applications.names()),
        # Last: the networks that ship with kgan.
        *map(Classifier, classifiers.names()),
    )
    return {extractor.name: extractor for extractor in extractors}


def names() -> tuple[str, ...]:
    """Returns the names that `get` accepts, besides paths."""
    return tuple(sorted(_known()))


def get(
    features: str | os.PathLike | Extractor | None,
    shape: tuple | None = None,
    data_name: str | None = None,
    is_image: bool | None = None,
) -> Extractor:
    """Returns an extractor by its name; it is built on first use.

    Args:
        features: An `Extractor`, which is returned; one of
            - "inception": the network of the published figures, with the resizer of the
              original FID; "inception_clean", "inception_legacy_pytorch" with another;
            - "mnist", "fashion_mnist", ...: small classifiers that ship with kgan;
            - "vgg16", "resnet50", ...: networks of `keras.applications`;
            - "pixels", "points": the examples themselves;
            - the path of a classifier of yours, `NAME.keras`;
            or None, which chooses by the data: the classifier that ships with kgan for
            its own data set, "inception" for other images, "points" for what is none.
        shape: Shape of an example of the data.
        data_name: Name of the data set, as in "mnist".
        is_image: Whether the data are images. None: if they are pictures by `shape`.

    Raises a `ValueError` if there is none of that name.
    Example: `kgan.metrics.features.get("fashion_mnist")`
    """
    if isinstance(features, Extractor):
        return features
    if features is None:
        if is_image is None:
            is_image = shape is None or pictures.is_picture(shape)
        features = _default(data_name) if is_image else "points"
    known = _known()
    if features in known:
        return known[features]
    if str(features).endswith(".keras"):
        return Classifier(features)
    expected = "`features` must be an `Extractor`, the path of a .keras file or one of"
    raise ValueError(registry.unknown(expected, str(features), sorted(known)))


def _default(data_name):
    return data_name if data_name in classifiers.names() else "inception"
