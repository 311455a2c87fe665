"""Virtual environments are made once, and again where one is not whole."""

import pathlib
import subprocess
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parents[2] / "scripts"))

import environments

INSTALLS = ["--editable", "."], ["--no-deps", "torch"], ["sympy"]


@pytest.fixture
def calls(monkeypatch):
    found = []
    monkeypatch.setattr(subprocess, "run", lambda command, **_: found.append(command))

    def create(folder, **_):
        folder.mkdir(parents=True, exist_ok=True)

    monkeypatch.setattr(environments.venv, "create", create)
    return found


def test_an_environment_is_made_once(tmp_path, calls):
    python = environments.python_of(tmp_path / "torch", *INSTALLS)
    assert python == tmp_path / "torch" / "bin" / "python"
    assert [call[0] for call in calls] == [python] * 3
    assert "--no-deps" in calls[1]
    assert environments.python_of(tmp_path / "torch", *INSTALLS) == python
    assert len(calls) == 3


def test_an_environment_whose_installation_broke_off_is_made_again(
    tmp_path, calls, monkeypatch
):
    def broken(command, **_):
        raise subprocess.CalledProcessError(1, command)

    with monkeypatch.context() as patch:
        patch.setattr(subprocess, "run", broken)
        with pytest.raises(subprocess.CalledProcessError):
            environments.python_of(tmp_path / "torch", *INSTALLS)
    environments.python_of(tmp_path / "torch", *INSTALLS)
    assert len(calls) == 3
