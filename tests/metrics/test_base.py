"""What a metric is."""

import numpy as np
import pytest

from kgan.metrics.base import Context, Few, Figure, Metric, check_counts


def test_a_metric_must_say_what_it_collects_and_computes():
    with pytest.raises(TypeError, match="abstract"):
        Metric()


def test_a_figure_alone_has_no_uncertainty():
    assert Figure(1.0) == (1.0, None, None, {})


def test_a_mean_has_its_standard_error():
    values = np.array([1.0, 2.0, 6.0])
    value, error, meaning, details = Figure.mean(values, "standard error", {"k": 3})
    assert (value, meaning, details) == (3.0, "standard error", {"k": 3})
    assert error == pytest.approx(np.sqrt((4 + 1 + 9) / 2 / 3))
    assert Figure.mean(values[:1], "standard error", {}) == Figure(1.0)


def test_counts_are_checked():
    check_counts("It needs", 5, {"real": 5, "generated": 6})
    message = r"It needs at least 6 real and 6 generated examples\. Received: 5 and 6"
    with pytest.raises(Few, match=message):
        check_counts("It needs", 6, {"real": 5, "generated": 6})


def test_too_few_examples_are_a_wrong_value():
    assert issubclass(Few, ValueError)
    assert Context().allow_few is False
