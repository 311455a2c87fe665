"""Saved generators with every layer give on JAX what they give on TensorFlow."""

import inspect
import pathlib
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


def test_what_fails_is_named_and_ends_with_status_1(tmp_path, monkeypatch, capsys):
    found = {"a": 1e-7, "b": "ValueError: no"}
    monkeypatch.setattr(try_backends, "save", lambda folder: None)
    asked = []
    monkeypatch.setattr(
        try_backends, "python_of", lambda *args: asked.append(args) or sys.executable
    )
    monkeypatch.setattr(try_backends, "compare_on", lambda *_: found)
    assert try_backends.main(["torch", f"--environments={tmp_path}"]) == 1
    assert "ValueError: no" in capsys.readouterr().out
    ((folder, itself, torch, needs),) = asked
    assert folder == tmp_path / "torch"
    assert (itself[0], torch[0]) == ("--editable", "--no-deps")
    assert "sympy" in needs
    del found["b"]
    assert try_backends.main(["torch", f"--environments={tmp_path}"]) == 0
    with pytest.raises(SystemExit):
        try_backends.main(["cuda", f"--environments={tmp_path}"])
