"""Data that have changed since a run began are said, file by file."""

import json
import os

import numpy as np
import pytest
from PIL import Image

import kgan.data
from kgan.data import toys
from kgan.runs import data_identity, directory


def paint(path, level=0, size=8):
    path.parent.mkdir(exist_ok=True)
    random = np.random.default_rng(level)
    Image.fromarray(random.integers(0, 255, (8, size), np.uint8)).save(path)


@pytest.fixture
def folder(tmp_path):
    """A folder of eight gray images, a.png to h.png."""
    for name in "abcdefgh":
        paint(tmp_path / "images" / f"{name}.png")
    return tmp_path / "images"


@pytest.fixture
def run_dir(folder, tmp_path):
    """A run directory that knows the images."""
    data_identity.write(tmp_path / "run", kgan.data.source(folder))
    return tmp_path / "run"


def found(run_dir, folder, **options):
    return data_identity.changes(run_dir, kgan.data.source(folder, **options))


def test_the_same_data_have_not_changed(run_dir, folder):
    assert found(run_dir, folder) == ""
    (folder / "a.png").touch()  # a time is nothing
    assert found(run_dir, folder) == ""
    source = kgan.data.source(folder)
    assert data_identity.compare(run_dir, source, allow=False) == []


def remove(folder, names):
    for name in names:
        (folder / f"{name}.png").unlink()


def test_what_is_gone_new_or_other_is_counted_and_named(run_dir, folder):
    remove(folder, "a")
    assert found(run_dir, folder) == "1 image is gone (a.png)"
    remove(folder, "bcd")
    paint(folder / "x.png")
    paint(folder / "y.png")
    paint(folder / "e.png", level=7)
    with (folder / "e.png").open("ab") as file:
        file.write(b"more")
    assert found(run_dir, folder) == (
        "4 images are gone (a.png, b.png, c.png, ...), 2 images are new "
        "(x.png, y.png), 1 image is of another size (e.png)"
    )


def test_images_in_colour_change_the_shape(run_dir, folder):
    Image.new("RGB", (8, 8), "red").save(folder / "z.png")
    assert found(run_dir, folder) == (
        "1 image is new (z.png), the shape was [8, 8, 1] and is [8, 8, 3]"
    )


def test_long_values_are_not_shown(tmp_path):
    data_identity.write(tmp_path, toys.ring())
    wider = toys.ring(radius=2.0, stddev=0.5)
    assert data_identity.changes(tmp_path, wider) == (
        "the centers are others, the stddev was 0.01 and is 0.5"
    )


def test_changed_data_are_refused_unless_they_are_allowed(run_dir, folder):
    remove(folder, "a")
    source = kgan.data.source(folder)
    with pytest.raises(
        ValueError,
        match=r"run must go on with the data that it began with\. Received: .*images, "
        r"of which 1 image is gone \(a\.png\)\..*--allow_changed_data",
    ):
        data_identity.compare(run_dir, source, allow=False)
    assert data_identity.compare(run_dir, source, allow=True) == [
        "The data have changed: 1 image is gone (a.png)."
    ]


def test_a_run_of_before_does_not_know(folder, tmp_path):
    source = kgan.data.source(folder)
    (line,) = data_identity.compare(tmp_path, source, allow=False)
    assert line.startswith(f"No data.json in {tmp_path}: ")
    assert data_identity.changes(tmp_path, source) == ""


@pytest.mark.parametrize("text", ["", '{"images": {"a.p', "[1]", "\xff"])
def test_half_a_file_is_named(run_dir, folder, text):
    path = run_dir / directory.DATA
    path.write_bytes(text.encode("latin-1"))
    with pytest.raises(ValueError, match=rf"{path} must hold what the data"):
        found(run_dir, folder)


def test_names_of_any_language_are_kept(folder, tmp_path):
    paint(folder / "été.png")
    source = kgan.data.source(folder)
    data_identity.write(tmp_path / "run", source)
    assert data_identity.changes(tmp_path / "run", source) == ""
    kept = json.loads((tmp_path / "run" / directory.DATA).read_text("utf-8"))
    assert "été.png" in kept["images"]


def test_names_that_are_no_utf_8_are_kept(folder, tmp_path):
    paint(folder / os.fsdecode(b"caf\xe9.png"))
    source = kgan.data.source(folder)
    data_identity.write(tmp_path / "run", source)
    assert data_identity.changes(tmp_path / "run", source) == ""
    (folder / os.fsdecode(b"caf\xe9.png")).unlink()
    assert found(tmp_path / "run", folder).startswith("1 image is gone (caf")


def test_what_another_version_knows_is_not_compared(run_dir, folder):
    path = run_dir / directory.DATA
    known = json.loads(path.read_text("utf-8"))
    path.write_text(json.dumps(known | {"licence": "MIT"}), "utf-8")
    assert found(run_dir, folder) == ""
    del known["dtype"]
    path.write_text(json.dumps(known), "utf-8")
    assert found(run_dir, folder) == ""
