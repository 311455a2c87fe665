import json
import pathlib

import numpy as np
import pytest

from kgan.metrics.base import Context, Few
from kgan.metrics.classifier_score import (
    ClassifierScore,
    Logits,
    classifier_score,
    scores_of_splits,
)
from kgan.metrics.feature_rows import Rows
from kgan.metrics.features.base import Outputs

FIXTURES = pathlib.Path(__file__).parent / "fixtures"
ROWS = np.arange(12, dtype=np.float32).reshape(6, 2)


@pytest.fixture(scope="module")
def logits():
    with np.load(FIXTURES / "features.npz") as features:
        return features["logits"]


def _outputs(logits):
    return Outputs(np.zeros((len(logits), 3), np.float32), logits, None)


def _measure(logits, context=None, batch_size=1000, real=None, **arguments):
    metric = ClassifierScore(**arguments)
    collected = metric.statistics()
    collected["real"].update(_outputs(logits if real is None else real), None)
    for start in range(0, len(logits), batch_size):
        collected["fake"].update(_outputs(logits[start : start + batch_size]), None)
    return metric.compute(collected, context or Context())["classifier_score"]


@pytest.mark.parametrize("num_splits", [1, 10])
def test_equals_torch_fidelity(logits, num_splits):
    text = (FIXTURES / "expected.json").read_text(encoding="utf-8")
    published = json.loads(text)["classifier_score"]["torch_fidelity"]
    published = published[str(num_splits)]
    scores = scores_of_splits(logits, num_splits)
    np.testing.assert_allclose(scores.mean(), published["mean"], rtol=1e-9)
    np.testing.assert_allclose(scores.std(), published["std"], rtol=1e-9)
    figure = _measure(logits, num_splits=num_splits)
    np.testing.assert_allclose(figure.value, published["mean"], rtol=1e-9)
    np.testing.assert_allclose(figure.uncertainty, published["std"], rtol=1e-9)
    assert figure.uncertainty_is == f"standard deviation of {num_splits} splits"
    details = {"num_splits": num_splits, "num_classes": 7}
    assert figure.details == details | {"of_real": figure.value}
    # As many reals as fakes are scored, those that came first.
    others = np.concatenate([logits, 100 * logits])
    assert _measure(logits, num_splits=num_splits, real=others) == figure


def test_sure_of_each_and_all_classes():
    # Probabilities of e^-1000 underflow, and are still told from each other.
    for scale in (100.0, 1000.0):
        score = classifier_score(scale * np.tile(np.eye(5), (3, 1)))
        np.testing.assert_allclose(score, 5.0, rtol=1e-12)


def test_a_class_that_underflows_everywhere():
    logits = np.array([[0.0, 0.0, -5000.0], [0.0, 0.0, -6000.0]])
    np.testing.assert_allclose(classifier_score(logits), 1.0, rtol=1e-12)


def test_two_examples_by_hand():
    # p(y|x) are (3/4, 1/4) and (1/4, 3/4), p(y) is (1/2, 1/2).
    logits = np.log([[3.0, 1.0], [1.0, 3.0]])
    divergence = 0.75 * np.log(1.5) + 0.25 * np.log(0.5)
    np.testing.assert_allclose(classifier_score(logits), np.exp(divergence))


def test_constant_fakes_have_the_score_1(logits):
    figure = _measure(np.tile(logits[:1], (200, 1)))
    np.testing.assert_allclose(figure.value, 1.0, rtol=1e-12)
    assert figure.uncertainty < 1e-12


def test_unsure_classifiers_give_less(logits):
    scores = [classifier_score(scale * logits) for scale in (0.0, 0.3, 1.0, 3.0)]
    assert scores == sorted(scores)
    np.testing.assert_allclose(scores[0], 1.0, rtol=1e-12)


def test_splits_are_consecutive_and_as_equal_as_can_be():
    # 7 examples in 3 parts: 0 to 1, 2 to 3 and 4 to 6.
    logits = 100 * np.eye(3)[[0, 1, 2, 2, 0, 1, 2]]
    np.testing.assert_allclose(scores_of_splits(logits, 3), [2.0, 1.0, 3.0])


@pytest.mark.parametrize("batch_size", [1, 37, 500])
def test_batches_do_not_matter(logits, batch_size):
    assert _measure(logits, batch_size=batch_size) == _measure(logits)


def test_refuses_few(logits):
    with pytest.raises(Few, match="69 fake examples of 7 classes"):
        _measure(logits[:69])
    assert _measure(logits[:70]).value > 1
    assert _measure(logits[:69], Context(allow_few=True)).value > 1
    with pytest.raises(Few, match="at least 1 examples in each of 10 splits"):
        _measure(logits[:9], Context(allow_few=True))


def test_refuses_an_extractor_without_logits():
    outputs = Outputs(np.zeros((4, 3), np.float32), None, None)
    with pytest.raises(ValueError, match="logits"):
        ClassifierScore().statistics()["fake"].update(outputs, None)


def test_refuses_other_arguments():
    message = "`num_splits` must be a positive integer. Received: 0"
    with pytest.raises(ValueError, match=message):
        ClassifierScore(num_splits=0)


def test_description():
    metric = ClassifierScore(features="mnist")
    assert metric.features == "mnist"
    assert (metric.kind, metric.standard_name) == (
        "classifier_score",
        "inception_score",
    )
    assert (metric.figures, metric.best) == (("classifier_score",), ("max",))
    assert set(metric.statistics()) == {"real", "fake"}


def test_first_logits_and_their_labels_are_kept():
    statistic = Logits(limit=4)
    statistic.update(_outputs(ROWS), np.arange(6))
    np.testing.assert_array_equal(statistic.rows, ROWS[:4])
    np.testing.assert_array_equal(statistic.labels, np.arange(4))
    assert statistic.count == 6


def test_logits_need_a_classifier():
    with pytest.raises(ValueError, match=r"extractor that classifies.*logits=None"):
        Logits().update(Outputs(np.zeros((6, 3), np.float32), None, None), None)


def test_key_of_logits_differs_by_limit_and_output():
    assert Logits(5).key == Logits(5).key
    assert len({Logits(5).key, Logits(6).key, Rows(5).key}) == 3


def test_state_of_logits_comes_back():
    statistic, restored = Logits(), Logits()
    statistic.update(_outputs(ROWS), np.arange(6))
    restored.restore(statistic.state())
    np.testing.assert_array_equal(restored.rows, ROWS)
    np.testing.assert_array_equal(restored.labels, np.arange(6))
    assert restored.count == 6
