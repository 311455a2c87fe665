"""The check against hidden messages: its three figures."""

import numpy as np
import pytest

from kgan.metrics.base import Context
from kgan.metrics.cycle_error import CycleError
from kgan.metrics.features.pixels import Pixels


def test_figures_are_means_over_pictures():
    metric, draw = CycleError(), np.random.default_rng(0)
    assert set(metric.made) == set(metric.figures) == set(metric.statistics())
    assert metric.made["cycle_error"] == ("cycles", {"disturbance": None})
    collected = metric.statistics()
    pairs = draw.uniform(-1, 1, (3, 6, 2, 4, 4, 1)).astype("float32")
    for (role, statistic), own in zip(collected.items(), pairs, strict=True):
        extractor = metric.seen(role, Pixels())
        for part in (own[:4], own[4:]):
            statistic.update(extractor(part), None)
    found = metric.compute(collected, Context())
    for figure, own in zip(metric.figures, pairs, strict=True):
        values = np.abs(own[:, 0] - own[:, 1]).mean(axis=(1, 2, 3))
        assert found[figure].value == pytest.approx(values.mean())
        assert "6 pictures" in found[figure].uncertainty_is
