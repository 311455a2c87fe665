"""Compares saved generators on Keras' other backends with TensorFlow.

    python scripts/try_backends.py jax torch --environments=/tmp/environments

For each of the named backends (by default all) it makes a virtual environment with kgan
and the backend's package, unless there is one, saves a small generator with each layer
of `kgan.layers` and each network of `kgan.models`, loads them there, and prints the
largest difference of their outputs. The exit status is 1 where one fails or differs by
more than 10⁻⁵.

PyTorch is installed without what its package names besides: the plain wheel asks for
gigabytes of CUDA that a CPU does not use.
"""

import argparse
import json
import os
import pathlib
import subprocess
import sys

import keras
import numpy as np
from environments import python_of

import kgan
from kgan.core.table_blocks import Block

ROOT = pathlib.Path(__file__).resolve().parents[1]
LARGEST = 1e-5
# By backend, what pip installs after kgan, call by call.
PACKAGES = {
    "jax": [["jax"]],
    "torch": [
        ["--no-deps", "torch"],
        ["filelock", "fsspec", "jinja2", "networkx", "sympy", "typing-extensions"],
    ],
}
# No part of a network: an image pool is a state of training.
OF_TRAINING = {"ImagePool"}
CLASSES = 3


def _images(layer):
    """Builds a generator of 4 × 4 images of 4 channels that ends in a layer."""
    x = latents = keras.Input((6,))
    x = keras.layers.Dense(64, activation="relu")(x)
    x = keras.layers.Reshape((4, 4, 4))(x)
    return keras.Model(latents, layer(x))


def _features(layer):
    latents = keras.Input((6,))
    return keras.Model(latents, layer(keras.layers.Dense(8)(latents)))


def _by_class(layer):
    latents, labels = keras.Input((6,)), keras.Input((), dtype="int32")
    features = keras.layers.Dense(8)(latents)
    return keras.Model([latents, labels], layer([features, labels]))


def _with_reference():
    rows = np.random.default_rng(1).normal(size=(5, 6))
    network = _features(kgan.layers.VirtualBatchNormalization(5))
    return kgan.layers.WithReference(network, rows)


def _styled():
    latents = keras.Input((6,))
    x = keras.layers.Reshape((4, 4, 4))(keras.layers.Dense(64)(latents))
    layer = kgan.layers.ModulatedConv2D(
        3, 3, "up", noise=True, activation="leaky_relu", clamp=1.0
    )
    return keras.Model(latents, layer([x, latents]))


def _mixed():
    latents = keras.Input((6,))
    styles = kgan.layers.Truncation(4)(latents)
    return keras.Model(latents, kgan.layers.StyleMixing()([styles, 2 * styles]))


def _cut():
    latents = keras.Input((6,))
    x = keras.layers.Reshape((4, 4, 4))(keras.layers.Dense(64)(latents))
    return keras.Model(latents, kgan.layers.CropLike()([x, x[:, 1:, :3]]))


def _rows():
    blocks = [Block("sex", (0.25, 0.75), (False, False))]
    return kgan.models.table_generator(blocks, latent_dim=4, hidden=(3,))


def _classes():
    latents, labels = keras.Input((6,)), keras.Input((), dtype="int32")
    layer = kgan.layers.EqualizedEmbedding(CLASSES, 6, initial_bias=0.5)
    return keras.Model([latents, labels], keras.layers.Add()([latents, layer(labels)]))


# A generator for each layer, by the layer's name.
LAYERS = {
    "ConditionalBatchNormalization": lambda: _by_class(
        kgan.layers.ConditionalBatchNormalization(num_classes=CLASSES)
    ),
    "EqualizedConv2D": lambda: _images(
        kgan.layers.EqualizedConv2D(3, 3, "down", activation="leaky_relu")
    ),
    "EqualizedDense": lambda: _features(kgan.layers.EqualizedDense(3, clamp=0.5)),
    "EqualizedEmbedding": _classes,
    "FirstLatents": _rows,
    "FIRDownSampling2D": lambda: _images(kgan.layers.FIRDownSampling2D()),
    "FIRUpSampling2D": lambda: _images(kgan.layers.FIRUpSampling2D()),
    "LearnedConstant": lambda: _features(kgan.layers.LearnedConstant((2, 3))),
    "ModulatedConv2D": _styled,
    "NoiseInjection": lambda: _images(kgan.layers.NoiseInjection()),
    "OtherLatents": lambda: _features(kgan.layers.OtherLatents()),
    "StyleMixing": _mixed,
    "TableRows": _rows,
    "Truncation": _mixed,
    "BatchNormalization": lambda: _images(kgan.layers.BatchNormalization()),
    "BilinearUpSampling2D": lambda: _images(kgan.layers.BilinearUpSampling2D()),
    "BlurPooling2D": lambda: _images(kgan.layers.BlurPooling2D()),
    "CropLike": _cut,
    "Dropout": lambda: _features(kgan.layers.Dropout(0.5)),
    "Maxout": lambda: _features(kgan.layers.Maxout(4, 3)),
    "MinibatchDiscrimination": lambda: _features(
        kgan.layers.MinibatchDiscrimination(3, 2)
    ),
    "MinibatchStandardDeviation": lambda: _images(
        kgan.layers.MinibatchStandardDeviation(2)
    ),
    "PadToMultiple": lambda: _images(kgan.layers.PadToMultiple(3)),
    "PixelNormalization": lambda: _images(kgan.layers.PixelNormalization()),
    "Projection": lambda: _by_class(kgan.layers.Projection(CLASSES)),
    "ReflectionPadding2D": lambda: _images(kgan.layers.ReflectionPadding2D(3)),
    "SelfAttention": lambda: _images(
        kgan.layers.SelfAttention(
            spectral_normalization=True, gamma_initializer="ones", key_channels=2
        )
    ),
    "SpectralNormalization": lambda: _images(
        kgan.layers.SpectralNormalization(keras.layers.Conv2DTranspose(2, 3))
    ),
    "VirtualBatchNormalization": lambda: _features(
        kgan.layers.VirtualBatchNormalization(2)
    ),
    "WithReference": _with_reference,
}
# What `kgan.models` builds: generators, and a discriminator of packs.
MODELS = {
    "mlp": lambda: kgan.models.mlp_generator((8, 8, 1), 6, num_classes=CLASSES),
    "dcgan": lambda: kgan.models.dcgan_generator(
        (8, 8, 3), 6, width=4, num_classes=CLASSES
    ),
    "mapped_dcgan": lambda: kgan.models.mapped_dcgan_generator(
        (8, 8, 1), 6, mapping_depth=2, width=4
    ),
    "stylegan2": lambda: kgan.models.stylegan2_generator(
        (8, 8, 3), 6, CLASSES, channel_base=32, mapping_layers=2
    ),
    "unet": lambda: kgan.models.unet((8, 8, 3), width=4),
    "unet_any_size": lambda: kgan.models.unet(
        (9, None, 3), width=4, depth=2, normalization="batch"
    ),
    "resnet_translator": lambda: kgan.models.resnet_translator(
        (9, 8, 3), width=2, blocks=1
    ),
    "resnet_antialiased": lambda: kgan.models.resnet_translator(
        (8, 8, 3), width=2, blocks=1, upsampling="antialiased"
    ),
    "patchgan": lambda: kgan.models.patchgan(
        (16, 16, 3), width=2, depth=2, antialiased=True
    ),
    "packed": lambda: kgan.models.packed.pack(
        kgan.models.mlp_discriminator, (8, 8, 1), 2, hidden=[8]
    ),
}


def _inputs(network):
    """Returns inputs of 6 rows; a discriminator of packs has no symbolic ones."""
    draw = np.random.default_rng(0)
    wanted = getattr(network, "inputs", None) or [keras.Input((8, 8, 1))]
    arrays = [
        np.arange(6, dtype="int32") % CLASSES
        if "int" in x.dtype
        else draw.normal(size=(6, *(n or 7 for n in x.shape[1:]))).astype("float32")
        for x in wanted
    ]
    return arrays if len(arrays) > 1 else arrays[0]


def save(folder):
    """Saves all networks with inputs and outputs, on TensorFlow.

    A GAN that has played a round is among them.

    Args:
        folder: A `pathlib.Path` of a folder that exists.
    """
    for name, build in {**LAYERS, **MODELS}.items():
        network = build()
        inputs = _inputs(network)
        outputs = np.asarray(network(inputs, training=False))
        network.save(folder / f"{name}.keras")
        several = inputs if isinstance(inputs, list) else [inputs]
        np.savez(folder / f"{name}.npz", *several, outputs=outputs)
    gan = kgan.GAN(*kgan.models.mlp((8, 8, 1), latent_dim=6))
    gan.compile(run_eagerly=True)
    images = np.linspace(-1, 1, 128, dtype="float32").reshape((2, 8, 8, 1))
    gan.fit(images, batch_size=2, verbose=0)
    gan.save(folder / "gan.keras")
    np.savez(folder / "gan.npz", outputs=gan.generate(6, seed=1))


def compare(folder):
    """Returns by name how far outputs are from those on TensorFlow, or an error."""
    return {p.stem: _compare(p) for p in sorted(folder.glob("*.keras"))}


def _compare(path):
    stored = dict(np.load(path.with_suffix(".npz")))
    expected = stored.pop("outputs")
    inputs = list(stored.values())
    try:
        network = keras.models.load_model(path)
        if not inputs:
            found = network.generate(6, seed=1)
        else:
            inputs = inputs if len(inputs) > 1 else inputs[0]
            found = keras.ops.convert_to_numpy(network(inputs, training=False))
    except Exception as error:  # whatever a backend raises
        return " ".join(f"{type(error).__name__}: {error}".split())
    return float(np.abs(found.astype("float32") - expected).max())


def compare_on(backend, folder, python=sys.executable):
    """Returns `compare` of a folder, in a process of another backend."""
    environment = {**os.environ, "KERAS_BACKEND": backend}
    command = [python, __file__, f"--compare={folder}"]
    run = subprocess.run(
        command, env=environment, check=True, stdout=subprocess.PIPE, text=True
    )
    return json.loads(run.stdout.splitlines()[-1])


def main(argv=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("backends", nargs="*", help=", ".join(PACKAGES))
    parser.add_argument("--environments", type=pathlib.Path, help="where they lie")
    parser.add_argument("--compare", type=pathlib.Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args(argv)
    if arguments.compare:
        print(json.dumps(compare(arguments.compare)))
        return 0
    if not arguments.environments or not set(arguments.backends) <= set(PACKAGES):
        parser.error("give --environments, and backends of " + ", ".join(PACKAGES))
    folder = arguments.environments / "networks"
    folder.mkdir(parents=True, exist_ok=True)
    save(folder)
    failed = False
    for backend in arguments.backends or PACKAGES:
        environment = arguments.environments / backend
        kgan_itself = ["--editable", str(ROOT)]
        python = python_of(environment, kgan_itself, *PACKAGES[backend])
        for name, found in compare_on(backend, folder, python).items():
            print(f"{backend:6} {name:30} {found}")
            failed |= not (isinstance(found, float) and found <= LARGEST)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
