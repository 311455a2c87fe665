"""One process at a time writes a run's directory, and a dead one holds nothing."""

import errno
import fcntl
import os
import signal
import subprocess
import sys

import pytest

from kgan.runs import lock


def test_a_second_one_is_refused_and_changes_nothing(tmp_path):
    path = tmp_path / "run"
    with lock.held(path):
        before = (path / lock.NAME).read_bytes()
        for second in (lambda: lock.check_free(path), lock.held(path).__enter__):
            with pytest.raises(
                BlockingIOError,
                match=rf"run is being written by another run, process {os.getpid()} on",
            ):
                second()
        assert (path / lock.NAME).read_bytes() == before
    assert list(path.iterdir()) == []
    lock.check_free(path)
    with lock.held(path):
        pass


def test_looking_writes_nothing(tmp_path):
    lock.check_free(tmp_path / "new")
    assert list(tmp_path.iterdir()) == []


def test_a_killed_process_holds_nothing(tmp_path):
    text = (
        "import pathlib, sys, time\n"
        f"sys.path[:0] = [{os.path.dirname(lock.__file__)!r}]\n"
        "import lock\n"
        f"with lock.held(pathlib.Path({str(tmp_path)!r})):\n"
        "    print('held', flush=True)\n"
        "    time.sleep(600)\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", text], stdout=subprocess.PIPE, text=True
    )
    with process:
        assert process.stdout.readline() == "held\n"
        with pytest.raises(BlockingIOError, match=f"process {process.pid} on"):
            lock.check_free(tmp_path)
        process.send_signal(signal.SIGKILL)
    assert (tmp_path / lock.NAME).exists()
    lock.check_free(tmp_path)
    with lock.held(tmp_path):
        assert f"process {os.getpid()} on" in (tmp_path / lock.NAME).read_text()
    assert list(tmp_path.iterdir()) == []


def test_a_lock_that_its_holder_removed_is_not_taken(tmp_path, monkeypatch):
    path, really, opened = tmp_path / lock.NAME, lock._open, []

    def open_(path):
        opened.append(really(path))
        if len(opened) == 1:  # it ends between two calls of this process
            path.unlink()
        return opened[-1]

    monkeypatch.setattr(lock, "_open", open_)
    with lock.held(tmp_path):
        assert len(opened) == 2
        assert os.path.samestat(os.fstat(opened[1]), path.stat())


def test_a_directory_that_cannot_be_written_is_named(tmp_path, monkeypatch):
    (tmp_path / "file").touch()
    with (
        pytest.raises(
            OSError, match=r"`run_dir` must be .* written\. Received: .*file"
        ),
        lock.held(tmp_path / "file"),
    ):
        pass

    def read_only(*args):
        raise OSError(errno.EROFS, "Read-only file system")

    monkeypatch.setattr(os, "open", read_only)
    with (
        pytest.raises(OSError, match=r"Received: .*\(Read-only file system\)"),
        lock.held(tmp_path),
    ):
        pass


def test_what_could_not_be_written_is_found_without_writing(tmp_path, monkeypatch):
    lock.check_writable(tmp_path / "a" / "b")
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "file").touch()
    with pytest.raises(OSError, match=r"Received: .*file/a \(Not a directory\)"):
        lock.check_writable(tmp_path / "file" / "a")
    with pytest.raises(OSError, match=r"its name is not UTF-8"):
        lock.check_writable(tmp_path / "\udce9")
    monkeypatch.setattr(os, "access", lambda *args: False)
    with pytest.raises(OSError, match=f"{tmp_path} is not writable"):
        lock.check_writable(tmp_path / "a")


def test_a_file_system_without_locks_is_said(tmp_path, monkeypatch):
    def no_locks(*args):
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(fcntl, "flock", no_locks)
    with pytest.warns(UserWarning, match="cannot be locked"), lock.held(tmp_path):
        pass
