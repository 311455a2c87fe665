import numpy as np
import pytest

from kgan.metrics.base import Context, Few
from kgan.metrics.class_coverage import ClassCoverage, class_coverage
from kgan.metrics.features.base import Outputs


def _measure(real, fake, classes=10, batch_size=1000, **context):
    """Measures two sets of images, given by their classes."""
    metric = ClassCoverage()
    collected = metric.statistics()
    for role, images in (("real", real), ("fake", fake)):
        noise = np.random.default_rng(0).uniform(0, 0.4, (len(images), classes))
        logits = (np.eye(classes)[images] + noise).astype("float32")
        for first in range(0, len(images), batch_size):
            batch = logits[first : first + batch_size]
            collected[role].update(Outputs(batch, batch, batch), None)
    return metric.compute(collected, Context(**context))


def _values(figures):
    return [figure.value for figure in figures.values()]


def test_figures_by_hand():
    found = class_coverage([5, 5, 10, 0], [6, 2, 0, 0])
    assert found == {
        "classes_found": 2.0,
        "classes_kl": pytest.approx(0.75 * np.log(3) + 0.25 * np.log(1)),
        "smallest_class_share": 0.0,
    }


def test_a_class_without_real_images_counts_as_one_real_image():
    found = class_coverage([9, 0, 0], [1, 3, 0])
    expected = 0.25 * np.log(0.25 / 0.9) + 0.75 * np.log(0.75 / 0.1)
    assert found["classes_kl"] == pytest.approx(expected)
    assert found["classes_found"] == 1
    assert found["smallest_class_share"] == 0.25


def test_equal_distributions():
    rng = np.random.default_rng(0)
    shares = np.arange(1, 11) / 55
    real, fake = rng.choice(10, (2, 5000), p=shares)
    found, kl, smallest = _values(_measure(real, fake))
    assert found == 10
    assert kl < 3 * 9 / 5000  # expected is 9 / 2 · 2 / 5000
    assert smallest == pytest.approx(1 / 55, abs=0.006)


def test_dropped_classes():
    real = np.arange(1000) % 10
    found, kl, smallest = _values(_measure(real, real % 5))
    assert (found, smallest) == (5, 0)
    assert kl == pytest.approx(np.log(2))


def test_more_weight_on_one_class_is_worse():
    real = np.arange(1000) % 10
    fakes = [np.where(np.arange(1000) < heavy, 0, real) for heavy in (0, 300, 600)]
    values = [_values(_measure(real, fake)) for fake in fakes]
    assert values[0] == [10, 0, 0.1]
    assert values[0][1] < values[1][1] < values[2][1]
    assert values[0][2] > values[1][2] > values[2][2]


def test_constant_generator():
    real = np.arange(1000) % 10
    assert _values(_measure(real, np.full(1000, 3))) == [
        1,
        pytest.approx(np.log(10)),
        0,
    ]


def test_classes_that_no_real_image_has_are_told():
    real = np.arange(1000) % 5
    fake = np.where(np.arange(1000) < 250, 7, real)
    with pytest.warns(UserWarning, match="250 of 1000 generated images"):
        figures = _measure(real, fake)
    assert figures["classes_found"].value == 5
    assert figures["classes_found"].details["num_classes"] == 5
    assert np.isfinite(_values(figures)).all()


def test_batches_do_not_matter():
    rng = np.random.default_rng(0)
    real, fake = rng.integers(0, 10, (2, 500))
    assert _measure(real, fake, batch_size=7) == _measure(real, fake, batch_size=500)


def test_figures_state_their_protocol():
    real = np.arange(1000) % 10
    figures = _measure(real, real[:200])
    assert tuple(figures) == ClassCoverage.figures
    assert ClassCoverage.best == ("max", "min", "max")
    assert figures["classes_kl"].details == {
        "num_real": 1000,
        "num_fake": 200,
        "num_classes": 10,
    }


def test_few_images():
    real = np.arange(1000) % 10
    with pytest.raises(
        Few, match=r"10 classes need at least 100 real and.*: 1000 and 99"
    ):
        _measure(real, real[:99])
    with pytest.raises(Few, match=r"at least 100 real .*\. Received: 50 and"):
        _measure(real[:50], real)
    assert _measure(real, real[:99], allow_few=True)["classes_found"].value == 10


def test_extractor_that_does_not_classify():
    batch = np.zeros((5, 3), "float32")
    with pytest.raises(ValueError, match="needs an extractor that classifies"):
        ClassCoverage().statistics()["fake"].update(Outputs(batch, None, batch), None)
