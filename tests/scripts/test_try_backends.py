"""Saved generators with every layer give on JAX what they give on TensorFlow."""

import inspect
import pathlib
import subprocess
import sys

import keras
import pytest

import kgan

sys.path.insert(0, str(pathlib.Path(__file__).parents[2] / "scripts"))

import try_backends

NAMES = [*try_backends.LAYERS, *try_backends.MODELS, "gan"]


def test_every_layer_has_a_case():
    layers = {
        name
        for name, each in vars(kgan.layers).items()
        if inspect.isclass(each) and issubclass(each, keras.Layer)
    }
    assert layers == try_backends.LAYERS.keys() | try_backends.OF_TRAINING


@pytest.fixture(scope="module")
def differences(tmp_path_factory):
    folder = tmp_path_factory.mktemp("networks")
    try_backends.save(folder)
    return try_backends.compare_on("jax", folder)


@pytest.mark.parametrize("name", NAMES)
def test_jax_agrees(name, differences):
    assert isinstance(differences[name], float), differences[name]
    assert differences[name] <= try_backends.LARGEST


def test_an_environment_is_made_once(tmp_path, monkeypatch):
    calls = []
    monkeypatch.setattr(subprocess, "run", lambda command, **_: calls.append(command))
    monkeypatch.setattr(try_backends.venv, "create", lambda *_, **__: None)
    python = try_backends.python_of(tmp_path, "torch")
    assert [call[0] for call in calls] == [python] * 3
    assert "--no-deps" in calls[1]
    python.parent.mkdir(parents=True)
    python.touch()
    assert try_backends.python_of(tmp_path, "torch") == python
    assert len(calls) == 3


def test_what_fails_is_named_and_ends_with_status_1(tmp_path, monkeypatch, capsys):
    found = {"a": 1e-7, "b": "ValueError: no"}
    monkeypatch.setattr(try_backends, "save", lambda folder: None)
    monkeypatch.setattr(try_backends, "python_of", lambda *_: sys.executable)
    monkeypatch.setattr(try_backends, "compare_on", lambda *_: found)
    assert try_backends.main(["torch", f"--environments={tmp_path}"]) == 1
    assert "ValueError: no" in capsys.readouterr().out
    del found["b"]
    assert try_backends.main(["torch", f"--environments={tmp_path}"]) == 0
    with pytest.raises(SystemExit):
        try_backends.main(["cuda", f"--environments={tmp_path}"])
