"""Metrics by name."""

import pytest

import kgan
from kgan import metrics
from kgan.metrics.base import Metric
from kgan.metrics.registry import fitting, kinds


def test_kinds_are_found_without_a_list():
    expected = {
        "frechet",
        "frechet_infinity",
        "kernel",
        "classifier_score",
        "precision_recall",
        "density_coverage",
        "mode_coverage",
        "bins",
        "birthday",
        "parzen",
        "jensen_shannon",
        "sliced_wasserstein",
        "memorisation",
        "class_coverage",
        "class_agreement",
    }
    assert expected <= set(metrics.names())


@pytest.mark.parametrize(
    ("name", "kind", "features"),
    [
        ("frechet", "frechet", None),
        ("frechet_mnist", "frechet", "mnist"),
        ("frechet_infinity", "frechet_infinity", None),
        ("frechet_infinity_mnist", "frechet_infinity", "mnist"),
        ("kernel_fashion_mnist", "kernel", "fashion_mnist"),
        ("recall", "precision_recall", None),
        ("density_vgg16", "density_coverage", "vgg16"),
        ("fid", "frechet", "inception"),
        ("kid", "kernel", "inception"),
        ("inception_score", "classifier_score", "inception"),
        ("parzen", "parzen", None),
        ("modes_found", "mode_coverage", None),
    ],
)
def test_a_name_says_metric_and_features(name, kind, features):
    metric = metrics.get(name)
    assert (metric.kind, metric.features) == (kind, features)


@pytest.mark.parametrize("name", ["freched", "parzen_mnist", "fid_mnist", "", 3])
def test_an_unknown_name_is_refused(name):
    with pytest.raises(ValueError, match="A metric must be one of"):
        metrics.get(name)


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("freched", "frechet"),
        ("fidd", "fid"),
        ("precison_mnist", "precision_mnist"),
        ("inception_scor", "inception_score"),
    ],
)
def test_a_near_name_is_proposed(name, near):
    with pytest.raises(ValueError, match=f"^Did you mean '{near}'\\? A metric must"):
        metrics.get(name)


def test_an_object_stays_as_it_is():
    metric = kinds()["frechet"](features="mnist")
    assert metrics.get(metric) is metric


@pytest.mark.parametrize("kind", sorted(kinds()))
def test_each_metric_keeps_the_contract(kind):
    cls = kinds()[kind]
    assert issubclass(cls, Metric)
    assert len(cls.figures) == len(cls.best)
    assert set(cls.best) <= {"min", "max", "0", "1"}
    metric = cls()
    roles = metric.statistics()
    assert set(roles) & {"fake", *metric.made}
    assert set(roles) <= {"real", "fake", "held_out", *metric.made}
    for role, statistic in metric.statistics().items():
        assert statistic is not roles[role], "a statistic must be made anew"
        assert statistic.count == 0
        assert statistic.key == roles[role].key


class Extractor:
    num_classes = 10


class Other:
    num_classes = None


def test_densities_are_compared_with_their_own():
    ring, gaussian = kgan.data.source("ring"), kgan.data.source("gaussian")
    assert fitting(ring, None, Other)[0] == "mode_coverage"
    assert "jensen_shannon" in fitting(gaussian, None, Other)
    assert "mode_coverage" not in fitting(gaussian, None, Other)


def test_classes_count_where_the_extractor_knows_them():
    digits = kgan.data.source("digits")
    assert "class_coverage" not in fitting(digits, None, Other)
    assert "class_coverage" in fitting(digits, None, Extractor)
    assert "class_agreement" not in fitting(digits, None, Extractor)
    assert "class_agreement" in fitting(digits, 10, Extractor)
    assert "class_coverage" not in fitting(None, None, Extractor)
