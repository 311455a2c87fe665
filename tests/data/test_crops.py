"""Batches show random crops, which follow from the seed and the batch's number."""

import numpy as np
import pytest
import tensorflow as tf

from kgan import data
from kgan.data import crops
from kgan.data.arrays import ArraySource
from kgan.data.mirrored import mirrored

LOADED = np.random.default_rng(0).integers(0, 256, (6, 5, 9, 3), dtype=np.uint8)
SIZE = (4, 6)


@pytest.fixture
def source():
    return crops.Cropped(ArraySource("arrays", LOADED), SIZE)


def windows_of(image):
    """All crops of an image."""
    return np.lib.stride_tricks.sliding_window_view(image, SIZE, (0, 1)).transpose(
        0, 1, 3, 4, 2
    )


def test_what_is_read_is_the_centre(source):
    assert (source.shape, source.dtype) == ((4, 6, 3), np.uint8)
    centre = LOADED[:, :4, 1:7]
    np.testing.assert_array_equal(source.read(), centre)
    np.testing.assert_array_equal(source.read([3, 0]), centre[[3, 0]])
    read = source.reader(2, with_labels=False)(tf.constant([1, 5], tf.int64))
    np.testing.assert_allclose(read, centre[[1, 5]] / 127.5 - 1, atol=1e-6)


@pytest.mark.parametrize("memory_limit", [0, 2**30])
def test_each_row_has_a_crop_of_its_own(memory_limit):
    loaded = ArraySource("arrays", LOADED, memory_limit=memory_limit)
    source = crops.Cropped(loaded, SIZE)
    read = source.reader(6, with_labels=False)
    indices, seen = tf.range(6, dtype=tf.int64), set()
    for where in crops.draw(0, 40, 6, seed=1):
        batch = np.round((read((indices, where)).numpy() + 1) * 127.5)
        for image, loaded in zip(batch, LOADED, strict=True):
            found = (windows_of(loaded) == image).all(axis=(2, 3, 4))
            ((row, column),) = np.argwhere(found)
            seen.add((row, column))
    assert seen == {(row, column) for row in range(2) for column in range(4)}


def test_the_corners_are_in_their_range_at_its_end(source):
    read = source.reader(1, with_labels=False)
    last = np.nextafter(np.float32(1), np.float32(0))
    image = read((tf.constant([2], tf.int64), tf.fill((1, 2), last)))
    np.testing.assert_allclose(image[0], LOADED[2, 1:, 3:] / 127.5 - 1, atol=1e-6)


def test_places_follow_from_the_seed_and_the_number():
    whole = list(crops.draw(0, 9, 4, seed=3).as_numpy_iterator())
    later = list(crops.draw(5, 9, 4, seed=3).as_numpy_iterator())
    np.testing.assert_array_equal(later, whole[5:])
    assert len({where.tobytes() for where in whole}) == 9
    other = next(crops.draw(0, 1, 4, seed=4).as_numpy_iterator())
    assert (other != whole[0]).all()
    assert whole[0].shape == (4, 2)


def test_a_mirrored_crop_is_cropped_from_what_is_mirrored(source):
    both = mirrored(source)
    assert both.num_examples == 12
    np.testing.assert_array_equal(both.read()[6:], LOADED[:, :4, ::-1][:, :, 1:7])


def test_the_fingerprint_and_the_identity(source):
    assert source.fingerprint() != source.source.fingerprint()
    other = crops.Cropped(source.source, (3, 6))
    assert other.fingerprint() != source.fingerprint()
    assert source.identity()["shape"] == [4, 6, 3]


def test_sizes():
    assert crops.sizes(None, None) == (None, None)
    assert crops.sizes(4, None) == ((4, 4), None)
    assert crops.sizes((4, 6), 6) == ((4, 6), (6, 6))
    for size, load in ((8, 7), ((4, 6), (6, 5))):
        with pytest.raises(
            ValueError, match=r"image_size, .* at most.*load_size="
        ) as e:
            crops.sizes(size, load)
        assert "\n" not in str(e.value)
    with pytest.raises(ValueError, match=r"image_size, .*, must be given with load_si"):
        crops.sizes(None, 8)
    with pytest.raises(ValueError, match="load_size must be a positive integer"):
        crops.sizes(4, -1)


def test_other_sources_have_no_crops():
    with pytest.raises(
        ValueError, match=r"option of digits none. Received: 'load_size'"
    ):
        data.source("digits", load_size=8)
