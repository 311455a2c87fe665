"""The games that are broken on purpose break, and docs/watching.md quotes them."""

import pathlib
import re
import sys

import keras
import pytest

import kgan

sys.path.insert(0, str(pathlib.Path(__file__).parents[2] / "scripts"))

import watch_collapse

DOCS = pathlib.Path(__file__).parents[2] / "docs"
TEXT = (DOCS / "watching.md").read_text(encoding="utf-8")


def _without_numbers(text):
    return re.sub(r"[-+.,e\d]*\d", "#", text)


@pytest.mark.parametrize("name", ["diverged", "won", "vanished"])
def test_a_broken_game_says_what_the_text_quotes(name, capsys):
    watch_collapse.GAMES[name]()
    said = capsys.readouterr().out
    (sentence,) = [line for line in said.splitlines() if line.startswith("Training st")]
    assert _without_numbers(sentence) in _without_numbers(TEXT)
    curves = [line for line in said.splitlines() if line.startswith("  ")]
    assert curves
    for curve in curves:
        key, _, values = curve.strip().partition(": ")
        assert f"{key}: " in TEXT
        assert len(values.split()) >= 1


def test_all_games_stand_in_the_text():
    for name in watch_collapse.GAMES:
        assert f"python scripts/watch_collapse.py {name}\n" in TEXT


def test_an_unknown_game_is_refused(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["watch_collapse.py", "chess"])
    with pytest.raises(SystemExit):
        watch_collapse.main()
    assert "game must be one of diverged, won" in capsys.readouterr().err


def test_the_python_of_the_text_runs(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    pair = kgan.models.mlp((8, 8, 1), latent_dim=4)
    gan = kgan.GAN(*pair)
    gan.compile()
    names = {"kgan": kgan, "keras": keras, "gan": gan}
    fit = gan.fit
    short = kgan.data.load("digits", batch_size=64, steps_per_epoch=2)
    monkeypatch.setattr(gan, "fit", lambda _, epochs, **rest: fit(short, **rest))
    for example in re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL):
        if re.search("^import (wandb|mlflow)$", example, re.MULTILINE):
            continue  # `scripts/try_trackers.py` runs these in environments with them
        exec(compile(example, "watching.md", "exec"), names)  # the point of the test
    assert names["watch"].symptoms[0].patience == 2
    fit(short, callbacks=[names["watch"]], validation_data=short, verbose=0)
    assert names["watch"].sentences == []
    assert (tmp_path / "logs" / "train").exists()


def test_the_text_names_all_thresholds():
    watch = kgan.callbacks.CollapseWatch(real=short_real())
    won, vanished, lost = watch.symptoms
    assert f"| {won.accuracy} | {vanished.share} | | {lost.share} | |" in TEXT
    assert f"`patience={won.patience}`" in TEXT


def short_real():
    return kgan.data.load("digits", batch_size=64, steps_per_epoch=1)
