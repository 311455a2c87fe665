"""What docs/translation.md shows works as it stands there."""

import pathlib
import re

import numpy as np
import pages
import pytest

import kgan

ROOT = pathlib.Path(__file__).parents[1]
PAGE = (ROOT / "docs/translation.md").read_text("utf-8")


def test_the_python_example_translates():
    (example,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    example = example.replace("(64, 64, 3)", "(16, 16, 3)").replace(
        "depth=2", "depth=1"
    )
    names = {}
    exec(compile(example, "translation.md", "exec"), names)
    assert names["game"].step == 4
    assert names["negatives"].shape == (16, 16, 16, 3)
    assert names["negatives"].dtype == np.uint8


@pytest.mark.parametrize("command", pages.commands(PAGE))
def test_every_flag_of_the_commands_is_known(command):
    pages.check_flags(command)


def test_every_recipe_of_translation_is_on_the_page():
    games = {"pix2pix", "cyclegan", "cut"}
    recipes = {n for n in kgan.recipes.names() if kgan.recipes.get(n).game in games}
    assert recipes <= set(re.findall(r"`(\w+)`", PAGE))


@pytest.mark.parametrize("name", ["edges2emoji", "nuclei", "stain", "faces2paintings"])
def test_the_figures_of_the_recipes_are_those_of_the_page(name):
    figures = kgan.recipes.get(name).results
    for key, value in figures.items():
        assert key == "command" or str(value) in PAGE


def test_its_pictures_and_their_credits_are_there():
    pictures = re.findall(r"\]\((pictures/\w+\.png)\)", PAGE)
    assert pictures
    credits = (ROOT / "docs/credits.md").read_text("utf-8")
    for picture in pictures:
        assert (ROOT / "docs" / picture).is_file()
        assert picture.partition("/")[2] in credits
