"""Which metrics fit which data, where none are asked for."""


def fitting(source, num_classes: int | None, extractor) -> tuple[str, ...]:
    """Names the metrics that fit.

    Args:
        source: The `kgan.data.Source` of the real examples, or None.
        num_classes: Number of classes that the generator is told, or None.
        extractor: The `Extractor` of the features.

    Returns:
        Names for `kgan.metrics.get`.
    """
    if hasattr(source, "density"):
        several = len(source.centers) > 1
        modes = ("mode_coverage",) if several else ()
        return (*modes, "jensen_shannon", "sliced_wasserstein")
    names = ("frechet", "kernel", "precision_recall", "density_coverage")
    classes = getattr(source, "num_classes", None)
    if classes is None or extractor.num_classes != classes:
        return names
    agreement = () if num_classes is None else ("class_agreement",)
    return (*names, "class_coverage", *agreement)
