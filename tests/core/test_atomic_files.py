import os

import pytest

from kgan.core import atomic_files


def test_a_failed_write_leaves_the_old_file_alone(tmp_path):
    path = tmp_path / "file.txt"
    path.write_text("old")

    def write(temporary):
        temporary.write_text("ha")
        raise RuntimeError("full")

    with pytest.raises(RuntimeError, match="full"):
        atomic_files.write_atomically(path, write)
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_durable_file_is_flushed_before_it_has_its_name(tmp_path, monkeypatch):
    path, order = tmp_path / "file.txt", []
    flush, replace = os.fsync, os.replace
    monkeypatch.setattr(os, "fsync", lambda fd: (order.append("flush"), flush(fd)))
    monkeypatch.setattr(os, "replace", lambda *to: (order.append("name"), replace(*to)))
    atomic_files.write_atomically(
        path, lambda file: file.write_text("new"), durable=True
    )
    assert order == ["flush", "name", "flush"]
    assert path.read_text() == "new"


def test_leftovers_are_half_written_files_alone(tmp_path):
    def write(temporary):
        temporary.write_text("ha")
        assert atomic_files.leftovers(tmp_path) == [temporary]

    atomic_files.write_atomically(tmp_path / "step-00000040.keras", write)
    for name in (".gitignore", "a.1.keras", ".hidden.txt", "b.txt"):
        (tmp_path / name).touch()
    assert atomic_files.leftovers(tmp_path) == []


def test_where_a_file_could_be_written_is_asked_before(tmp_path, monkeypatch):
    check = atomic_files.check_writable
    (tmp_path / "file").write_text("x")
    for folder in (tmp_path, tmp_path / "new" / "deep"):
        check(folder, "--output")
    with pytest.raises(OSError, match=r"--output must name .*/file is a file"):
        check(tmp_path / "file" / "deep", "--output")
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    with pytest.raises(OSError, match=rf"new, and {tmp_path} cannot be written"):
        check(tmp_path / "new", "--output")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_a_folder_is_complete_or_absent(tmp_path):
    folder = tmp_path / "new" / "folder"

    def fill(temporary):
        (temporary / "a.txt").write_text("whole")
        assert not folder.exists()

    def fail(temporary):
        fill(temporary)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        atomic_files.fill_atomically(folder, fail)
    assert not list(folder.parent.iterdir())
    atomic_files.fill_atomically(folder, fill)
    assert (folder / "a.txt").read_text() == "whole"
    assert list(folder.parent.iterdir()) == [folder]
