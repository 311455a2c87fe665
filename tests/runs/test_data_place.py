"""The data of a run are found again, and else the user is asked for them."""

import json
import os
import pathlib
import shutil

import numpy as np
import pytest
import second_game
import tiny
from PIL import Image

import kgan.data
from kgan.data import texts
from kgan.runs import data_place, directory, prepare, resume, train

SMALL = tiny.DIGITS.override(image_size=8, batch_size=4, steps=1, dataset="photos")


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A folder with `photos`, in which runs begin."""
    home = tmp_path / "home"
    (home / "photos").mkdir(parents=True)
    for level in range(4):
        image = Image.fromarray(np.full((8, 8), level, np.uint8))
        image.save(home / "photos" / f"{level}.png")
    monkeypatch.chdir(home)
    return home


def begun(run_dir="run", recipe=SMALL, data_dir=None):
    """Writes what a run begins with, without training."""
    plan = prepare.prepare(recipe, run_dir, data_dir)
    plan.run_dir.mkdir(parents=True, exist_ok=True)
    train._write_first(plan)
    return plan.run_dir.absolute()


def place_of(run_dir, *given):
    return data_place.find(run_dir, resume.read_recipe(run_dir).dataset, *given)


@pytest.mark.parametrize("dataset", ["photos", "./photos", "photos/", "../home/photos"])
def test_a_run_goes_on_from_another_folder(home, tmp_path, monkeypatch, dataset):
    run_dir = begun(recipe=SMALL.override(dataset=dataset))
    assert resume.read_recipe(run_dir).dataset == str(home / "photos")
    monkeypatch.chdir(tmp_path)
    plan = prepare.prepare_to_resume(run_dir)
    assert plan.source.num_examples == 4
    assert plan.recipe.dataset == str(home / "photos")


def test_a_name_stays_a_name(home):
    run_dir = begun(recipe=tiny.DIGITS)
    assert resume.read_recipe(run_dir).dataset == "digits"
    assert place_of(run_dir) == ("digits", None)


def test_a_run_that_moved_with_its_data_finds_them(home, tmp_path, monkeypatch):
    begun("runs/first")
    moved = home.rename(tmp_path / "moved")
    monkeypatch.chdir(tmp_path)
    plan = prepare.prepare_to_resume(moved / "runs" / "first")
    assert plan.recipe.dataset == str(moved / "photos")


def test_data_that_moved_are_asked_for_and_compared(home, tmp_path):
    run_dir = begun()
    moved = (home / "photos").rename(home / "others")
    message = r"data of .*run must be where they were, at .*photos, or --dataset"
    with pytest.raises(ValueError, match=message):
        prepare.prepare_to_resume(run_dir)
    plan = prepare.prepare_to_resume(run_dir, dataset="others")
    assert plan.recipe.dataset == str(moved)
    assert not any("have changed" in line for line in plan.lines)
    train._write_first(plan)
    assert prepare.prepare_to_resume(run_dir).recipe.dataset == str(moved)
    (moved / "0.png").unlink()
    with pytest.raises(ValueError, match=r"others, of which 1 image is gone \(0\.png"):
        prepare.prepare_to_resume(run_dir, dataset="others")


def test_the_same_data_as_a_zip_are_the_same(home):
    run_dir = begun()
    shutil.make_archive("photos", "zip", "photos")
    plan = prepare.prepare_to_resume(run_dir, dataset="photos.zip")
    assert plan.recipe.dataset == str(home / "photos.zip")


def test_what_is_no_data_set_is_named_as_it_was_given(home):
    run_dir = begun()
    with pytest.raises(ValueError, match=r"^Did you mean 'digits'\?"):
        prepare.prepare_to_resume(run_dir, dataset="digit")


def test_a_relative_path_of_an_older_kgan_goes_on_where_it_began(
    home, tmp_path, monkeypatch
):
    run_dir = begun()
    (run_dir / directory.RECIPE).write_text(SMALL.to_json(), "utf-8")
    (run_dir / directory.DATA).unlink()
    assert prepare.prepare_to_resume(run_dir).recipe.dataset == str(home / "photos")
    monkeypatch.chdir(tmp_path)
    message = "at photos, seen from where the run began, or --dataset"
    with pytest.raises(ValueError, match=message):
        prepare.prepare_to_resume(run_dir)
    plan = prepare.prepare_to_resume(run_dir, dataset=str(home / "photos"))
    assert plan.source.num_examples == 4


def test_the_home_folder_is_found(home, monkeypatch):
    monkeypatch.setenv("HOME", str(home))
    recipe = SMALL.override(dataset="~/photos")
    run_dir = begun(recipe=recipe)
    assert resume.read_recipe(run_dir).dataset == str(home / "photos")
    (run_dir / directory.RECIPE).write_text(recipe.to_json(), "utf-8")
    assert prepare.prepare_to_resume(run_dir).source.num_examples == 4


def test_pairs_move_with_their_sets_and_share(home, tmp_path):
    text = second_game.pairs(tmp_path)
    parsed = texts.parse(text)
    (path,), (source, target) = parsed.paths, parsed.sets
    os.symlink(path, "maps")
    run_dir = pathlib.Path("run")
    run_dir.mkdir()
    dataset = f"pairs:maps:{source}:{target}:0.2"
    found = kgan.data.registry.absolute(dataset)
    assert found == f"pairs:{home}/maps:{source}:{target}:0.2"
    places = data_place.record(run_dir, found, kgan.data.source(dataset))
    assert places == {"beside": "../maps"}
    (run_dir / directory.DATA).write_text(json.dumps(places), "utf-8")
    gone = f"pairs:/nowhere/maps:{source}:{target}:0.2"
    assert data_place.find(run_dir, gone) == (found, None)
    assert data_place.find(run_dir, gone, "maps") == (found, None)
    assert data_place.find(run_dir, gone, found) == (found, None)


def test_where_tfds_data_lie_is_kept(home, tmp_path):
    class Named:
        data_dir = "prepared"

    places = data_place.record(tmp_path, "digits", Named())
    assert places == {"data_dir": str(home / "prepared")}
    (tmp_path / directory.DATA).write_text(json.dumps(places), "utf-8")
    assert data_place.find(tmp_path, "digits") == ("digits", None)  # it is gone
    (home / "prepared").mkdir()
    assert data_place.find(tmp_path, "digits") == ("digits", str(home / "prepared"))
    assert data_place.find(tmp_path, "digits", None, "mine") == ("digits", "mine")


def test_windows_of_an_older_run_follow_its_data(home):
    for path in (home / "photos").iterdir():
        Image.fromarray(np.arange(64, dtype=np.uint16).reshape(8, 8)).save(path)
    run_dir = begun()
    recipe = json.loads((run_dir / directory.RECIPE).read_text("utf-8"))
    assert recipe.pop("window") == [0, 63]
    (run_dir / directory.RECIPE).write_text(json.dumps(recipe), "utf-8")
    (home / "photos").rename(home / "others")
    plan = prepare.prepare_to_resume(run_dir, dataset="others")
    assert plan.recipe.window == (0, 65535)
