"""Which metrics fit which data."""

import kgan
from kgan.metrics.defaults import fitting


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
