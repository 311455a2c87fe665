"""Perceptual path length: how much images change along short ways through latents."""

from typing import Any

import numpy as np

from kgan.metrics.base import Figure, Metric, check_finite
from kgan.metrics.feature_rows import LIMIT, Rows
from kgan.metrics.features.base import Extractor, Outputs


def trimmed_mean(distances: np.ndarray) -> tuple[float, float]:
    """Returns the mean of distances `(n,)` without the smallest and largest percent.

    Percentiles 1 and 99 are distances themselves, the next lower and the next higher
    one, and count. The second number is the standard error of the mean of those.

    Example: `trimmed_mean(np.arange(101.0))` has the mean 50.
    """
    check_finite(distances=distances)
    low = np.percentile(distances, 1, method="lower")
    high = np.percentile(distances, 99, method="higher")
    kept = distances[(distances >= low) & (distances <= high)].astype(np.float64)
    spread = kept.std(ddof=1) / np.sqrt(len(kept)) if len(kept) > 1 else np.nan
    return float(kept.mean()), float(spread)


class Steps(Extractor):
    """Squared distance of the features of two images, divided by ε², as a feature.

    Args:
        extractor: The `Extractor` of the images' features.
        epsilon: ε, the share of a path between them.
    """

    def __init__(self, extractor: Extractor, epsilon: float):
        self.extractor, self.epsilon = extractor, epsilon
        self.name = extractor.name

    def __call__(self, images):
        flat = images.reshape(-1, *images.shape[2:])
        rows = self.extractor.exact(flat).astype(np.float64)
        first, second = rows[::2], rows[1::2]
        squares = np.sum((first - second) ** 2, axis=1, keepdims=True)
        return Outputs(squares / self.epsilon**2, None, images)

    def describe(self):
        return {**self.extractor.describe(), "epsilon": self.epsilon}


class PerceptualPathLength(Metric):
    """Mean squared change of features per squared step along paths through latents.

        E ‖f(G(l(t))) − f(G(l(t + ε)))‖² / ε²

    over paths l, `num_images` of them, without the smallest and largest percent. In a
    space without detours it is small. Published figures use the features of LPIPS with
    a VGG network, which kgan does not have: figures on others compare models, and not
    with published ones. Images of 512 pixels a side and more are averaged to 256.

    Args:
        space: "w", behind the mapping network, on lines; "z", on great circles. None:
            "w" of a generator that has one.
        sampling: "end": steps from the beginning of paths; "full": anywhere on them.
        epsilon: ε, in (0, 1).

    Example: `PerceptualPathLength(features="cifar10", sampling="full")`
    Source: Karras, Laine and Aila, "A Style-Based Generator Architecture for Generative
    Adversarial Networks" (2019), section 4.1.
    """

    kind = "path_length"
    figures = ("path_length",)
    best = ("min",)

    def __init__(
        self,
        space: str | None = None,
        sampling: str = "end",
        epsilon: float = 1e-4,
        features: Any = None,
    ):
        self.space, self.sampling, self.epsilon = space, sampling, epsilon
        super().__init__(features)

    @property
    def made(self):
        names = ("space", "sampling", "epsilon")
        return {"paths": ("paths", {name: getattr(self, name) for name in names})}

    def seen(self, role, extractor):
        return Steps(extractor, self.epsilon)

    def statistics(self):
        return {"paths": Rows(LIMIT)}

    def compute(self, collected, context):
        rows = collected["paths"].rows
        check_finite(paths=rows)
        context.check_counts("A path length needs", 100, paths=rows)
        mean, error = trimmed_mean(rows[:, 0])
        of = f"standard error of the mean of {len(rows)} paths, 2% left out"
        return {"path_length": Figure(mean, error, of)}
