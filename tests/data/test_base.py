import numpy as np
import pytest
import tensorflow as tf

from kgan.data import base
from kgan.data.arrays import ArraySource
from kgan.data.base import IndexedSource, Source


class Decoded(IndexedSource):
    """Images that are made when they are read."""

    def __init__(self, **kwargs):
        super().__init__("decoded", (2, 3, 1), "uint8", 256, **kwargs)

    def read(self, indices=None):
        values = np.arange(256, dtype=np.uint8)
        values = values if indices is None else values[indices]
        return np.tile(values[:, None, None, None], (1, 2, 3, 1))


def batch_of(source, indices, with_labels=False):
    dataset = tf.data.Dataset.from_tensors(np.array(indices, np.int64))
    dataset = dataset.map(source.reader(len(indices), with_labels))
    return next(iter(dataset)), dataset.element_spec


def held(memory_limit):
    return ArraySource("held", Decoded().read(), memory_limit=memory_limit)


@pytest.mark.parametrize(
    "source", [Decoded(), held(memory_limit=256 * 6), held(memory_limit=256 * 6 - 1)]
)
def test_images_are_scaled_to_the_unit_range(source):
    batch, spec = batch_of(source, [0, 51, 204, 255])
    assert spec.shape == (4, 2, 3, 1)
    assert spec.dtype == tf.float32
    np.testing.assert_allclose(batch[:, 1, 2, 0], [-1, -0.6, 0.6, 1], atol=1e-6)
    assert batch.numpy().min() == -1
    assert batch.numpy().max() == 1


def test_data_sets_of_one_source_share_its_examples(monkeypatch):
    copies, on_host = [], base.on_host
    monkeypatch.setattr(base, "on_host", lambda a: copies.append(a) or on_host(a))
    source = held(memory_limit=10**6)
    for _ in range(3):
        batch_of(source, [1, 2])
    assert len(copies) == 1


def test_points_are_not_scaled():
    points = np.array([[3.5], [-200.0]], np.float32)
    batch, _ = batch_of(ArraySource("points", points), [1, 0, 1])
    np.testing.assert_array_equal(batch, points[[1, 0, 1]])


def test_labels_come_along():
    source = ArraySource("held", Decoded().read(), labels=np.arange(256) % 7)
    (_, labels), _ = batch_of(source, [8, 0, 13], with_labels=True)
    assert labels.dtype == tf.int32
    assert labels.numpy().tolist() == [1, 0, 6]


def test_large_arrays_are_read_by_index(monkeypatch):
    source = held(memory_limit=0)
    asked = []
    monkeypatch.setattr(
        source, "read", lambda i: asked.append(i.tolist()) or Decoded().read(i)
    )
    batch_of(source, [3, 1])
    assert asked == [[3, 1]]


def test_size_in_bytes():
    assert Decoded().nbytes == 256 * 6
    assert ArraySource("points", np.zeros((5, 3), np.float32)).nbytes == 60


def test_a_source_shows_itself():
    text = repr(ArraySource("held", Decoded().read(), labels=np.arange(256) % 7))
    assert text == "<ArraySource 'held': 256 x (2, 3, 1) uint8, num_classes=7>"


def test_a_source_is_abstract():
    with pytest.raises(TypeError, match="abstract"):
        Source("x", (1,), "float32", 1)


def test_the_identity_of_arrays_is_their_shape_and_1000_rows():
    images = np.zeros((3000, 2, 2, 1), np.uint8)
    labels = np.arange(3000) % 7
    known = ArraySource("held", images, labels).identity()
    assert ArraySource("other name", images.copy(), labels).identity() == known
    assert {name: known[name] for name in ("examples", "shape", "classes")} == {
        "examples": 3000,
        "shape": [2, 2, 1],
        "classes": 7,
    }
    changed = images.copy()
    changed[-1] = 1  # the first and the last row are among those that are read
    for other in (
        ArraySource("held", changed, labels),
        ArraySource("held", images, labels[::-1]),
        ArraySource("held", images[:-1], labels[:-1]),
        ArraySource("held", images.reshape(3000, 4, 1, 1), labels),
    ):
        assert other.identity() != known


def test_the_identity_of_what_is_decoded_later_reads_nothing(monkeypatch):
    monkeypatch.setattr(Decoded, "read", None)
    assert Decoded().identity() == {
        "examples": 256,
        "shape": [2, 3, 1],
        "dtype": "uint8",
        "classes": None,
    }


def test_originals_are_all_examples_in_order():
    found = [read() for read in Decoded().originals()]
    np.testing.assert_array_equal(found, Decoded().read())
