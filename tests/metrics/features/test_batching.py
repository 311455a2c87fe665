import numpy as np
import pytest

from kgan.metrics.features.batching import in_batches


@pytest.mark.parametrize("count", [1, 3, 4, 11])
def test_all_calls_have_one_shape(count):
    shapes = []

    def network(batch):
        shapes.append(batch.shape)
        return batch + 1, batch.sum(axis=1)

    images = np.arange(2 * count, dtype=np.uint8).reshape(count, 2)
    one, two = in_batches(network, lambda x: x * 10.0, images, 4)
    np.testing.assert_array_equal(one, images * 10.0 + 1)
    np.testing.assert_array_equal(two, images.sum(axis=1) * 10.0)
    assert shapes == [(4, 2)] * -(-count // 4)
    assert one.dtype == np.float32


def test_what_fills_up_is_not_prepared():
    seen = []

    def prepare(images):
        seen.append(len(images))
        return images

    in_batches(lambda batch: [batch], prepare, np.zeros((5, 1)), 4)
    assert seen == [4, 1]
