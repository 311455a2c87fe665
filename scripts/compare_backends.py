"""Compares networks of kgan's layers on another backend of Keras with TensorFlow's.

    python scripts/compare_backends.py jax
    python scripts/compare_backends.py torch --python=environment/bin/python

Saves a network for each layer, loads it in a process of its own with that backend,
whose packages must be installed there, and prints the largest difference of outputs.
"""

import argparse
import os
import pathlib
import subprocess
import sys
import tempfile

import keras
import numpy as np

import kgan
from kgan import layers

# Between what the layers of games' networks get and give; `ImagePool` is none of them:
# only a step of training calls it.
BESIDE = {"ImagePool"}
_BATCH = 8
_IMAGE, _FEATURES = (6, 6, 8), (12,)


def _of_one_input(shape, make):
    def network():
        inputs = keras.Input(shape)
        return keras.Model(inputs, make()(inputs))

    return network


def _by_class(shape, make):
    def network():
        inputs, labels = keras.Input(shape), keras.Input((), dtype="int32")
        return keras.Model([inputs, labels], make()([inputs, labels]))

    return network


def _with_reference():
    reference = np.random.default_rng(1).normal(size=(4, *_FEATURES))
    inner = NETWORKS["VirtualBatchNormalization"]()
    return layers.WithReference(inner, reference.astype("float32"))


def _attention():
    return layers.SelfAttention(
        gamma_initializer="ones", spectral_normalization=True, name="attention"
    )


NETWORKS = {
    "ConditionalBatchNormalization": _by_class(
        _IMAGE, lambda: layers.ConditionalBatchNormalization(num_classes=3)
    ),
    "Dropout": _of_one_input(_FEATURES, lambda: layers.Dropout(0.5)),
    "Maxout": _of_one_input(_FEATURES, lambda: layers.Maxout(4, 3)),
    "MinibatchDiscrimination": _of_one_input(
        _FEATURES, lambda: layers.MinibatchDiscrimination(5, 3)
    ),
    "MinibatchStandardDeviation": _of_one_input(
        _IMAGE, lambda: layers.MinibatchStandardDeviation(4)
    ),
    "PixelNormalization": _of_one_input(_IMAGE, layers.PixelNormalization),
    "Projection": _by_class(_FEATURES, lambda: layers.Projection(3)),
    "SelfAttention": _of_one_input(_IMAGE, _attention),
    "SpectralNormalization": _of_one_input(
        _IMAGE, lambda: layers.SpectralNormalization(keras.layers.Conv2D(5, 3))
    ),
    "VirtualBatchNormalization": _of_one_input(
        _FEATURES, lambda: layers.VirtualBatchNormalization(4)
    ),
    "WithReference": _with_reference,
}


def _inputs(network):
    draw = np.random.default_rng(0)
    return [
        draw.integers(0, 3, _BATCH).astype("int32")
        if given.dtype == "int32"
        else draw.normal(size=(_BATCH, *given.shape[1:])).astype("float32")
        for given in network.inputs
    ]


def outputs_of(folder: pathlib.Path) -> dict:
    """Computes each network of a folder on the backend of this process."""
    found = {}
    for path in sorted(folder.glob("*.keras")):
        network = keras.models.load_model(path)
        inputs = _inputs(network)
        output = network(inputs if len(inputs) > 1 else inputs[0], training=False)
        found[path.stem] = keras.ops.convert_to_numpy(output)
    if (folder / "gan").is_dir():
        gan = keras.models.load_model(folder / "gan" / "gan.keras", compile=False)
        found["generate"] = gan.generate(4, seed=3).astype("float32")
    return found


def save(folder: pathlib.Path) -> None:
    """Saves a network for each layer, and a GAN."""
    for name, make in NETWORKS.items():
        make().save(folder / f"{name}.keras")
    (folder / "gan").mkdir()
    gan = kgan.GAN(*kgan.models.dcgan((8, 8, 1), latent_dim=4, num_classes=3))
    gan.save(folder / "gan" / "gan.keras")


def differences(backend: str, python: str = sys.executable) -> dict:
    """Returns the largest difference of each network's output, by layer.

    Args:
        backend: "jax" or "torch".
        python: The Python of an environment that has it.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        save(folder)
        expected = outputs_of(folder)
        subprocess.run(
            [python, __file__, backend, f"--outputs_of={folder}"],
            env={**os.environ, "KERAS_BACKEND": backend},
            check=True,
        )
        with np.load(folder / "outputs.npz") as found:
            return {
                key: float(np.abs(found[key] - value).max())
                for key, value in expected.items()
            }


def main() -> None:
    """Compares, or computes what is compared."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("backend", choices=("jax", "torch"))
    parser.add_argument("--python", default=sys.executable)
    parser.add_argument("--outputs_of", type=pathlib.Path, help=argparse.SUPPRESS)
    values = parser.parse_args()
    if values.outputs_of is not None:
        np.savez(values.outputs_of / "outputs.npz", **outputs_of(values.outputs_of))
        return
    for name, difference in differences(values.backend, values.python).items():
        print(f"{name:32} {difference:.1e}")


if __name__ == "__main__":
    main()
