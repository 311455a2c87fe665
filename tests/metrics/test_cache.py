"""Statistics on the disk: whole, under all they depend on, never trusted blindly."""

import numpy as np
import pytest

from kgan.metrics.cache import Cache, default_folder
from kgan.metrics.feature_rows import Rows
from kgan.metrics.moments import Moments


def moments():
    return Moments().add(np.random.default_rng(0).normal(size=(9, 3)))


def test_what_is_saved_comes_back(tmp_path):
    cache, full, empty = Cache(tmp_path / "new"), moments(), Moments()
    path = cache.path({"content": "a"}, {"name": "b"}, full)
    assert not cache.load(path, empty)
    cache.save(path, full)
    assert cache.load(path, empty)
    assert empty.count == 9
    np.testing.assert_array_equal(empty.scatter, full.scatter)
    assert [p.name for p in path.parent.iterdir()] == [path.name]


def test_each_thing_that_matters_changes_the_file(tmp_path):
    cache = Cache(tmp_path)
    paths = {
        cache.path(examples, extractor, statistic)
        for examples in ({"content": "a"}, {"content": "b"})
        for extractor in ({"name": "c"}, {"name": "d"})
        for statistic in (Moments(), Rows(5), Rows(6), Rows(5, output="images"))
    }
    assert len(paths) == 16


@pytest.mark.parametrize("damage", [b"", b"no archive", b"PK\x03\x04 half"])
def test_a_damaged_file_is_made_anew(tmp_path, damage):
    cache = Cache(tmp_path)
    path = cache.path({}, {}, Moments())
    path.write_bytes(damage)
    with pytest.warns(UserWarning, match="damaged"):
        assert not cache.load(path, Moments())
    cache.save(path, moments())
    assert cache.load(path, Moments())


def test_a_folder_that_cannot_be_written_is_said_and_no_error(tmp_path):
    (tmp_path / "file").write_text("")
    cache = Cache(tmp_path / "file")
    with pytest.warns(UserWarning, match="could not be written"):
        cache.save(cache.path({}, {}, Moments()), moments())


def test_the_folder_can_be_chosen(tmp_path, monkeypatch):
    monkeypatch.setenv("KGAN_CACHE_DIR", str(tmp_path))
    assert default_folder() == tmp_path / "statistics"
    monkeypatch.delenv("KGAN_CACHE_DIR")
    assert default_folder().parts[-3:] == (".cache", "kgan", "statistics")
