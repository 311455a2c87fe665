"""Networks of kgan's layers compute on JAX as they do on TensorFlow."""

import inspect
import pathlib
import subprocess
import sys

import keras
import pytest

import kgan
from kgan import layers

sys.path.insert(0, str(pathlib.Path(__file__).parents[2] / "scripts"))

import compare_backends


def test_each_layer_has_a_network():
    known = {
        name
        for name, value in vars(layers).items()
        if inspect.isclass(value) and issubclass(value, keras.layers.Layer)
    }
    assert known == {*compare_backends.NETWORKS, *compare_backends.BESIDE}


@pytest.fixture(scope="module")
def differences():
    return compare_backends.differences("jax")


@pytest.mark.parametrize("name", compare_backends.NETWORKS)
def test_layer_is_as_on_tensorflow(name, differences):
    assert differences[name] < 2e-6


def test_generate_is_as_on_tensorflow(differences):
    assert differences["generate"] <= 1  # of 255 levels


TRAINING = """
import warnings
import keras, kgan
networks = kgan.models.mlp((2,), latent_dim=2)
gan = kgan.GAN(*networks)
try:
    gan.compile()
except ValueError as error:
    print(error)
with warnings.catch_warnings(record=True) as caught:
    loaded = keras.models.load_model(PATH)
print(caught[-1].message)
print(loaded.generate(3).shape, loaded.metrics)
try:
    loaded.fit([[0.0, 0.0]])
except ValueError as error:
    print(error)
"""


def test_training_elsewhere_is_refused_in_a_sentence(tmp_path, monkeypatch):
    gan = kgan.GAN(*kgan.models.mlp((2,), latent_dim=2))
    gan.compile()
    gan.save(tmp_path / "gan.keras")
    monkeypatch.setenv("KERAS_BACKEND", "jax")
    code = TRAINING.replace("PATH", repr(str(tmp_path / "gan.keras")))
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    compile_, warning, generated, fit = done.stdout.splitlines()[-4:]
    assert compile_.startswith("`compile` of a game needs Keras' backend tensorflow")
    assert compile_.endswith("Received: jax")
    assert warning.startswith("This GAN can generate, and not be trained")
    assert generated == "(3, 2) []"
    assert fit.startswith("`fit` of a game needs Keras' backend tensorflow")
