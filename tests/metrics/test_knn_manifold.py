"""What metrics of balls share: arguments, what they collect, how many they compare."""

import numpy as np
import pytest

from kgan.metrics.base import Context, Few, Figure
from kgan.metrics.features.base import Outputs
from kgan.metrics.knn_manifold import Balls


class Counts(Balls):
    """Returns the numbers of rows that it is given."""

    kind, figures, best = "counts", ("real", "fake"), ("max", "max")

    def compare(self, real, fake, details):
        return {"real": Figure(len(real), details=details), "fake": Figure(len(fake))}


def compute(num_real, num_fake, context=None, **arguments):
    metric = Counts(**arguments)
    collected = metric.statistics()
    for role, count in {"real": num_real, "fake": num_fake}.items():
        rows = np.zeros((count, 2), np.float32)
        collected[role].update(Outputs(rows, None, rows), None)
    return metric.compute(collected, context or Context())


def test_as_many_reals_as_fakes_are_compared():
    found = compute(300, 200, k=4)
    assert (found["real"].value, found["fake"].value) == (200, 200)
    assert found["real"].details == {"k": 4, "num_real": 200, "num_fake": 200}
    found = compute(300, 200, k=4, equal=False)
    assert (found["real"].value, found["fake"].value) == (300, 200)
    assert compute(300, 200, k=4, limit=150)["real"].value == 150


def test_too_few_are_refused_unless_asked_for():
    with pytest.raises(Few, match="k=4"):
        compute(99, 99, k=4)
    assert compute(5, 5, Context(allow_few=True), k=4)["real"].value == 5
    with pytest.raises(Few, match="k=4"):
        compute(4, 4, Context(allow_few=True), k=4)


@pytest.mark.parametrize("name", ["k", "limit"])
def test_numbers_are_checked(name):
    with pytest.raises(ValueError, match=f"`{name}` must be a positive integer"):
        Counts(**{"k": 3, name: 0})


def test_balls_alone_are_no_metric():
    with pytest.raises(TypeError, match="abstract"):
        Balls(3)
