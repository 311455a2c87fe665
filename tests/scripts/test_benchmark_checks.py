"""The cost of the look at every batch, measured on a game of milliseconds."""

import pathlib
import sys
import types

sys.path.insert(0, str(pathlib.Path(__file__).parents[2] / "scripts"))

import benchmark_checks


def test_both_ways_are_played(capsys, monkeypatch):
    looks = []

    class Counted(benchmark_checks.Unchecked):
        def accept(self, batch, expected):
            looks.append(batch)
            return super().accept(batch, expected)

    monkeypatch.setattr(benchmark_checks, "Unchecked", Counted)
    chosen = {"recipe": "digits", "data_dir": None, "pairs": 2, "steps": 2}
    monkeypatch.setattr(benchmark_checks, "FLAGS", types.SimpleNamespace(**chosen))
    benchmark_checks.main([])
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 3
    assert lines[-1].startswith("digits: median ratio ")
    assert len(looks) == 1  # its step was traced, once
