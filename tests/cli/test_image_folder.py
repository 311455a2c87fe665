"""A folder of images holds those of one model and one set of flags."""

import json
import os
import re
import shutil

import pytest

from kgan.cli import image_folder, main
from kgan.cli.image_folder import ImageFolder


def state(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.fixture
def generate(model, tmp_path, capsys):
    """Runs `kgan generate` into one folder; returns its status and its error."""

    def run(*flags, name="images"):
        output = f"--output={tmp_path / 'out'}"
        status = main(["generate", f"--model={model(name)}", output, *flags])
        return status, capsys.readouterr().err

    return run


def test_ranges_of_one_set_add_up(generate, tmp_path):
    assert generate("--num_images=3") == (0, "")
    assert generate("--num_images=2", "--start=3") == (0, "")
    assert generate("--num_images=4", "--start=1") == (0, "")
    out = tmp_path / "out"
    names = [f"image-{index:06d}.png" for index in range(5)]
    assert sorted(state(out)) == ["generated.json", *names]
    pieces = state(out)
    out.rename(tmp_path / "pieces")
    assert generate("--num_images=5") == (0, "")
    assert state(out) == pieces


@pytest.mark.parametrize(
    ("flags", "differing"),
    [
        (["--seed=1"], "seed 0 in place of 1"),
        (["--truncation=0.5"], r"truncation 1\.0 in place of 0\.5"),
        (["--noaveraged"], "averaged true in place of false"),
        (["--labels=1"], "labels null in place of 1"),
        (["--labels=1,2"], "labels null in place of"),
        (["--by_class"], "by_class false in place of true"),
        (["--interpolate=1,2"], "interpolate null in place of"),
        (["--directions=pca"], "directions null in place of"),
    ],
)
def test_other_settings_are_refused_before_anything_is_drawn(
    generate, tmp_path, flags, differing
):
    assert generate("--num_images=2", name="classes") == (0, "")
    before = state(tmp_path / "out")
    drawn = [] if flags[0].startswith(("--by", "--dir")) else ["--num_images=2"]
    status, error = generate(*flags, *drawn, name="classes")
    assert status == 1
    assert error.count("\n") == 1
    assert "--output" in error
    assert re.search(differing, error)
    assert state(tmp_path / "out") == before


def test_another_model_is_refused_and_a_copy_is_not(generate, model, tmp_path):
    assert generate("--num_images=2") == (0, "")
    copy = shutil.copy(model("images"), tmp_path / "copy.keras")
    command = ["generate", f"--output={tmp_path / 'out'}", "--num_images=1"]
    assert main([*command, f"--model={copy}", "--start=2"]) == 0
    status, error = generate("--num_images=2", name="classes")
    assert status == 1
    assert "weights" in error
    assert len(state(tmp_path / "out")) == 4


def test_a_list_of_classes_is_one_set(generate):
    flags = ["--num_images=2", "--labels=1,2"]
    assert generate(*flags, name="classes") == (0, "")
    assert generate(*flags, name="classes") == (0, "")
    assert "start 0 in place of 1" in generate(*flags, "--start=1", name="classes")[1]


def test_images_of_which_nothing_is_known_are_left_alone(generate, tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "notes.txt").write_text("x")
    assert generate("--num_images=1") == (0, "")
    (tmp_path / "out" / "generated.json").unlink()
    before = state(tmp_path / "out")
    status, error = generate("--num_images=1")
    assert status == 1
    assert "nothing is known of, as it has no generated.json" in error
    (tmp_path / "out" / "generated.json").write_text("{")
    assert "must tell of what the images" in generate("--num_images=1")[1]
    (tmp_path / "out" / "generated.json").unlink()
    assert state(tmp_path / "out") == before


def test_a_wrong_class_leaves_no_folder(generate, tmp_path):
    assert generate("--labels=7", name="classes")[0] == 1
    assert not (tmp_path / "out").exists()


def race(monkeypatch, folder, settings):
    """Lets another process claim a folder just before this one does."""
    link = os.link

    def late(source, target):
        monkeypatch.setattr(os, "link", link)
        ImageFolder(folder, settings).claim()
        link(source, target)

    monkeypatch.setattr(os, "link", late)


def test_of_two_at_a_time_one_writes_and_the_other_compares(tmp_path, monkeypatch):
    race(monkeypatch, tmp_path, {"seed": 1, "model": "there"})
    ImageFolder(tmp_path, {"seed": 1, "model": "here"}).claim()
    known = json.loads((tmp_path / "generated.json").read_text())
    assert known == {"seed": 1, "model": "there"}
    (tmp_path / "generated.json").unlink()
    race(monkeypatch, tmp_path, {"seed": 1})
    with pytest.raises(ValueError, match="seed 1 in place of 2"):
        ImageFolder(tmp_path, {"seed": 2}).claim()
    assert [path.name for path in tmp_path.iterdir()] == ["generated.json"]


def test_a_file_system_without_links_will_do(tmp_path, monkeypatch):
    def refuse(*_):
        raise PermissionError("no links here")

    monkeypatch.setattr(os, "link", refuse)
    ImageFolder(tmp_path / "a", {"seed": 1}).claim()
    assert state(tmp_path / "a") == {"generated.json": b'{\n  "seed": 1\n}\n'}
    with pytest.raises(FileExistsError):
        image_folder._rename_to_new(tmp_path / "b", tmp_path / "a" / "generated.json")


@pytest.mark.parametrize(
    "command",
    [
        ["generate", "--output=sealed/out"],
        ["generate", "--output=sealed/deep/grid.png"],
        ["generate", "--output=file/out"],
        ["evaluate", "--dataset=digits", "--output=sealed"],
        ["evaluate", "--dataset=digits", "--output=file/out"],
        ["export", "--output=sealed/out"],
    ],
)
def test_an_output_that_cannot_be_written_is_refused_at_once(
    command, tmp_path, monkeypatch, capsys
):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").write_text("x")
    sealed = tmp_path / "sealed"
    sealed.mkdir()
    access = os.access
    monkeypatch.setattr(
        os, "access", lambda path, mode: path != sealed and access(path, mode)
    )
    # There is no such model either, which would be found later.
    assert main([*command, "--model=nowhere.keras"]) == 1
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert "--output must name a folder that can be written" in error
    assert not list(sealed.iterdir())
