import contextlib
import functools
import hashlib
import http.server
import io
import pathlib
import pwd
import tarfile
import threading
import time

import pytest

import kgan
from kgan.metrics.cache import default_folder
from kgan.metrics.features import weights

CONTENT = bytes(range(256)) * 400
HASH = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    folder = tmp_path / "cache"
    monkeypatch.setenv("KGAN_CACHE_DIR", str(folder))
    monkeypatch.delenv("KGAN_INCEPTION", raising=False)
    return folder


def _archive(path, name=f"./{weights.FILE}"):
    with tarfile.open(path, "w:gz") as archive:
        for member, content in (("LICENSE", b"text"), (name, CONTENT)):
            info = tarfile.TarInfo(member)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return path


class _Quiet(http.server.SimpleHTTPRequestHandler):
    requests = []

    def log_message(self, *arguments):
        self.requests.append((self.command, self.path))


@contextlib.contextmanager
def _served(folder):
    handler = functools.partial(_Quiet, directory=folder)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture
def _homeless(monkeypatch):
    """A user whom the system does not know, as in a container."""
    for name in ("HOME", "KGAN_CACHE_DIR", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)

    def unknown(user):
        raise KeyError(user)

    monkeypatch.setattr(pwd, "getpwuid", unknown)


@pytest.mark.usefixtures("_homeless")
def test_without_a_home_nothing_is_kept(monkeypatch):
    assert weights.cache_folder() is None
    assert default_folder() is None
    with pytest.raises(ValueError, match="set KGAN_CACHE_DIR to a folder, or KGAN_I"):
        weights.inception()
    monkeypatch.setenv("XDG_CACHE_HOME", "/general")
    assert weights.cache_folder() == pathlib.Path("/general/kgan")
    monkeypatch.setenv("KGAN_CACHE_DIR", "/own")
    assert weights.cache_folder() == pathlib.Path("/own")


@pytest.mark.usefixtures("_homeless")
def test_without_a_home_data_are_measured():
    found = kgan.metrics.measure(
        kgan.data.source("digits").read(), "digits", ["kernel_pixels"], 100
    )
    assert found["kernel_pixels"] < 1.0
    with pytest.raises(ValueError, match="Received: 'nowhere'"):
        kgan.data.source("nowhere")


def test_it_is_downloaded_once(tmp_path, cache):
    _archive(tmp_path / "a.tgz")
    with _served(tmp_path) as url:
        for _ in range(2):
            found = weights.inception(expected=HASH.upper(), url=f"{url}/a.tgz")
            assert found == cache / weights.FILE
            assert found.read_bytes() == CONTENT
    assert sum(request == ("GET", "/a.tgz") for request in _Quiet.requests) == 1
    assert [path.name for path in cache.iterdir()] == [weights.FILE]


def test_a_wrong_hash_is_refused_and_nothing_is_left(tmp_path, cache):
    url = _archive(tmp_path / "a.tgz").as_uri()
    with pytest.raises(ValueError, match=f"must be {'a' * 64}. Received: {HASH}"):
        weights.inception(expected="a" * 64, url=url)
    assert list(cache.iterdir()) == []


def test_a_file_in_the_cache_is_checked_too(cache):
    cache.mkdir()
    (cache / weights.FILE).write_bytes(b"other")
    assert weights.inception() == cache / weights.FILE
    with pytest.raises(ValueError, match=f"must be {HASH}"):
        weights.inception(expected=HASH)


@pytest.mark.parametrize("size", [0, 10, 300])
def test_an_archive_that_breaks_off_leaves_nothing(tmp_path, cache, size):
    path = _archive(tmp_path / "a.tgz")
    assert path.stat().st_size > 300
    path.write_bytes(path.read_bytes()[:size])
    with pytest.raises(ValueError, match="could not be fetched"):
        weights.inception(url=path.as_uri())
    assert list(cache.iterdir()) == []


def test_an_archive_of_something_else(tmp_path, cache):
    path = _archive(tmp_path / "a.tgz", name="other.pb")
    with pytest.raises(ValueError, match=f"the archive holds no {weights.FILE}"):
        weights.inception(url=path.as_uri())
    assert list(cache.iterdir()) == []


def test_a_server_without_the_archive(tmp_path):
    with _served(tmp_path) as url, pytest.raises(ValueError, match="404"):
        weights.inception(url=f"{url}/a.tgz")


def test_offline_it_says_within_seconds_what_to_do(cache):
    start = time.monotonic()
    # Nothing listens on the discard port.
    with pytest.raises(ValueError, match=r"127\.0\.0\.1:9 does not answer") as caught:
        weights.inception(url="http://127.0.0.1:9/a.tgz", alternatives=("mnist", "p"))
    assert time.monotonic() - start < 6
    for part in (weights.FILE, str(cache), "KGAN_INCEPTION", "path=", "mnist, p"):
        assert part in str(caught.value)


def test_argument_comes_before_variable_before_cache(tmp_path, cache, monkeypatch):
    paths = [tmp_path / "argument.pb", tmp_path / "variable.pb", cache / weights.FILE]
    cache.mkdir()
    for path in paths:
        path.write_bytes(CONTENT)
    monkeypatch.setenv("KGAN_INCEPTION", str(paths[1]))
    assert weights.inception(paths[0]) == paths[0]
    assert weights.inception() == paths[1]
    monkeypatch.delenv("KGAN_INCEPTION")
    assert weights.inception() == paths[2]


def test_a_path_without_a_file_is_no_reason_to_download(tmp_path, monkeypatch):
    with pytest.raises(ValueError, match=r"`path` must name .*absent\.pb"):
        weights.inception(tmp_path / "absent.pb")
    monkeypatch.setenv("KGAN_INCEPTION", str(tmp_path / "gone.pb"))
    with pytest.raises(ValueError, match=r"`KGAN_INCEPTION` must name .*gone\.pb"):
        weights.inception()


def test_address_is_secured():
    # No hash of the archive is published: whoever sends it must be who they say.
    assert weights.URL.startswith("https://")


def test_default_folder(monkeypatch):
    monkeypatch.delenv("KGAN_CACHE_DIR")
    assert weights.cache_folder().parts[-2:] == (".cache", "kgan")
