"""`kgan train` has the flags of the game that is asked for, and refuses others'."""

import json
import re

import pytest
import second_game

from kgan import recipes
from kgan.cli import main


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def sections(capsys, *argv):
    """Flags of `kgan train --help` by section."""
    assert main(["train", *argv, "--help"]) == 0
    out = capsys.readouterr().out
    assert max(map(len, out.splitlines())) <= 80
    blocks = [block.splitlines() for block in out.split("\n\n")]
    return {
        title: set(re.findall(r"^  --(\w+)", "\n".join(lines), re.M))
        for title, *lines in blocks
        if title.endswith(":")
    }


def test_help_lists_what_every_recipe_has(capsys):
    found = sections(capsys)
    common = next(names for title, names in found.items() if "every recipe" in title)
    assert common == set(recipes.Recipe.flags())
    assert not any("the game" in title for title in found)


@pytest.mark.parametrize(
    ("argv", "game"),
    [
        (["--recipe=ring"], "gan"),
        (["--recipe", "ring"], "gan"),
        (["--game=gan"], "gan"),
        (["--game=copying"], "copying"),
        (["--dataset=pairs:maps:a:b"], "pix2pix"),
        (["--dataset=unpaired:maps"], "cut"),
    ],
)
def test_help_of_a_game_lists_its_fields(argv, game, capsys):
    added = sections(capsys, *argv)[f"Fields of the game {game}:"]
    assert added == set(recipes.games()[game].flags()) - set(recipes.Recipe.flags())


@pytest.mark.parametrize(
    ("argv", "status", "message"),
    [
        (["--game=copyin", "--help"], 1, "cyclegan, gan, pix2pix, tabular, copying"),
        (["--recipe=digit", "--help"], 1, "Did you mean 'digits'"),
        (["--gray=true"], 2, "gray=true: belongs to the game copying.*the game gan"),
        (["--gray"], 2, "gray=true: belongs to the game copying"),
        (["--recipe=ring", "--width=3"], 2, "width=3: belongs to the game bigan"),
        (["--game=copying", "--top_k=1"], 2, "belongs to the game gan. Received"),
        (["--game=copying", "--latent_dimm=3"], 2, "The flags are(?!.*latent_dim,)"),
        (["--recipe=ring", "--game=copying"], 1, "`game` of the recipe ring must be"),
        (["--game=copying"], 1, "copying takes pairs of images. Received: 'digits'"),
        (
            ['--optimizers={"generator": {"name": "sgd"}}', "--beta_1=0",
             "--generator_learning_rate=1"],
            1,
            "`generator_learning_rate` must be left out",
        ),
        (['--optimizers={"critic": {"name": "sgd"}}'], 1, "players generator, discr"),
    ],
)  # fmt: skip
def test_what_belongs_to_another_game_is_named(argv, status, message, tmp_path, capsys):
    assert main(["train", *argv]) == status
    error = capsys.readouterr().err
    assert error.startswith("kgan train: ")
    assert error.count("\n") == 1
    assert re.search(message, error)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("argv", [["--recipe=digits"], ["--game=gan"]])
def test_pairs_are_refused_by_a_gan_before_anything_is_written(argv, tmp_path, capsys):
    pairs = second_game.pairs(tmp_path / "data")
    assert main(["train", *argv, f"--dataset={pairs}", "--run_dir=run"]) == 1
    error = capsys.readouterr().err
    assert re.search("`dataset` must be .*images or points", error)
    assert error.count("\n") == 1
    assert [path.name for path in tmp_path.iterdir()] == ["data"]


def test_a_recipe_of_another_game_is_planned_with_its_flags(
    tmp_path, capsys, monkeypatch
):
    known = second_game.recipe(tmp_path / "data")
    real = recipes.get
    monkeypatch.setattr(
        recipes, "get", lambda name: known if name == "copies" else real(name)
    )
    argv = ["--recipe=copies", "--width=7", "--dry_run"]
    given = '--optimizers={"painter": {"name": "sgd", "momentum": 0.5}}'
    assert main(["train", *argv, given]) == 0
    lines = capsys.readouterr().out.splitlines()
    flags = dict(line[2:].split("=", 1) for line in lines if line.startswith("--"))
    assert set(flags) == set(second_game.CopyingRecipe.flags())
    assert (flags["width"], flags["steps"], flags["game"]) == ("7", "5", "copying")
    assert json.loads(flags["optimizers"])["painter"]["momentum"] == 0.5
    assert any(re.match(r"painter +\d+ parameters$", line) for line in lines)
