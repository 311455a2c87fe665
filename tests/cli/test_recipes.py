"""`kgan recipes` names each recipe with what was measured."""

import kgan.cli.recipes
from kgan import recipes
from kgan.cli import main


def test_lists_all(capsys):
    assert main(["recipes"]) == 0
    lines = capsys.readouterr().out.splitlines()
    for name in recipes.names():
        description = recipes.get(name).description
        assert f"{name:20}{description}" in lines


def test_shows_figures_and_their_command(monkeypatch, capsys):
    measured = recipes.Recipe(
        name="measured",
        description="a test",
        results={"coverage": 0.93, "seconds": 45, "command": "python judge.py RUN"},
    )
    monkeypatch.setattr(kgan.cli.recipes.recipes, "names", lambda: ["measured"])
    monkeypatch.setattr(kgan.cli.recipes.recipes, "get", lambda name: measured)
    assert main(["recipes"]) == 0
    assert [line.strip() for line in capsys.readouterr().out.splitlines()] == [
        f"{'measured':20}a test",
        "coverage 0.93, seconds 45",
        "python judge.py RUN",
    ]
