"""What a metric is."""

import pytest

from kgan.metrics.base import Context, Few, Figure, Metric


def test_a_metric_must_say_what_it_collects_and_computes():
    with pytest.raises(TypeError, match="abstract"):
        Metric()


def test_a_figure_alone_has_no_uncertainty():
    assert Figure(1.0) == (1.0, None, None, {})


def test_too_few_examples_are_a_wrong_value():
    assert issubclass(Few, ValueError)
    assert Context().allow_few is False
