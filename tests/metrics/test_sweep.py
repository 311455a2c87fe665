"""One pass for all statistics."""

import numpy as np
import pytest
from metric_stand_ins import Means

import kgan
from kgan.metrics.examples import Real
from kgan.metrics.feature_rows import Rows
from kgan.metrics.moments import Moments
from kgan.metrics.sweep import Request, sweep


def digits(limit=None):
    return Real(kgan.data.source("digits"), limit)


def test_equal_statistics_are_collected_once():
    request, extractor = Request(), Means()
    first = request.add(extractor, Moments())
    assert request.add(extractor, Moments()) is first
    assert request.add(Means(), Moments()) is not first
    assert request.add(extractor, Rows(5)) is not request.add(extractor, Rows(6))


def test_examples_pass_once_through_each_extractor():
    request, extractor = Request(), Means()
    moments = request.add(extractor, Moments())
    rows = request.add(extractor, Rows(10))
    sweep(digits(50), request, 16, "title", 0)
    assert extractor.rows == 50
    assert (moments.count, rows.count, len(rows.rows)) == (50, 50, 10)
    assert rows.labels.shape == (10,)


def test_nothing_is_read_where_nothing_is_asked():
    class Unread:
        def batches(self, batch_size):
            raise AssertionError

    sweep(Unread(), Request(), 16, "title", 0)


@pytest.mark.parametrize("broken", ["features", "logits"])
def test_what_is_not_finite_is_refused(broken):
    class Broken(Means):
        def __call__(self, images):
            wrong = np.full((len(images), 2), np.inf)
            return super().__call__(images)._replace(**{broken: wrong})

    request = Request()
    request.add(Broken(), Moments())
    message = f"{broken.capitalize()} must be finite"
    with pytest.raises(FloatingPointError, match=message):
        sweep(digits(5), request, 16, "title", 0)


def test_progress_is_shown_when_asked(capsys):
    request = Request()
    request.add(Means(), Moments())
    sweep(digits(20), request, 16, "Real examples: digits", 1)
    out = capsys.readouterr().out
    assert out.startswith("Real examples: digits")
    assert "20/20" in out


def test_equal_examples_are_told_of():
    images = np.full((9, 8, 8, 1), 7, np.uint8)
    request = Request()
    request.add(Means(), Moments())
    with pytest.warns(UserWarning, match="All 9 arrays are equal"):
        sweep(Real(kgan.data.source(images)), request, 2, "title", 0)
    images[-1, 0, 0, 0] = 8
    sweep(
        Real(kgan.data.source(images)), request, 2, "title", 0
    )  # an error if it warns


def test_a_key_tells_kind_and_parameters():
    assert Rows(5).key == Rows(5).key
    assert len({Rows(5).key, Rows(6).key, Rows(5, "logits").key, Moments().key}) == 4
