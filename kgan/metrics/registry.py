"""Metrics by name, as in "frechet_mnist"."""

import functools
import importlib
import inspect
import math
import pathlib
import pkgutil
from collections.abc import Iterable

from kgan.core import registry
from kgan.metrics.base import Metric
from kgan.metrics.features import registry as features_registry
from kgan.metrics.features.points import Points


@functools.cache
def kinds() -> dict[str, type]:
    """Returns the classes of metrics by kind, found in the files of this folder."""
    found = {}
    for info in pkgutil.iter_modules([pathlib.Path(__file__).parent]):
        module = importlib.import_module(f"kgan.metrics.{info.name}")
        for _, kind in inspect.getmembers(module, inspect.isclass):
            if issubclass(kind, Metric) and not inspect.isabstract(kind):
                found[kind.kind] = kind
    return dict(sorted(found.items()))


# Names of StyleGAN's metrics, which have the number of images in them.
_OF_STYLEGAN = {
    **dict.fromkeys(("fid50k", "fid50k_full"), "fid"),
    **dict.fromkeys(("kid50k", "kid50k_full"), "kid"),
    **dict.fromkeys(("pr50k3", "pr50k3_full"), "precision_recall"),
    "is50k": "inception_score",
}


def names() -> tuple[str, ...]:
    """Returns the kinds of metrics."""
    return tuple(kinds())


def _starts() -> dict[str, tuple]:
    found = {}
    for name, kind in kinds().items():
        found |= {figure: (kind, None) for figure in kind.figures}
        found[name] = (kind, None)
        if kind.standard_name:
            found[kind.standard_name] = (kind, "inception")
    return found


def get(metric: str | Metric) -> Metric:
    """Returns a metric by its name; `features` are None if the name has none.

    Args:
        metric: A `Metric`, which is returned, or a name: a kind ("frechet",
            "precision_recall"), one of its figures ("precision"), either of them with
            the features on which it is measured ("frechet_mnist"), or the name of a
            figure on the standard Inception network ("fid", "kid").

    Raises a `ValueError` if there is no such metric.
    Example: `kgan.metrics.get("kernel_fashion_mnist")`
    """
    if isinstance(metric, Metric):
        return metric
    if metric in _OF_STYLEGAN:
        raise ValueError(
            f"StyleGAN's {metric} is {_OF_STYLEGAN[metric]} here, of 50,000 images: "
            "--num_images=50000, and --evaluate_images=50000 in a training"
        )
    starts = _starts()
    for start in sorted(starts, key=len, reverse=True):
        kind, features = starts[start]
        if metric == start:
            return kind(features=features) if features else kind()
        if str(metric).startswith(f"{start}_") and kind.on_features and not features:
            return kind(features=metric.removeprefix(f"{start}_"))
    expected = (
        "A metric must be one of the following, with the name of features behind it or "
        "without:"
    )
    known = [*names(), *(k.standard_name for k in kinds().values() if k.standard_name)]
    further = [
        f"{start}_{name}"
        for start, (kind, standard) in starts.items()
        if kind.on_features and not standard
        for name in features_registry.names()
    ]
    raise ValueError(registry.unknown(expected, metric, known, [*starts, *further]))


def get_all(names: Iterable[str | Metric]) -> list[Metric]:
    """Returns the metrics of names, each once; see `get`.

    Raises a `ValueError` if one is unknown, or there are none.
    """
    metrics = [get(name) for name in names]
    found = {(type(m), repr(sorted(vars(m).items()))): m for m in metrics}
    if not found:
        raise ValueError("`metrics` must name at least one metric. Received: none")
    return list(found.values())


def fitting_tables(
    target: str | None = None, lacking: frozenset = frozenset()
) -> tuple[str, ...]:
    """Returns the names of the metrics that fit a table, the default of `measure`.

    Args:
        target: Name of the column that is predicted, or None.
        lacking: Roles of which there are no examples.
    """
    learnt = () if target is None or "held_out" in lacking else ("tstr",)
    return ("column_shapes", "pair_trends", "row_copies", *learnt)


def check_kind(metrics, source, name: str) -> None:
    """Checks that metrics of tables have a table, and that a table has such alone.

    Args:
        metrics: The `Metric`s.
        source: The `kgan.data.Source` of the real examples, or None.
        name: Name of the real examples.

    Raises a `ValueError` for one that does not fit.
    """
    is_table = hasattr(source, "table")
    for metric in metrics:
        if metric.of_tables == is_table:
            continue
        if not is_table:
            raise ValueError(
                f"{metric.kind} needs a table, such as a DataFrame. Received: {name}"
            )
        fitting = ", ".join(k for k, kind in kinds().items() if kind.of_tables)
        raise ValueError(
            "`metrics` of a table must compare columns, and not points, whose "
            "distances its widest columns decide: they are "
            f"{fitting}. Received: {metric.kind!r}"
        )


# The covariance of more has no full rank for the usual numbers of examples, and of
# voxels no room.
_MOST_VALUES = 1024


def fitting(
    source, num_classes: int | None, extractor, shape: tuple | None = None
) -> tuple[str, ...]:
    """Returns the names of the metrics that fit, the default of `measure`.

    Args:
        source: The `kgan.data.Source` of the real examples, or None.
        num_classes: Number of classes of a conditional generator, or None.
        extractor: The `Extractor` of the features.
        shape: Shape of an example, or None.
    """
    if hasattr(source, "density"):
        modes = ("mode_coverage",) if len(source.centers) > 1 else ()
        return (*modes, "jensen_shannon", "sliced_wasserstein")
    names = ("frechet", "kernel", "precision_recall", "density_coverage")
    if shape and isinstance(extractor, Points) and math.prod(shape) > _MOST_VALUES:
        names = ("sliced_wasserstein", *names[1:])
    classes = getattr(source, "num_classes", None)
    if classes is None or extractor.num_classes != classes:
        return names
    agreement = () if num_classes is None else ("class_agreement",)
    return (*names, "class_coverage", *agreement)
