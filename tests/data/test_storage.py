import numpy as np
import pytest

from kgan.data import storage


def fill_with(value, calls=None):
    def fill(array):
        if calls is not None:
            calls.append(value)
        array[:] = value

    return fill


def test_in_memory():
    array = storage.in_memory((2, 3), fill_with(7))
    assert array.dtype == np.uint8
    assert (array == 7).all()


def test_floats(tmp_path):
    shape, fill = (2, 3), fill_with(0.25)
    for array in (
        storage.in_memory(shape, fill, np.float32),
        storage.in_file(tmp_path, "a", shape, fill, np.float32),
    ):
        assert array.dtype == np.float32
        assert (array == 0.25).all()


def test_a_file_is_written_once_per_key(tmp_path):
    calls = []
    for key, value in [("a", 1), ("a", 2), ("b", 3)]:
        array = storage.in_file(tmp_path / "new", key, (2, 3), fill_with(value, calls))
        assert isinstance(array, np.memmap)
    assert calls == [1, 3]
    first = storage.in_file(tmp_path / "new", "a", (2, 3), fill_with(9))
    assert (first == 1).all()
    assert len(list((tmp_path / "new").iterdir())) == 2


def test_another_shape_is_another_file(tmp_path):
    storage.in_file(tmp_path, "a", (2, 3), fill_with(1))
    assert storage.in_file(tmp_path, "a", (3, 2), fill_with(2)).shape == (3, 2)


def test_a_write_that_fails_leaves_nothing(tmp_path):
    def fail(array):
        array[0] = 1
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        storage.in_file(tmp_path, "a", (2, 3), fail)
    assert list(tmp_path.iterdir()) == []
    assert (storage.in_file(tmp_path, "a", (2, 3), fill_with(5)) == 5).all()
