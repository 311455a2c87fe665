import itertools
import json
import pathlib

import numpy as np
import pytest

from kgan.metrics.base import Context, Few
from kgan.metrics.feature_rows import Rows
from kgan.metrics.features.base import Outputs
from kgan.metrics.kernel import Kernel, kernel, kernel_distance

FIXTURES = pathlib.Path(__file__).parent / "fixtures"


@pytest.fixture(scope="module")
def features():
    with np.load(FIXTURES / "features.npz") as features:
        return features["real"], features["fake"]


def _rows(examples):
    rows = Rows()
    rows.update(Outputs(np.asarray(examples, np.float32), None, None))
    return rows


def _measure(real, fake, context=None, **arguments):
    collected = {"real": _rows(real), "fake": _rows(fake)}
    return Kernel(**arguments).compute(collected, context or Context())["kernel"]


@pytest.mark.parametrize("package", ["torch_fidelity", "clean_fid"])
def test_equals_published_packages(features, package):
    real, fake = features
    text = (FIXTURES / "expected.json").read_text(encoding="utf-8")
    published = json.loads(text)["kernel"][package]
    np.testing.assert_allclose(kernel_distance(real[:300], fake), published, rtol=1e-9)
    figure = _measure(real[:300], fake)
    np.testing.assert_allclose(figure.value, published, rtol=1e-9)
    assert figure.details == {"num_subsets": 1, "subset_size": 300}
    assert figure.uncertainty is None


def test_by_hand():
    # In one dimension, d = 1: 1 + 2³ − 2 · 1 = 7, whatever the numbers of examples.
    assert kernel_distance(np.zeros((2, 1)), np.ones((3, 1))) == 7.0
    np.testing.assert_allclose(kernel(np.array([[1.0, 2.0]]), np.ones((1, 2))), 2.5**3)


def test_equals_sums_over_pairs_of_different_examples():
    rng = np.random.default_rng(0)
    real, fake = rng.normal(size=(4, 3)), rng.normal(size=(6, 3)) + 1

    def k(x, y):
        return (x @ y / 3 + 1) ** 3

    same = [
        np.mean([k(x, y) for x, y in itertools.permutations(examples, 2)])
        for examples in (real, fake)
    ]
    crossed = np.mean([k(x, y) for x in real for y in fake])
    expected = sum(same) - 2 * crossed
    np.testing.assert_allclose(kernel_distance(real, fake), expected, rtol=1e-12)


def test_is_unbiased():
    # Of N(0, 1) against N(m, 1) in one dimension, E (xy + 1)³ by the moments.
    rng = np.random.default_rng(1)
    shift, draws = 0.7, 3000
    found = [
        kernel_distance(rng.normal(size=(5, 1)), rng.normal(size=(5, 1)) + shift)
        for _ in range(draws)
    ]

    def moments(m):
        return np.array([1, m, m**2 + 1, m**3 + 3 * m])

    binomial = np.array([1, 3, 3, 1])
    difference = moments(0) - moments(shift)
    expected = np.sum(binomial * difference**2)
    error = np.std(found) / np.sqrt(draws)
    assert abs(np.mean(found) - expected) < 4 * error
    assert error < 0.5 * expected


def test_equal_distributions_are_at_0_within_the_uncertainty():
    rng = np.random.default_rng(2)
    real, fake = rng.normal(size=(2, 4000, 6))
    figure = _measure(real, fake, num_subsets=40, subset_size=200)
    assert abs(figure.value) < 4 * figure.uncertainty
    assert figure.uncertainty_is == "standard error of 40 subsets"
    assert figure.details == {"num_subsets": 40, "subset_size": 200}


def test_grows_with_noise():
    rng = np.random.default_rng(3)
    real, other, noise = rng.normal(size=(3, 1000, 5))
    values = [kernel_distance(real, other + s * noise) for s in (0.0, 0.5, 1.0, 2.0)]
    assert values == sorted(values)
    assert values[1] > 10 * abs(values[0])


def test_subsets_come_near_the_value_of_all(features):
    real, fake = features
    figure = _measure(real, fake, num_subsets=60, subset_size=100)
    near = abs(figure.value - kernel_distance(real, fake))
    assert near < 4 * figure.uncertainty


def test_subsets_are_of_the_smaller_set(features):
    real, fake = features
    figure = _measure(real, fake, num_subsets=3)
    assert figure.details == {"num_subsets": 3, "subset_size": 300}
    assert figure.uncertainty > 0


def test_standard_error_of_two_subsets(features):
    # Of two values it is half of their difference: from the mean to either.
    first, both = (_measure(*features, num_subsets=n, subset_size=50) for n in (1, 2))
    expected = abs(first.value - both.value)
    np.testing.assert_allclose(both.uncertainty, expected, rtol=1e-9)


def test_a_subset_holds_no_example_twice():
    # All examples differ but two: with replacement the distance would be another.
    real, fake = np.arange(6.0)[:, None], np.arange(6.0)[:, None] + 1
    many = _measure(real, np.vstack([fake, fake[:1]]), subset_size=6, num_subsets=1)
    values = [
        kernel_distance(real, np.delete(np.vstack([fake, fake[:1]]), i, axis=0))
        for i in range(7)
    ]
    assert np.isclose(many.value, values).any()


def test_follows_from_the_seed():
    rng = np.random.default_rng(4)
    real, fake = rng.normal(size=(2, 60, 4))
    first, again, other = (
        _measure(real, fake, Context(seed=s), num_subsets=5, subset_size=20)
        for s in (1, 1, 2)
    )
    assert first == again
    assert first.value != other.value


def test_constant_fakes():
    rng = np.random.default_rng(5)
    real = rng.normal(size=(50, 2)).astype(np.float32).astype(np.float64)
    figure = _measure(real, np.zeros((50, 2)))
    pairs = [(x @ y / 2 + 1) ** 3 for x, y in itertools.permutations(real, 2)]
    np.testing.assert_allclose(figure.value, np.mean(pairs) + 1 - 2, rtol=1e-9)


def test_refuses_few():
    with pytest.raises(Few, match=r"2 real and 2 generated .*: 1 and 9"):
        _measure(np.zeros((1, 2)), np.zeros((9, 2)), Context(allow_few=True))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"num_subsets": 0}, "`num_subsets` must be a positive integer. Received: 0"),
        ({"subset_size": 1}, "`subset_size` must be an integer of at least 2"),
    ],
)
def test_refuses_other_arguments(arguments, message):
    with pytest.raises(ValueError, match=message):
        Kernel(**arguments)


def test_description():
    metric = Kernel(features="mnist")
    assert metric.features == "mnist"
    assert (metric.kind, metric.standard_name) == ("kernel", "kid")
    assert (metric.figures, metric.best) == (("kernel",), ("min",))
    assert set(metric.statistics()) == {"real", "fake"}
