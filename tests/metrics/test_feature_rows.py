import numpy as np
import pytest

from kgan.metrics.feature_rows import Rows
from kgan.metrics.features.base import Outputs


def _outputs(count=100):
    rng = np.random.default_rng(0)
    return Outputs(
        rng.normal(size=(count, 5)).astype(np.float32),
        rng.normal(size=(count, 3)).astype(np.float32),
        rng.integers(0, 256, (count, 2, 4, 1)).astype(np.uint8),
    )


def _fill(rows, outputs, size, labels=None):
    for start in range(0, len(outputs.features), size):
        part = slice(start, start + size)
        batch = Outputs(*(array[part] for array in outputs))
        rows.update(batch, None if labels is None else labels[part])
    return rows


@pytest.mark.parametrize("size", [1, 7, 40, 100])
@pytest.mark.parametrize("limit", [1, 40, 41, 100, 1000])
def test_keeps_the_first_whatever_the_batches(limit, size):
    outputs = _outputs()
    rows = _fill(Rows(limit), outputs, size)
    assert rows.count == 100
    np.testing.assert_array_equal(rows.rows, outputs.features[:limit])


@pytest.mark.parametrize("output", ["features", "logits", "images"])
def test_keeps_what_it_is_told(output):
    outputs = _outputs()
    rows = _fill(Rows(60, output), outputs, 32)
    expected = getattr(outputs, output)[:60].reshape(60, -1)
    assert rows.rows.dtype == expected.dtype
    np.testing.assert_array_equal(rows.rows, expected)


@pytest.mark.parametrize("size", [1, 7, 100])
def test_labels_go_with_the_rows(size):
    labels = np.arange(100)
    rows = _fill(Rows(40), _outputs(), size, labels)
    assert rows.labels.dtype == np.int32
    np.testing.assert_array_equal(rows.labels, labels[:40])


def test_no_labels():
    assert _fill(Rows(), _outputs(), 50).labels is None


def test_grows_after_it_was_read():
    outputs = _outputs()
    rows = _fill(Rows(), Outputs(*(array[:30] for array in outputs)), 30)
    np.testing.assert_array_equal(rows.rows, outputs.features[:30])
    _fill(rows, Outputs(*(array[30:] for array in outputs)), 20)
    np.testing.assert_array_equal(rows.rows, outputs.features)


def test_holds_no_view_of_a_batch():
    outputs = _outputs(10)
    rows = _fill(Rows(4), outputs, 10)
    kept = outputs.features[:4].copy()
    outputs.features[:] = 0
    np.testing.assert_array_equal(rows.rows, kept)


@pytest.mark.parametrize("labels", [None, np.arange(100)])
def test_state_goes_on_where_it_was(labels):
    outputs = _outputs()
    half = Outputs(*(array[:50] for array in outputs))
    rest = Outputs(*(array[50:] for array in outputs))
    kept = _fill(Rows(80), half, 20, None if labels is None else labels[:50])
    again = Rows(80)
    again.restore(kept.state())
    _fill(again, rest, 20, None if labels is None else labels[50:])
    assert again.count == 100
    np.testing.assert_array_equal(again.rows, outputs.features[:80])
    if labels is None:
        assert again.labels is None
    else:
        np.testing.assert_array_equal(again.labels, labels[:80])


def test_key_tells_limit_and_output():
    keys = {Rows().key, Rows(7).key, Rows(output="images").key}
    assert len(keys) == 3
    assert Rows(7).key == Rows(7).key
