"""The comparison of tables runs, and keeps and prints its figures."""

import json
import pathlib
import subprocess
import sys

from small_tables import people

SCRIPT = pathlib.Path(__file__).parents[2] / "scripts/compare_tables.py"


def test_it_compares_a_small_table(tmp_path):
    people(700).drop(columns="id").to_csv(tmp_path / "people.csv", index=False)
    given = [f"--data={tmp_path / 'people.csv'}", f"--output={tmp_path / 'runs'}"]
    options = ["--target=job", "--seeds=1", "--steps=3", "--processes=1"]
    command = [sys.executable, str(SCRIPT), *given, *options]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "all, seed 0: shapes 0." in done.stdout
    assert "| columns shuffled |" in done.stdout
    kept = tmp_path / "runs/held_out-0.json"
    found = json.loads(kept.read_text())
    assert found["training rows"]["pairs"] > found["columns shuffled"]["pairs"]
    assert found["training rows"]["boosting"] > found["columns shuffled"]["boosting"]
    assert found["sampled"]["largest gap"] >= found["sampled"]["mean gap"]
    before = kept.stat().st_mtime_ns  # what was done is kept
    assert subprocess.run(command, capture_output=True, check=False).returncode == 0
    assert kept.stat().st_mtime_ns == before
