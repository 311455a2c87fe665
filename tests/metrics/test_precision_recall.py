import json
import pathlib

import numpy as np
import pytest

from kgan.metrics import base
from kgan.metrics.features.base import Outputs
from kgan.metrics.precision_recall import PrecisionRecall, precision_recall

FIXTURES = pathlib.Path(__file__).parent / "fixtures"


def _normal(seed, count=400, dimension=3, scale=1.0):
    rng = np.random.default_rng(seed)
    return (scale * rng.normal(size=(count, dimension))).astype(np.float32)


def _brute_force(real, fake, k):
    def distances(rows, others):
        return np.linalg.norm(rows[:, None] - others[None], axis=2)

    def share(points, centres):
        radii = np.sort(distances(centres, centres), axis=1)[:, k]
        return np.mean((distances(points, centres) <= radii).any(axis=1))

    real, fake = real.astype(np.float64), fake.astype(np.float64)
    return share(fake, real), share(real, fake)


def _compute(metric, real, fake, context=None):
    collected = metric.statistics()
    for role, rows in {"real": real, "fake": fake}.items():
        for batch in np.array_split(rows, 3):
            collected[role].update(Outputs(batch, None, batch), None)
    return metric.compute(collected, context or base.Context())


@pytest.mark.parametrize("k", [1, 3, 10])
def test_by_brute_force(k):
    real, fake = _normal(0, 150), _normal(1, 120, scale=1.5)
    expected = _brute_force(real, fake, k)
    assert min(expected) > 0.3
    assert min(expected) < 1
    np.testing.assert_allclose(precision_recall(real, fake, k), expected, rtol=1e-12)


def test_agrees_with_torch_fidelity():
    features = np.load(FIXTURES / "features.npz")
    expected = json.loads((FIXTURES / "expected.json").read_text("utf-8"))
    expected = expected["precision_recall"]["torch_fidelity"]
    found = precision_recall(features["real"], features["fake"], k=3)
    np.testing.assert_allclose(
        found, (expected["precision"], expected["recall"]), rtol=1e-6
    )


def test_agrees_with_prdc():
    # Its balls are open, which differs only where distances are equal.
    features = np.load(FIXTURES / "features.npz")
    expected = json.loads((FIXTURES / "expected.json").read_text("utf-8"))["prdc"]
    expected = expected["prdc"]["precision"], expected["prdc"]["recall"]
    found = precision_recall(features["real"], features["fake"], k=5)
    np.testing.assert_allclose(found, expected, rtol=1e-9)


def test_by_hand():
    # With k = 1 the reals' balls cover [-1, 2] and [9, 13], the fakes' [0, 2] twice.
    real = np.array([[0.0], [1.0], [10.0], [11.0], [13.0]])
    fake = np.array([[2.0], [1.0]])
    assert precision_recall(real, fake, k=1) == (1.0, 0.4)


def test_copies_have_both():
    real = _normal(2, dimension=50)
    shuffled = np.random.default_rng(3).permutation(real)
    assert precision_recall(real, shuffled) == (1.0, 1.0)


def test_equal_distributions():
    precision, recall = precision_recall(_normal(4, 2000), _normal(5, 2000))
    assert 0.9 < precision <= 1
    assert 0.9 < recall <= 1


def test_dropped_modes_lower_recall_alone():
    centres = 100 * np.arange(4)[:, None]
    real = np.repeat(centres, 100, axis=0) + _normal(6, 400)
    fake = np.repeat(centres[:1], 400, axis=0) + _normal(7, 400)
    precision, recall = precision_recall(real, fake)
    assert precision > 0.9
    assert 0.2 < recall <= 0.25


def test_noise_lowers_precision():
    real = _normal(8, dimension=10)
    fake = _normal(9, dimension=10)
    found = [
        precision_recall(real, fake + noise * _normal(10, dimension=10))[0]
        for noise in (0.0, 1.0, 3.0)
    ]
    assert found[0] > found[1] > found[2]
    assert found[2] < 0.3


def test_constant_generator():
    real = _normal(11)
    assert precision_recall(real, np.repeat(real[:1], 200, axis=0)) == (1.0, 1 / 400)
    far = np.full((200, 3), 1e3, np.float32)
    assert precision_recall(real, far) == (0.0, 0.0)


def test_metric():
    real, fake = _normal(12, 500), _normal(13, 300, scale=1.3)
    found = _compute(PrecisionRecall(), real, fake)
    assert tuple(found) == PrecisionRecall.figures
    expected = precision_recall(real[:300], fake)
    assert (found["precision"].value, found["recall"].value) == expected
    assert found["recall"].details == {"k": 3, "num_real": 300, "num_fake": 300}
    assert found == _compute(PrecisionRecall(), real, fake)


def test_metric_of_all_rows():
    real, fake = _normal(12, 500), _normal(13, 300, scale=1.3)
    found = _compute(PrecisionRecall(k=5, equal=False), real, fake)
    assert found["precision"].value == precision_recall(real, fake, 5)[0]
    assert found["precision"].details == {"k": 5, "num_real": 500, "num_fake": 300}
    limited = _compute(PrecisionRecall(limit=200), real, fake)
    assert limited["recall"].details["num_real"] == 200
    assert limited["recall"].value == precision_recall(real[:200], fake[:200])[1]


def test_few_examples():
    with pytest.raises(base.Few, match="k=3 need at least 100 real"):
        _compute(PrecisionRecall(), _normal(0, 50), _normal(1, 50))
    allowed = base.Context(allow_few=True)
    found = _compute(PrecisionRecall(), _normal(0, 50), _normal(1, 50), allowed)
    assert 0 <= found["precision"].value <= 1


def test_k_too_large():
    with pytest.raises(base.Few, match="k=200 need at least 201"):
        _compute(PrecisionRecall(k=200), _normal(0, 150), _normal(1, 150))


@pytest.mark.parametrize("name", ["k", "limit"])
def test_arguments(name):
    with pytest.raises(ValueError, match=f"`{name}` must be a positive integer"):
        PrecisionRecall(**{name: 0})
