import types

import numpy as np

from kgan.report import neighbours
from kgan.report.subject import Examples

REAL = np.random.default_rng(0).normal(size=(50, 6)).astype(np.float32) + 100


def test_nearest_by_hand():
    rows, others = np.array([[0.0, 0], [3, 4]]), np.array([[0.0, 1], [3, 4], [0, 3]])
    distances, indices = neighbours.nearest(rows, others, 2)
    np.testing.assert_allclose(distances, [[1, 3], [0, 10**0.5]])
    np.testing.assert_array_equal(indices, [[0, 2], [1, 2]])


def test_the_nearest_of_a_copy_is_its_original_at_exactly_0():
    distances, indices = neighbours.nearest(REAL[[7, 31]], REAL, 4)
    np.testing.assert_array_equal(indices[:, 0], [7, 31])
    np.testing.assert_array_equal(distances[:, 0], [0, 0])
    assert (np.diff(distances, axis=1) > 0).all()


def test_no_more_neighbours_than_others():
    distances, indices = neighbours.nearest(REAL[:2], REAL[:3], 4)
    assert distances.shape == indices.shape == (2, 3)


def test_usual_is_the_distance_to_the_nearest_other():
    line = np.array([[0.0], [1], [3], [7]])
    nobody = np.full(4, -1)
    found = neighbours.usual(line, np.arange(4), nobody)
    np.testing.assert_allclose(found, [1, 1, 2, 4])
    found = neighbours.usual(line, np.array([1, 3]), np.array([0, 2]))
    np.testing.assert_allclose(found, [2, 6])


def test_duplicates_are_usual_at_0():
    twice = np.array([[5.0], [5], [9]])
    found = neighbours.usual(twice, np.array([0, 1]), np.full(2, -1))
    np.testing.assert_array_equal(found, [0, 0])


def test_closeness():
    found = neighbours.closeness(np.array([0.0, 1, 1, 0]), np.array([2.0, 2, 0, 0]))
    np.testing.assert_array_equal(found, [0, 0.5, np.inf, 0])


def _subject(fake):
    images = np.zeros((50, 4, 4, 1), np.uint8)
    images += np.arange(50, dtype=np.uint8)[:, None, None, None]
    return types.SimpleNamespace(
        real=Examples(REAL, np.arange(50)[::-1], None),
        fake=Examples(fake, np.arange(len(fake)), None),
        extractor=types.SimpleNamespace(name="<net>"),
        source=types.SimpleNamespace(num_examples=50, shape=(4, 4, 1)),
        read=images.__getitem__,
        again=lambda index: np.full((1, 4, 4, 1), 200 + index, np.uint8),
    )


def test_a_copy_is_found_among_all_and_is_bold(opened):
    # Twelve samples: the last is a copy of the real example 20, at position 29.
    away = np.random.default_rng(1).normal(size=(11, 6)) + 100
    fake = np.concatenate([away, REAL[20:21]]).astype(np.float32)
    written = neighbours.neighbours(_subject(fake))
    first, closest = (part for part in written.split("<tbody>")[1:])
    shown = [image[0, 0, 0] for image in opened(first)]
    assert shown[::5] == [200, 201, 202, 203, 204]
    sample, nearest, *_ = [image[0, 0, 0] for image in opened(closest)]
    assert (sample, nearest) == (211, 29)
    assert '<span class="near">0.00</span>' in closest
    assert "of all 50 training images" in written
    assert "&lt;net&gt;" in written


def test_samples_that_are_all_copies_are_many_more_than_real_ones():
    written = neighbours.neighbours(_subject(REAL[:10]))
    assert "That holds for 100.0% of the samples, and for 0.0% of real" in written


def test_too_few_real_images_are_no_section():
    subject = _subject(REAL[:4])
    subject.real = Examples(REAL[:2], np.arange(2), None)
    assert neighbours.neighbours(subject) is None


def test_it_is_said_that_not_all_were_searched():
    subject = _subject(REAL[:4] + 1)
    subject.source.num_examples = 1_000
    assert "of 50 of 1,000 training images" in neighbours.neighbours(subject)
