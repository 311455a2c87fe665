import os
import pathlib
import sys

import numpy as np
import pytest

from kgan import data
from kgan.core import extras
from kgan.data import registry, tfds_images
from kgan.data.folder import FolderSource


def test_names_are_those_that_need_nothing():
    tables = [f"table:{name}" for name in ("iris", "wine", "breast_cancer", "diabetes")]
    points = ("gaussian", "ring", "grid", "digits")
    assert data.names() == (*points, "made_table", *tables)
    for name in data.names():
        assert data.source(name).name == name


def test_options_reach_the_source():
    ring = data.source("ring", modes=3, radius=2.0, stddev=0.1, num_examples=10)
    assert ring.centers.shape == (3, 2)
    assert ring.num_examples == 10
    assert data.source("digits", image_size=16).shape == (16, 16, 1)
    assert data.source(np.zeros((4, 3)), labels=[0, 1, 1, 0]).num_classes == 2


def test_a_source_is_taken_as_it_is():
    ring = data.source("ring")
    assert data.source(ring) is ring
    with pytest.raises(ValueError, match="image_size of ring must be None"):
        data.source(ring, image_size=3)


def test_folders_by_path(tmp_path, picture, monkeypatch):
    picture("photos/a.png")
    monkeypatch.chdir(tmp_path)
    for name in (tmp_path / "photos", "photos", "./photos", f".{os.sep}photos/"):
        assert isinstance(data.source(name), FolderSource)
    picture("nested/photos/a.png")
    assert isinstance(data.source("nested/photos"), FolderSource)
    monkeypatch.setenv("HOME", str(tmp_path))
    assert isinstance(data.source("~/photos"), FolderSource)


def test_images_in_files_have_windows(tmp_path, picture, monkeypatch):
    for name in ("photos", "mnist", "digits"):
        picture(f"{name}/a.png")
    monkeypatch.chdir(tmp_path)
    for name in ("photos", tmp_path / "mnist", "./digits"):
        assert registry.window_options(name) == ("window",)
    for name in ("gone", "mnist", "digits", "ring"):
        assert registry.window_options(name) == ()
    both = ("source_window", "target_window")
    assert registry.window_options("pairs:photos:a:b") == both


def test_a_tfds_name_comes_before_a_folder(tmp_path, picture, monkeypatch):
    picture("mnist/a.png")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(
        tfds_images, "TFDSSource", lambda name, data_dir: (name, data_dir)
    )
    assert data.source("mnist", data_dir="there") == ("mnist", "there")
    assert isinstance(data.source("./mnist"), FolderSource)


@pytest.fixture
def _without_tfds(monkeypatch):
    monkeypatch.setitem(sys.modules, "tensorflow_datasets", None)


@pytest.mark.usefixtures("_without_tfds")
def test_without_tfds_its_names_say_what_to_install(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    install = r'pip install "kgan\[tfds\]"'
    for name in ("mnist", "a/b:1.0.0"):
        message = rf"Received: '{name}'\. A TFDS name needs .* {install}$"
        with pytest.raises(extras.MissingPackage, match=message):
            data.source(name, data_dir=tmp_path)
    with pytest.raises(extras.MissingPackage, match=r"^Did you mean 'digits'"):
        data.source("digit", data_dir=tmp_path)
    with pytest.raises(extras.MissingPackage, match=f"data set mnist .*{install}$"):
        tfds_images.TFDSSource("mnist", data_dir=tmp_path)


@pytest.mark.usefixtures("_without_tfds")
def test_without_tfds_all_other_data_are_found(tmp_path, picture, monkeypatch):
    picture("photos/a.png")
    monkeypatch.chdir(tmp_path)
    assert isinstance(data.source("photos"), FolderSource)
    assert len(data.source("digits").read()) == 1797
    assert data.source(np.zeros((4, 2), "float32")).num_examples == 4


def test_an_unknown_name_gives_the_known_and_the_near(tmp_path):
    with pytest.raises(ValueError) as error:  # noqa: PT011 the text is read below
        data.source("mnits", data_dir=tmp_path)
    message = str(error.value)
    assert "gaussian, ring, grid, digits" in message
    assert message.startswith("Did you mean 'mnist'? A data set must be")
    assert message.endswith("Received: 'mnits'.")
    assert "\n" not in message
    with pytest.raises(ValueError, match="Did you mean 'ring'"):
        data.source("rign", data_dir=tmp_path)


def test_an_unknown_name_gives_the_prepared(tmp_path):
    (tmp_path / "myphotos" / "1.0.0").mkdir(parents=True)
    (tmp_path / "myphotos" / "1.0.0" / "dataset_info.json").write_text("{}")
    with pytest.raises(ValueError, match=r"one of gaussian, .*diabetes, myphotos\. R"):
        data.source("nonsense", data_dir=tmp_path)


@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        ("digits", {"radius": 1}, "option of digits none. Received: 'radius'"),
        ("ring", {"size": 1}, "one of modes, radius, stddev, num_examples. Received"),
        (np.zeros((2, 2)), {"strict": True}, "one of labels, num_classes, memory_li"),
        ("ring", {"image_size": 8}, "image_size of ring must be None. Received: 8"),
        ("digits", {"split": "test"}, "split of digits must be 'train'. Rec.*'test'"),
        (".", {"split": "test"}, "split of . must be 'train'. Received: 'test'"),
    ],
)
def test_options_that_a_source_lacks(name, options, message):
    with pytest.raises(ValueError, match=message):
        data.source(name, **options)


def test_names_and_registry_agree():
    assert {*registry._BUILT_IN, *registry.BUNDLED} == set(data.names())


@pytest.fixture
def people(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    lines = [f"{number % 7},{'xyz'[number % 3]}" for number in range(40)]
    path = tmp_path / "people"
    path.write_text("\n".join(["age,kind", *lines]))
    return path


def test_tables_by_path_and_by_name(people):
    for name in (people, str(people), "people", "./people"):
        assert isinstance(data.source(name, held_out=0), data.TableSource)
    assert registry.paths_of("people") == (pathlib.Path("people"),)
    assert registry.absolute("people") == str(people)
    assert registry.short(str(people)) == "people"
    assert registry.window_options("people") == ()
    for name in ("made_table", "table:iris"):
        assert registry.paths_of(name) == ()
        assert registry.absolute(name) == registry.short(name) == name


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"image_size": 8}, "image_size of people must be None. Received: 8"),
        ({"split": "val"}, "split must be one of train, test, all. Received: 'val'"),
        ({"window": (0, 1)}, "option of people one of table, columns, missing, "),
    ],
)
def test_options_that_a_table_lacks(people, options, message):
    with pytest.raises(ValueError, match=message):
        data.source("people", **options)


def test_a_table_that_is_not_there():
    for name in ("people.csv", "./people.parquet", pathlib.Path("a.csv.gz")):
        with pytest.raises(ValueError, match=r"A table must be a file .*nothing the"):
            data.source(name)


@pytest.mark.parametrize(
    ("name", "paths"),
    [
        ("digits", []),
        ("mnist", []),
        ("./mnist", ["mnist"]),
        ("~/photos", ["~/photos"]),
        ("/a/b", ["/a/b"]),
        ("no_such_name", ["no_such_name"]),
        ("pairs:/a:b.zip:x:y", ["/a:b.zip"]),
        ("pairs:~/maps.zip:x:y:.5", ["~/maps.zip"]),
        ("pairs:~/maps.zip", ["~/maps.zip"]),
        ("unpaired:photos:~/paintings.zip", ["photos", "~/paintings.zip"]),
    ],
)
def test_a_name_is_paths_or_not(name, paths):
    expected = tuple(pathlib.Path(path).expanduser() for path in paths)
    assert registry.paths_of(name) == expected


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("digits", "digits"),
        ("imagenette/full", "imagenette/full"),
        ("/home/alice/cats/", "cats"),
        ("~/cats.zip", "cats.zip"),
        ("../cats", "cats"),
        ("pairs:/home/alice/maps.zip:x/y:z:0.2", "pairs:maps.zip:x/y:z:0.2"),
        ("unpaired:/home/alice/a:~/b.zip", "unpaired:a:b.zip"),
        (".", "."),
        ("/", "/"),
    ],
)
def test_others_see_no_folder_of_the_user(name, short):
    assert registry.short(name) == short


def test_paths_become_absolute_and_names_do_not(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "cats").mkdir()
    assert registry.absolute("cats") == registry.absolute("./cats/")
    assert registry.absolute("cats") == str(tmp_path / "cats")
    assert registry.absolute("pairs:cats:a:b") == f"pairs:{tmp_path}/cats:a:b"
    both = registry.absolute("unpaired:cats:gone")
    assert both == f"unpaired:{tmp_path}/cats:gone"
    for name in ("digits", "mnist", "gone", "pairs:gone:a:b"):
        assert registry.absolute(name) == name
