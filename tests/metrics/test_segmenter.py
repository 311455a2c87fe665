"""A segmenter that is trained on the spot, and intersections over unions."""

import numpy as np
import pytest

from kgan.metrics.segmenter import Segmenter, intersection_over_union


def squares(count, seed):
    """Bright squares on a dark noise, and where they are."""
    draw = np.random.default_rng(seed)
    images = draw.integers(0, 90, (count, 16, 16, 3), np.uint8)
    classes = np.zeros((count, 16, 16), np.int64)
    for image, mask, (y, x) in zip(
        images, classes, draw.integers(0, 10, (count, 2)), strict=True
    ):
        mask[y : y + 6, x : x + 6] = 1
        image[y : y + 6, x : x + 6] += 110
    return images, classes


def test_intersection_over_union_is_that_of_sets():
    first = np.array([[0, 0, 1], [1, 2, 2]])
    second = np.array([[0, 1, 1], [1, 1, 2]])
    found = intersection_over_union(first, second, 4)
    np.testing.assert_allclose(found, [1 / 2, 2 / 4, 1 / 2, np.nan])


def test_it_finds_squares_that_it_has_not_seen_and_not_where_masks_are_others():
    images, classes = squares(64, seed=0)
    others, theirs = squares(16, seed=1)
    found = Segmenter(images, classes, 2, steps=60, seed=0)(others)
    assert found.shape == theirs.shape
    assert intersection_over_union(found, theirs, 2)[1] > 0.9
    shuffled = Segmenter(images, np.roll(classes, 1, axis=0), 2, steps=60, seed=0)
    assert intersection_over_union(shuffled(others), theirs, 2)[1] < 0.5


def test_it_follows_from_its_seed():
    images, classes = squares(8, seed=0)

    def logits(seed):
        network = Segmenter(images, classes, 2, steps=2, seed=seed).network
        return network(images, training=False).numpy()

    np.testing.assert_array_equal(logits(1), logits(1))
    assert np.abs(logits(1) - logits(2)).max() > 0


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"images": np.zeros((2, 16, 16, 1), np.float32)}, "`images` must be uint8"),
        ({"images": np.zeros((2, 18, 16, 1), np.uint8)}, "sides that 4 divides"),
        ({"classes": np.zeros((2, 16, 15), int)}, r"`classes` must be integers of"),
        ({"classes": np.full((2, 16, 16), 2)}, r"must lie in \[0, 2\)"),
        ({"steps": 0}, "`steps` must be a positive integer"),
    ],
)
def test_wrong_arguments_are_refused(change, message):
    right = {
        "images": np.zeros((2, 16, 16, 1), np.uint8),
        "classes": np.zeros((2, 16, 16), int),
        "num_classes": 2,
    }
    with pytest.raises(ValueError, match=message):
        Segmenter(**(right | change))
