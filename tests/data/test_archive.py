import zipfile

import pytest

from kgan.data import archive
from kgan.data.archive import Folder, Zip

FILES = {
    "a/x.txt": b"one",
    "a/deep/y.txt": b"two",
    "z.txt": b"three",
    ".hidden": b"",
    "a/.thumbs/1.txt": b"",
    "a/.thumbs/2.txt": b"",
}


@pytest.fixture(params=["folder", "zip"])
def path(request, tmp_path):
    """A folder and a ZIP with the same files."""
    for name, content in FILES.items():
        file = tmp_path / "files" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    if request.param == "folder":
        return tmp_path / "files"
    with zipfile.ZipFile(tmp_path / "files.zip", "w") as target:
        target.mkdir("a")
        for name, content in FILES.items():
            target.writestr(name, content)
    return tmp_path / "files.zip"


def test_files_are_found_and_read(path):
    found = archive.find(str(path))
    assert isinstance(found, Folder if path.is_dir() else Zip)
    visible, hidden = found.walk()
    assert visible == ["a/deep/y.txt", "a/x.txt", "z.txt"]
    assert sorted(hidden) == [(".hidden", "hidden"), ("a/.thumbs", "hidden")]
    for name in visible:
        with found.open(name) as file:
            assert file.read() == FILES[name]


def test_the_state_follows_the_content(path):
    found = archive.find(path)
    state = found.state("z.txt")
    assert state == archive.find(path).state("z.txt")
    assert state[0] == 5
    if path.is_dir():
        (path / "z.txt").write_bytes(b"another")
    else:
        with zipfile.ZipFile(path, "w") as target:
            target.writestr("z.txt", b"eerht")
    assert archive.find(path).state("z.txt") != state


def test_what_macos_adds_is_hidden(tmp_path):
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as target:
        target.writestr("a/1.png", b"1")
        target.writestr("__MACOSX/a/._1.png", b"2")
    assert archive.find(tmp_path / "x.zip").walk() == (
        ["a/1.png"],
        [("__MACOSX", "hidden")],
    )


def test_the_home_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "files").mkdir()
    assert archive.find("~/files").path == tmp_path / "files"


def test_neither_folder_nor_zip(tmp_path):
    with pytest.raises(ValueError, match=r"folder or a ZIP at .*gone. .*nothing there"):
        archive.find(tmp_path / "gone")
    (tmp_path / "x.zip").write_bytes(b"no ZIP")
    with pytest.raises(ValueError, match=r"x.zip. Received: another file"):
        archive.find(tmp_path / "x.zip")
