import json
import pathlib
import sys

import numpy as np
import pytest
from PIL import Image

sys.path.insert(0, str(pathlib.Path(__file__).parents[2] / "scripts"))

import compare_stability
from stability import figure, methods, playing, tables

from kgan.recipes.options import gan_parts as parts


@pytest.mark.parametrize("dataset", compare_stability.DATASETS)
def test_methods_differ_in_what_they_say(dataset):
    found = methods.methods(dataset)
    assert list(found)[-1] == compare_stability.HEADLINE
    assert found["plain"].penalties == ()
    assert found["packing 4"].model_options["packing"] == 4
    assert found["spectral norm"].model_options["spectral_normalization"]
    assert found["WGAN-GP"].loss == "wasserstein"
    names = [
        p.name for p in parts.make_terms(found["relativistic + R1 + R2"], "penalties")
    ]
    assert names == ["r1", "r2"]
    lengths = {recipe.steps for recipe in found.values()}
    assert len(lengths) == 1  # all play as long


def test_a_game_is_played_once(tmp_path):
    job = ("ring", "R1", 0, str(tmp_path), 10)
    assert "is there" not in playing.play(*job)
    result = json.loads((tmp_path / "ring-R1-0.json").read_text())
    assert (result["dataset"], result["method"], result["steps"]) == ("ring", "R1", 10)
    assert 0 <= result["averaged"]["high_quality_share"] <= 1
    assert np.load(tmp_path / "ring-R1-0.raw.npy").shape == (playing.SAMPLES, 2)
    assert playing.play(*job) == "ring-R1-0: is there"
    text = compare_stability.report(tmp_path)
    assert "ring, averaged weights:" in text
    assert "| R1 | 1 |" in text
    assert (tmp_path / "stability.png").exists()


def test_results_of_other_lengths_are_not_taken_for_these(
    tmp_path, capsys, monkeypatch
):
    game = ("ring", "R1", 0, str(tmp_path))
    playing.result_path(str(tmp_path), *game[:3]).write_text('{"steps": 10}')
    playing.check_steps([(*game, 10), ("ring", "R1", 1, str(tmp_path), None)])
    for steps in (20, None):
        with pytest.raises(ValueError, match=r"is of 10 steps, not .*another --output"):
            playing.check_steps([(*game, steps)])
    arguments = [f"--output={tmp_path}", "--methods", "R1", "--steps=20"]
    monkeypatch.setattr(sys, "argv", ["compare_stability.py", *arguments])
    with pytest.raises(SystemExit):
        compare_stability.main()
    assert "choose another --output" in capsys.readouterr().err


def _result(method, seed, **figures):
    kinds = dict.fromkeys(("raw", "averaged"), figures)
    return {"dataset": "ring", "method": method, "seed": seed, "steps": 9, **kinds}


FIGURES = {
    "modes_found": 8.0, "high_quality_share": 0.9, "modes_kl": 0.01, "modes_spread": 0.7
}  # fmt: skip


def test_table_has_means_and_spreads():
    results = [
        _result("plain", 0, **FIGURES),
        _result("plain", 1, **{**FIGURES, "modes_found": 6.0}),
        _result("R1", 0, **FIGURES),
        _result("R1", 1, diverged=True),
    ]
    lines = tables.table(results, "raw").splitlines()
    assert lines[2] == (
        "| plain | 2 | 7.0 ± 1.4 | 90.0% ± 0.0% | 0.70 ± 0.00 | 0.010 ± 0.000 |"
    )
    assert lines[3].startswith("| R1 | 2, 1 of them diverged | 8.0 ± 0.0 |")


def test_figure_has_a_panel_for_each_method(tmp_path):
    points = np.random.default_rng(0).normal(size=(100, 2)).astype("float32")
    results = [_result("plain", 0, **FIGURES), _result("R1", 0, diverged=True)]
    for result in results:
        np.save(tmp_path / f"ring-{result['method']}-0.averaged.npy", points)
    figure.draw([(r, tmp_path) for r in results], tmp_path / "stability.png")
    with Image.open(tmp_path / "stability.png") as picture:
        page = np.asarray(picture.convert("L"))
    top = page[: len(page) // 2]  # ring; there is no grid
    assert (top < 128).sum() > 200
    assert (page[-len(page) // 4 :] < 250).sum() == 0


def test_figure_names_the_steps_of_games_that_were_played_longer(tmp_path, monkeypatch):
    shown = []
    monkeypatch.setattr(figure, "_panel", lambda axes, *panel: shown.append(panel[:2]))
    longer = tmp_path / "longer"
    games = [(_result("recipe", s, **FIGURES), tmp_path) for s in (1, 0)]
    games.append((_result("recipe", 0, **FIGURES) | {"steps": 18}, longer))
    figure.draw(games, tmp_path / "stability.png")
    seen = [(r["seed"], r["steps"], folder) for r, folder in shown]
    assert seen == [(0, 9, tmp_path), (0, 18, longer)]


def test_jobs_give_the_headline_more_seeds():
    class Arguments:
        datasets, seeds, headline_seeds = ("ring",), 1, 3

    jobs = compare_stability.jobs(Arguments, ["plain", "recipe"])
    assert jobs == [
        ("ring", "plain", 0),
        *(("ring", "recipe", seed) for seed in range(3)),
    ]


def test_the_program_plays_its_games_in_processes(tmp_path, monkeypatch, capsys):
    arguments = [f"--output={tmp_path}", "--datasets", "ring", "--methods", "plain"]
    lengths = ["--seeds=1", "--steps=10", "--processes=1"]
    monkeypatch.setattr(sys, "argv", ["compare", *arguments, *lengths])
    compare_stability.main()
    told = capsys.readouterr().out
    assert told.startswith("ring-plain-0: ")
    assert "| plain | 1 |" in told
