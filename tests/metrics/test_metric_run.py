"""Names of figures: a distance on another network never calls itself FID."""

import pytest
from metric_stand_ins import Means

from kgan.metrics.base import Context
from kgan.metrics.feature_rows import Rows
from kgan.metrics.frechet import Frechet
from kgan.metrics.kernel import Kernel
from kgan.metrics.metric_run import Job
from kgan.metrics.moments import Moments


class Standard(Means):
    name = "inception"
    standard = True


def fill(statistic):
    extractor = Means()
    images = kgan_images()
    statistic.update(extractor(images), None)
    return statistic


def kgan_images():
    import kgan

    return kgan.data.source("digits").read()


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize(
    ("metric", "statistic", "extractor", "name"),
    [
        (Frechet(), Moments, Means(), "frechet_means"),
        (Frechet(), Moments, Standard(), "fid"),
        (Kernel(2, 100), Rows, Means(), "kernel_means"),
        (Kernel(2, 100), Rows, Standard(), "kid"),
    ],
)
def test_names(metric, statistic, extractor, name):
    job = Job(metric, extractor)
    collected = {role: fill(statistic()) for role in job.roles}
    (found,) = job.measure(collected, Context(), {"num_real": 9, "num_held_out": 8})
    assert found.metric == name
    assert found.provenance["extractor"] == extractor.describe()
    assert found.provenance["num_real"] == 1797  # what it read, not what there is
    assert "num_held_out" not in found.provenance
    assert found.best == "min"
