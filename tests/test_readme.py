"""What README shows works as it stands there."""

import pathlib
import re

import keras
import numpy as np
import pages
import pytest

import kgan

ROOT = pathlib.Path(__file__).parents[1]
README = (ROOT / "README.md").read_text("utf-8")
PAGES = [
    "README.md",
    *sorted(f"docs/{path.name}" for path in (ROOT / "docs").glob("*.md")),
]


def test_the_python_example_runs_as_it_stands(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (example,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    names = {}
    exec(compile(example, "README.md", "exec"), names)  # the point of the test
    assert names["images"].shape == (64, 8, 8, 1)
    assert names["images"].dtype == np.uint8
    assert len(list((tmp_path / "samples").glob("*.png"))) == 8
    assert (tmp_path / "saved_models" / "digits" / "1" / "saved_model.pb").is_file()
    loaded = keras.models.load_model(tmp_path / "gan.keras")
    assert loaded.step == 50 * 28
    np.testing.assert_array_equal(loaded.generate(64, seed=1), names["images"])


def links(page):
    return re.findall(r"\]\((?!https?:)([^)#]*)(#[^)]*)?\)", page.read_text("utf-8"))


def anchors(page):
    heads = re.findall(r"^#+ (.*)", page.read_text("utf-8"), re.MULTILINE)
    plain = (re.sub(r"[^\w\- ]", "", head).lower() for head in heads)
    return {"#" + head.replace(" ", "-") for head in plain}


@pytest.mark.parametrize("name", PAGES)
def test_every_file_and_heading_that_is_named_is_there(name):
    page = ROOT / name
    for file, anchor in links(page):
        target = page.parent / file if file else page
        assert target.exists(), file
        assert not anchor or anchor in anchors(target), (file, anchor)


def test_the_index_of_pages_has_each_page():
    named = {file for file, _ in links(ROOT / "docs" / "README.md")}
    assert {path.name for path in (ROOT / "docs").glob("*.md")} - named == {"README.md"}


def test_pictures_and_pages_stand_on_the_first_screen():
    first = "\n".join(README.splitlines()[:20])
    assert "](docs/pictures/" in first
    assert {"docs/learn.md", "docs/README.md"} <= set(
        re.findall(r"\((docs[^)]*)\)", first)
    )


@pytest.mark.parametrize("command", pages.commands(README))
def test_every_flag_of_the_commands_is_known(command):
    pages.check_flags(command)


def test_the_recipes_that_are_named_exist():
    named = set(re.findall(r"--recipe=(\w+)", README))
    assert named <= set(kgan.recipes.names())
