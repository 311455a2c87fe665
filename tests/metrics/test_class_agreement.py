import numpy as np
import pytest

from kgan.metrics.base import Context, Few
from kgan.metrics.class_agreement import ClassAgreement, class_agreement
from kgan.metrics.features.base import Outputs

ASKED = np.arange(1000) % 10


def _measure(seen, asked, batch_size=1000, classes=10, **context):
    """Measures images whose classes the classifier has seen as `seen`."""
    metric = ClassAgreement()
    collected = metric.statistics()
    logits = np.eye(classes, dtype="float32")[seen]
    for first in range(0, len(seen), batch_size):
        part = slice(first, first + batch_size)
        labels = None if asked is None else asked[part]
        collected["fake"].update(Outputs(logits[part], logits[part], None), labels)
    return metric.compute(collected, Context(**context))["class_agreement"]


def test_share_by_hand():
    logits = [[0.1, 0.2, 0.0], [3.0, 1.0, 2.0], [-1.0, -2.0, -0.5], [0.0, 0.0, 9.0]]
    assert class_agreement(logits, [1, 0, 1, 2]) == 0.75


def test_every_image_is_what_was_asked_for():
    figure = _measure(ASKED, ASKED, num_classes=10)
    assert (figure.value, figure.uncertainty) == (1.0, 0.0)


def test_labels_without_effect_give_the_share_by_chance():
    seen = np.random.default_rng(0).integers(0, 10, 1000)
    figure = _measure(seen, ASKED)
    assert figure.value == pytest.approx(0.1, abs=0.03)
    error = np.sqrt(figure.value * (1 - figure.value) / 1000)
    assert figure.uncertainty == pytest.approx(error)
    assert figure.uncertainty_is == "standard error"


def test_the_worst_class_is_told():
    seen = np.where((ASKED == 7) & (np.arange(1000) >= 400), 1, ASKED)
    figure = _measure(seen, ASKED)
    assert figure.value == pytest.approx(0.94)
    assert figure.details == {
        "num_fake": 1000,
        "lowest_class": 7,
        "lowest_class_agreement": 0.4,
    }


def test_constant_generator():
    figure = _measure(np.full(1000, 4), ASKED)
    assert figure.value == 0.1
    assert figure.details["lowest_class_agreement"] == 0.0


def test_batches_do_not_matter():
    seen = np.random.default_rng(0).integers(0, 10, 1000)
    assert _measure(seen, ASKED, batch_size=7) == _measure(seen, ASKED)


def test_unconditional_model():
    with pytest.raises(ValueError, match=r"needs a conditional model.*labels=None"):
        _measure(ASKED, None)


def test_classifier_of_other_classes():
    with pytest.raises(ValueError, match=r"model's 10 classes\. Received: one of 1008"):
        _measure(ASKED, ASKED, classes=1008, num_classes=10)
    with pytest.raises(ValueError, match=r"in \[0, 3\)\. Received: labels from 0 to 9"):
        _measure(ASKED % 3, ASKED, classes=3)


def test_one_label_for_each_image():
    with pytest.raises(ValueError, match=r"each of 4 images.*shape \(3,\)"):
        class_agreement(np.zeros((4, 2)), np.zeros(3, int))


def test_few_images():
    with pytest.raises(Few, match=r"at least 100 generated examples\. Received: 99"):
        _measure(ASKED[:99], ASKED[:99])
    assert _measure(ASKED[:99], ASKED[:99], allow_few=True).value == 1.0


def test_extractor_that_does_not_classify():
    batch = np.zeros((5, 3), "float32")
    with pytest.raises(ValueError, match="needs an extractor that classifies"):
        ClassAgreement().statistics()["fake"].update(Outputs(batch, None, batch), None)
