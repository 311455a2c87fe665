"""The script that tries trackers: the tools it knows, and how failures end."""

import pathlib
import subprocess
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parents[2] / "scripts"))

import try_trackers


def test_every_tool_is_tried():
    for tool in try_trackers.PACKAGES:
        assert callable(getattr(try_trackers, f"try_{tool}"))


@pytest.mark.parametrize(("status", "words"), [(0, "as it should be"), (1, "failed")])
def test_a_failure_ends_with_status_1(status, words, tmp_path, monkeypatch, capsys):
    done = subprocess.CompletedProcess([], status)
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: done)
    monkeypatch.setattr(try_trackers, "python_of", lambda *_: sys.executable)
    arguments = ["tqdm", f"--environments={tmp_path}"]
    assert try_trackers.main(arguments) == status
    assert capsys.readouterr().out == f"tqdm: {words}\n"


def test_unknown_tools_are_refused(tmp_path):
    with pytest.raises(SystemExit):
        try_trackers.main(["tracker", f"--environments={tmp_path}"])
    with pytest.raises(SystemExit):
        try_trackers.main(["tqdm"])


def test_what_was_logged_is_compared():
    rates = {"g_learning_rate": [0.1], "d_learning_rate": [0.1]}
    logged = {f"epoch/{name}": 0.1 for name in rates}
    try_trackers._agree(logged, rates, "epoch/")
    with pytest.raises(AssertionError):
        try_trackers._agree(logged | {"epoch/g_learning_rate": 0.2}, rates, "epoch/")
