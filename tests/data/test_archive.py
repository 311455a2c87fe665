import os
import stat
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


@pytest.fixture
def tree(tmp_path):
    """A function that writes a file under `root` or beside it, and one that links."""
    (tmp_path / "root").mkdir()

    def write(name):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")

    def link(name, target):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).symlink_to(target)

    return tmp_path, write, link


def walk(folder):
    visible, left_out = Folder(folder).walk()
    return visible, dict(left_out)


def test_links_to_folders_and_files_are_followed(tree):
    path, write, link = tree
    write("root/cats/1.png")
    write("elsewhere/dogs/2.png")
    link("root/absolute", path / "elsewhere/dogs")
    link("root/relative", "../elsewhere/dogs")
    link("root/link_to_link", "relative")
    link("root/twice/cats", "../cats")
    link("root/file.png", "cats/1.png")
    link("elsewhere/dogs/more", path / "third")
    write("third/3.png")
    visible, left_out = walk(path / "root")
    dogs = ["2.png", "more/3.png"]
    assert visible == [
        *(f"absolute/{name}" for name in dogs),
        "cats/1.png",
        "file.png",
        *(f"link_to_link/{name}" for name in dogs),
        *(f"relative/{name}" for name in dogs),
        "twice/cats/1.png",
    ]
    assert left_out == {}
    with Folder(path / "root").open("link_to_link/more/3.png") as file:
        assert file.read() == b"x"


@pytest.mark.parametrize("target", [".", "..", "../..", "../../root", "/"])
def test_a_link_to_a_folder_around_it_is_no_endless_walk(tree, target):
    path, write, link = tree
    write("root/cats/1.png")
    link("root/cats/loop", target)
    write("private/2.png")
    reason = "leads back to a folder that it lies in"
    assert walk(path / "root") == (["cats/1.png"], {"cats/loop": reason})


def test_links_that_lead_to_each_other_end(tree):
    path, write, link = tree
    write("root/a/1.png")
    write("root/b/2.png")
    link("root/a/to_b", "../b")
    link("root/b/to_a", "../a")
    visible, left_out = walk(path / "root")
    assert visible == ["a/1.png", "a/to_b/2.png", "b/2.png", "b/to_a/1.png"]
    assert set(left_out) == {"a/to_b/to_a", "b/to_a/to_b"}


def test_a_folder_is_walked_once_below_each_at_the_top(tree):
    path, write, link = tree
    names = "abcdefgh"
    for name in names:
        write(f"root/{name}/{name}.png")
        for other in set(names) - {name}:
            link(f"root/{name}/to_{other}", f"../{other}")
    visible, left_out = walk(path / "root")
    assert len(visible) == 8 * 8
    assert len({(name[0], name[-5]) for name in visible}) == 8 * 8
    assert {reason.partition(" folder")[0] for reason in left_out.values()} == {
        "leads back to a",
        "the same",
    }


def test_a_folder_itself_comes_before_links_to_it(tree):
    path, write, link = tree
    write("root/cats/z/1.png")
    link("root/cats/a", "z")
    assert walk(path / "root") == (
        ["cats/z/1.png"],
        {"cats/a": "the same folder as cats/z"},
    )


def test_real_paths_are_what_links_lead_to(tree):
    path, write, link = tree
    write("elsewhere/1.png")
    write("root/2.png")
    link("root/cats", "../elsewhere")
    link("root/3.png", "cats/1.png")
    found = Folder(path / "root").real_paths(["cats/1.png", "2.png", "3.png"])
    first = str((path / "elsewhere/1.png").resolve())
    second = str((path / "root/2.png").resolve())
    assert found == {"cats/1.png": first, "2.png": second, "3.png": first}


def test_what_cannot_be_reached_is_named(tree, monkeypatch):
    path, write, link = tree
    write("root/open/1.png")
    write("root/closed/2.png")
    link("root/gone", path / "nothing")
    link("root/itself", "itself")
    os.mkfifo(path / "root/pipe")
    scandir = os.scandir

    def refuse(folder):
        if str(folder).endswith("closed"):
            raise PermissionError(13, "Permission denied", str(folder))
        return scandir(folder)

    # The rights of a folder do not bind an administrator, who may run the tests.
    monkeypatch.setattr(os, "scandir", refuse)
    assert walk(path / "root") == (
        ["open/1.png"],
        {
            "closed": "Permission denied",
            "gone": "a link to nothing",
            "itself": "a link to nothing",
            "pipe": "neither file nor folder",
        },
    )


def test_a_folder_that_cannot_be_listed_is_named(tree, monkeypatch):
    path, write, _ = tree
    write("root/cats/1.png")
    assert Folder(path / "root").folders() == ["cats"]

    def refuse(folder):
        raise PermissionError(13, "Permission denied", str(folder))

    monkeypatch.setattr(os, "scandir", refuse)
    found = Folder(path / "root")
    assert found.walk() == ([], [(str(path / "root"), "Permission denied")])
    assert found.folders() == []


def test_a_link_in_a_zip_is_named(tmp_path):
    info = zipfile.ZipInfo("a/link.png")
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as target:
        target.writestr("a/1.png", b"1")
        target.writestr(info, "1.png")
    visible, left_out = archive.find(tmp_path / "x.zip").walk()
    assert visible == ["a/1.png"]
    assert left_out == [("a/link.png", "a link, which a ZIP holds as a text")]
