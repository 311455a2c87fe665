"""A version is whole or not there, whatever happens while it is written."""

import concurrent.futures
import pathlib
import signal
import subprocess
import sys
import textwrap
import threading

import pytest

from kgan.export import versions


def fill(folder):
    (folder / "deep").mkdir()
    (folder / "deep" / "file").write_text("content")


def names(root):
    return sorted(path.name for path in root.iterdir())


def test_versions_count_up(tmp_path):
    root = tmp_path / "models" / "digits"
    paths = [versions.write(root, None, fill) for _ in range(3)]
    assert paths == [root / "1", root / "2", root / "3"]
    assert versions.write(root, 10, fill) == root / "10"
    assert versions.write(root, None, fill) == root / "11"
    (root / "notes").mkdir()
    (root / "README.md").touch()
    assert versions.existing(root) == [1, 2, 3, 10, 11]
    assert (root / "11" / "deep" / "file").read_text() == "content"


def test_the_manifest_is_one_that_sha256sum_reads(tmp_path):
    path = versions.write(tmp_path / "m", None, fill)
    check = ["sha256sum", "--check", versions.MANIFEST]
    subprocess.run(check, cwd=path, check=True, capture_output=True)
    (path / "deep" / "file").write_text("Content")
    assert subprocess.run(check, cwd=path, capture_output=True).returncode == 1


@pytest.mark.parametrize("version", [0, -1, 1.5, "2", True])
def test_a_version_is_a_positive_integer(tmp_path, version):
    with pytest.raises(ValueError, match="`version` must be a positive integer"):
        versions.write(tmp_path / "m", version, fill)
    assert names(tmp_path) == []


def test_a_version_that_exists_stays(tmp_path):
    versions.write(tmp_path, 1, fill)
    with pytest.raises(FileExistsError, match=r"holds 1\. Received: 1"):
        versions.write(tmp_path, 1, lambda folder: pytest.fail("wrote"))
    assert names(tmp_path) == ["1"]


def test_of_two_at_once_both_get_a_number(tmp_path):
    def slow(folder):
        fill(folder)
        # Another process finishes its first version meanwhile.
        (tmp_path / "1").mkdir()
        (tmp_path / "1" / "theirs").touch()

    assert versions.write(tmp_path, None, slow) == tmp_path / "2"
    assert names(tmp_path / "1") == ["theirs"]


def test_of_two_that_want_one_number_the_slower_fails(tmp_path):
    def slow(folder):
        fill(folder)
        (tmp_path / "1").mkdir()
        (tmp_path / "1" / "theirs").touch()

    with pytest.raises(FileExistsError, match="`version` must be new"):
        versions.write(tmp_path, 1, slow)
    assert names(tmp_path) == ["1"]
    assert names(tmp_path / "1") == ["theirs"]


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, OSError])
def test_what_fails_leaves_nothing(tmp_path, error):
    def fail(folder):
        fill(folder)
        raise error("half-way")

    with pytest.raises(error, match="half-way"):
        versions.write(tmp_path / "m", None, fail)
    assert names(tmp_path) == []
    (tmp_path / "m").mkdir()  # a server may watch it already
    with pytest.raises(error, match="half-way"):
        versions.write(tmp_path / "m", None, fail)
    assert names(tmp_path) == ["m"]
    versions.write(tmp_path / "m", None, fill)
    with pytest.raises(error):
        versions.write(tmp_path / "m", None, fail)
    assert names(tmp_path / "m") == ["1"]


@pytest.mark.parametrize("below", ["", "deeper"])
def test_a_path_that_cannot_be_a_folder(tmp_path, below):
    (tmp_path / "file").write_text("mine")
    with pytest.raises(NotADirectoryError, match="file"):
        versions.write(tmp_path / "file" / below, None, fill)
    assert (tmp_path / "file").read_text() == "mine"


def test_nothing_has_a_number_before_all_lies_on_the_disk(tmp_path, monkeypatch):
    flushed, rename = [], pathlib.Path.rename

    def flush(path):
        flushed.append(path.name)

    def named(path, target):
        assert {"file", "deep", versions.MANIFEST} <= set(flushed)
        return rename(path, target)

    monkeypatch.setattr(versions, "flush", flush)
    monkeypatch.setattr(pathlib.Path, "rename", named)
    versions.write(tmp_path / "m", None, fill)
    assert flushed[-1] == "m"


def test_a_killed_process_leaves_no_version_and_the_next_one_cleans_up(tmp_path):
    script = """
        import pathlib, sys, time
        from kgan.export import versions
        def fill(folder):
            (folder / "saved_model.pb").write_text("half")
            print("half", flush=True)
            time.sleep(600)
        versions.write(pathlib.Path(sys.argv[1]), None, fill)
    """
    command = [sys.executable, "-c", textwrap.dedent(script), str(tmp_path)]
    writer = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    with writer:
        assert writer.stdout.readline() == "half\n"
        # While it writes, another one neither counts nor touches it.
        assert versions.existing(tmp_path) == []
        versions.write(tmp_path, None, fill)
        (half,) = tmp_path.glob(".unfinished-*")
        assert (half / "saved_model.pb").exists()
        writer.send_signal(signal.SIGKILL)
    assert versions.existing(tmp_path) == [1]
    assert half.exists()
    versions.write(tmp_path, None, fill)
    assert names(tmp_path) == ["1", "2"]


def test_threads_of_one_process_do_not_meet(tmp_path):
    begun = threading.Barrier(4, timeout=60)

    def slow(folder):
        fill(folder)
        begun.wait()

    def export(_):
        return versions.write(tmp_path, None, slow)

    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        paths = list(pool.map(export, range(4)))
    assert sorted(int(path.name) for path in paths) == [1, 2, 3, 4]
    assert names(tmp_path) == ["1", "2", "3", "4"]


def test_others_may_read_it(tmp_path):
    path = versions.write(tmp_path, None, fill)
    (tmp_path / "usual").mkdir()
    assert path.stat().st_mode == (tmp_path / "usual").stat().st_mode


def test_a_number_that_no_server_reads_is_refused_and_does_not_count(tmp_path):
    with pytest.raises(ValueError, match=r"`version` must be below 2\*\*63"):
        versions.write(tmp_path, 2**63, fill)
    (tmp_path / str(10**30)).mkdir()
    assert versions.write(tmp_path, None, fill) == tmp_path / "1"
