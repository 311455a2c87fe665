import numpy as np
import pytest

from kgan.augment import filters


def _u(row, j):
    """Sample j of a mirrored row, by the sum that defines it."""
    taps = filters._LOW_PASS
    return sum(
        np.sqrt(2) * taps[j - 2 * i + 5] * row[filters.mirrored(i, len(row))]
        for i in range(j // 2 - 8, j // 2 + 8)
        if 0 <= j - 2 * i + 5 < 12
    )


def test_low_pass_is_orthogonal_to_its_shifts_and_has_six_vanishing_moments():
    taps = filters._LOW_PASS
    for shift in range(1, 6):
        assert abs(np.dot(taps[2 * shift :], taps[: -2 * shift])) < 1e-11
    assert np.dot(taps, taps) == pytest.approx(1)
    k = np.arange(12)
    for order in range(6):
        moment = np.sum((-1.0) ** k * (k - 5.5) ** order * taps)
        assert abs(moment) < 1e-6


def test_mirrored_row():
    expected = np.pad(np.arange(4), 9, mode="reflect")
    assert [filters.mirrored(i, 4) for i in range(-9, 13)] == list(expected)
    assert [filters.mirrored(i, 1) for i in range(-3, 3)] == [0] * 6


@pytest.mark.parametrize("size", [1, 2, 3, 8, 17])
def test_upsampling_is_the_filter_on_the_mirrored_row(size):
    row = np.random.default_rng(0).normal(size=size)
    samples = filters.upsampling(size) @ row
    expected = [_u(row, j) for j in range(-6, 2 * size + 6)]
    np.testing.assert_allclose(samples, expected, atol=1e-6)


@pytest.mark.parametrize("size", [1, 2, 3, 8, 17])
def test_downsampling_undoes_upsampling(size):
    both = filters.downsampling(size) @ filters.upsampling(size)[1:-1]
    np.testing.assert_allclose(both, np.eye(size), atol=1e-6)


def test_samples_stand_at_their_places():
    samples = filters.upsampling(40)[1:-1] @ np.arange(40.0)
    places = filters.sample_places(40) + 39 / 2
    np.testing.assert_allclose(samples[20:60], places[20:60], atol=1e-4)
