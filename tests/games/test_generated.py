"""Generated examples are those of `generate`, with their classes."""

import numpy as np
import pytest
from metric_stand_ins import digits_gan, points_gan


def read(examples, batch_size=7):
    data, labels = zip(*examples.batches(batch_size), strict=True)
    return np.concatenate(data), None if labels[0] is None else np.concatenate(labels)


@pytest.mark.parametrize("batch_size", [1, 7, 20])
def test_generated_examples_are_those_of_generate(batch_size):
    gan = digits_gan(num_classes=3)
    data, labels = read(gan.examples(20, seed=5), batch_size)
    np.testing.assert_array_equal(data, gan.generate(20, seed=5))
    np.testing.assert_array_equal(labels, np.arange(20) % 3)
    truncated = read(gan.examples(20, seed=5, truncation=0.5), batch_size)[0]
    np.testing.assert_array_equal(truncated, gan.generate(20, seed=5, truncation=0.5))


def test_raw_and_averaged_weights_are_told_apart():
    gan = points_gan()
    for weight in gan.generator.weights:
        weight.assign(weight + 1.0)
    raw = read(gan.examples(5, averaged=False))[0]
    np.testing.assert_array_equal(raw, gan.generate(5, averaged=False))
    assert not np.array_equal(raw, read(gan.examples(5))[0])


def test_nan_is_refused_though_bytes_would_hide_it():
    gan = digits_gan()
    gan.ema_generator.weights[-1].assign(np.full(64, np.nan))
    with pytest.raises(FloatingPointError, match="finite samples"):
        read(gan.examples(5))


def test_numbers_out_of_range_are_refused():
    gan = points_gan()
    with pytest.raises(ValueError, match="`num_images` must be a positive integer"):
        gan.examples(0)
    with pytest.raises(ValueError, match="`truncation` must lie in"):
        gan.examples(1, truncation=2.0)


def test_classes_may_be_chosen():
    gan, labels = digits_gan(num_classes=3), np.array([2, 0, 2, 1, 1])
    data, found = read(gan.examples(5, seed=1, labels=labels), 2)
    np.testing.assert_array_equal(data, gan.generate(5, seed=1, labels=labels))
    np.testing.assert_array_equal(found, labels)
    with pytest.raises(ValueError, match="`labels` must be None"):
        digits_gan().examples(5, labels=labels)


def test_they_say_what_they_are():
    examples = digits_gan(num_classes=3).examples(5, truncation=0.5)
    assert (examples.shape, examples.num_classes) == ((8, 8, 1), 3)
    assert examples.provenance() == {"generator": "averaged weights", "truncation": 0.5}
    raw = points_gan().examples(5, averaged=False)
    assert raw.num_classes is None
    assert raw.provenance() == {"generator": "raw weights", "truncation": 1.0}
