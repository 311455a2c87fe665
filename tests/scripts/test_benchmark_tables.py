"""The benchmark of tables prints a figure for each thing that it measures."""

import pathlib
import re
import subprocess
import sys

from small_tables import people

SCRIPT = pathlib.Path(__file__).parents[2] / "scripts/benchmark_tables.py"


def test_it_prints_figures(tmp_path):
    people(700).drop(columns="id").to_csv(tmp_path / "people.csv", index=False)
    options = ["--epochs=3", "--rows=500", "--repeats=1", "--conditions", "job=clerk"]
    command = [sys.executable, str(SCRIPT), f"--data={tmp_path / 'people.csv'}"]
    done = subprocess.run(
        [*command, *options], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert re.search(r"^[\d.,]+ steps a second$", done.stdout, re.MULTILINE)
    assert re.search(r"^[\d,]+ rows a second$", done.stdout, re.MULTILINE)
    assert re.search(r"^job=clerk, [\d.]+% of all: ", done.stdout, re.MULTILINE)
    assert "MiB at most" in done.stdout
