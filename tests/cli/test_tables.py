"""A table through all commands: train, resume, generate, evaluate; others refuse it."""

import json
import shutil

import pandas as pd
import pytest
from small_tables import people

from kgan.cli import main

SMALL = [
    *("--latent_dim=3", "--generator_width=4", "--discriminator_width=4"),
    *("--depth=1", "--batch_size=50", "--sample_every=2", "--steps=2"),
    *("--steps_per_execution=1", "--jit_compile=false"),
]


def told(capsys, *argv):
    """Runs a command that works; returns what it prints."""
    assert main(list(map(str, argv))) == 0
    return capsys.readouterr().out


def refused(capsys, *argv):
    """Runs a command that fails; returns its one line."""
    assert main(list(map(str, argv))) != 0
    (line,) = capsys.readouterr().err.strip().splitlines()
    return line


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A run beside its data, both moved since it was trained."""
    folder = tmp_path_factory.mktemp("tables") / "before"
    folder.mkdir()
    people(300).to_csv(folder / "people.csv.gz", index=False)
    data = f"--dataset={folder / 'people.csv.gz'}"
    assert main(["train", data, f"--run_dir={folder / 'run'}", *SMALL]) == 0
    return folder.rename(folder.parent / "moved")


@pytest.fixture
def run(trained, tmp_path):
    """A copy of both that may change."""
    return shutil.copytree(trained, tmp_path / "copied") / "run"


def test_a_table_chooses_its_game_and_says_why(trained, capsys):
    path = trained / "people.csv.gz"
    printed = told(capsys, "train", f"--dataset={path}", "--dry_run")
    assert "--game=tabular" in printed.splitlines()
    assert "Chose --game=tabular: it is a table" in printed
    kinds = dict(line.split()[:2] for line in printed.splitlines() if "  " in line)
    assert kinds["wage"] == "Real"
    assert "numbers wide for the networks" in printed
    given = f"--columns={json.dumps({'hours': 'real'})}"
    printed = told(capsys, "train", f"--dataset={path}", "--dry_run", given)
    kinds = dict(line.split()[:2] for line in printed.splitlines() if "  " in line)
    assert kinds["hours"] == "Real"


def test_a_run_holds_its_table_and_no_row(trained):
    run = trained / "run"
    recipe = json.loads((run / "recipe.json").read_text())
    assert (recipe["name"], recipe["game"]) == ("people", "tabular")
    assert {"kinds", "reasons"} <= json.loads((run / "columns.json").read_text()).keys()
    held = b"".join(p.read_bytes() for p in run.rglob("*.json"))
    # One whole row, as the file has it.
    row = people(300).to_csv(index=False).splitlines()[1]
    assert row.encode() not in held


def test_a_moved_run_goes_on(run, capsys):
    printed = told(capsys, "train", f"--resume={run}", "--steps=4")
    assert "Going on from" in printed
    assert "is finished, at step 4" in told(capsys, "train", f"--resume={run}")


def test_a_run_goes_on_with_its_own_table(run, capsys):
    path = run.parent / "people.csv.gz"
    df = pd.read_csv(path, parse_dates=["begin"])
    df.loc[:9, "wage"] = 1e6
    df.to_csv(path, index=False)
    line = refused(capsys, "train", f"--resume={run}", "--steps=4")
    assert "must go on with the data that it began with" in line
    table = (run / "columns.json").read_text()
    again = ["--allow_changed_data", "--steps=4"]
    assert "The data have changed" in told(capsys, "train", f"--resume={run}", *again)
    assert (run / "columns.json").read_text() == table


def test_figures_of_the_run_and_of_further_rows(run, capsys):
    few = ["--num_images=150", "--target=job", "--noreport"]
    printed = told(capsys, "evaluate", f"--model={run}", *few)
    assert {"column_shapes", "pair_trends", "tstr", "trtr"} <= set(printed.split())
    other = run.parent / "test.csv"
    people(120, seed=9).to_csv(other, index=False)
    printed = told(capsys, "evaluate", f"--model={run}", f"--held_out={other}", *few)
    assert "num_held_out 120" in printed
    line = refused(capsys, "evaluate", f"--model={run}", "--target=jop", "--noreport")
    assert "'job'" in line
    line = refused(capsys, "evaluate", f"--model={run}", "--truncation=0.5")
    assert "--truncation has no meaning for a TabularGAN" in line


@pytest.mark.parametrize("command", ["explore", "export", "translate"])
def test_what_serves_no_tables_says_so(trained, command, tmp_path, capsys):
    flags = {
        "explore": [],
        "export": [f"--output={tmp_path / 'out'}"],
        "translate": [f"--input={tmp_path}", f"--output={tmp_path / 'out'}"],
    }
    line = refused(capsys, command, f"--model={trained / 'run'}", *flags[command])
    assert line.startswith(f"kgan {command}: ")
    assert not list(tmp_path.iterdir())
