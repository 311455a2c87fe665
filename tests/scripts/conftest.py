"""What the client of TensorFlow Serving asks: servers of small models, and itself."""

import contextlib
import functools
import pathlib
import sys

import numpy as np
import pytest
import stand_in_servers
import tensorflow as tf

import kgan

sys.path.insert(0, str(pathlib.Path(__file__).parents[2] / "scripts"))

import serving_client


def _gan(shape, num_classes=None):
    gan = kgan.GAN(*kgan.models.mlp(shape, latent_dim=3, num_classes=num_classes))
    gan.compile()
    return gan


@pytest.fixture(scope="session")
def gans():
    """What is served, by name: a GAN for each version of a model."""
    return {
        "rgb": [_gan((6, 5, 3)), _gan((6, 5, 3))],
        "classes": [_gan((4, 4, 1), num_classes=3)],
        "points": [_gan((2,))],
    }


@pytest.fixture(scope="session")
def served(gans, tmp_path_factory):
    """The folder of the models' folders."""
    folder = tmp_path_factory.mktemp("served")
    for name, versions in gans.items():
        for gan in versions:
            gan.export(folder / name, allow_untrained=True)
    return folder


@pytest.fixture(scope="module")
def seen():
    """What REST servers were asked: `(method, path, JSON)`."""
    return []


@pytest.fixture(scope="module")
def address(served, seen):
    """Starts a server at its first use: by protocol, model, and whether it batches."""
    servers = {
        "rest": functools.partial(stand_in_servers.rest_server, seen=seen),
        "grpc": stand_in_servers.grpc_server,
    }
    with contextlib.ExitStack() as stack:

        @functools.cache
        def start(protocol, model, batching=False):
            make = servers[protocol]
            return stack.enter_context(make(served / model, model, batching=batching))

        yield start


@pytest.fixture
def arguments(address):
    """Builds the client's flags: for a server that is named, or for the model's own."""

    def make(protocol, model, *flags, server=None, batching=False):
        server = server or address(protocol, model, batching)
        if batching:
            flags = [*flags, "--batching"]
        return [
            f"--server={server}",
            f"--protocol={protocol}",
            f"--model={model}",
            *flags,
        ]

    return make


@pytest.fixture
def pixels():
    """Reads a PNG file, without the client's Pillow."""
    return lambda path: tf.io.decode_png(tf.io.read_file(str(path))).numpy()


@pytest.fixture
def ask(arguments, pixels, tmp_path):
    """Runs the client, with `arguments`; gives the images that it saved in a folder."""

    def run(*args, **kwargs):
        folder = tmp_path / "images"
        argv = [f"--output={folder}", *arguments(*args, **kwargs)]
        assert serving_client.main(argv) == 0
        found = sorted(folder.iterdir())
        names = [f"image-{index:06d}.png" for index in range(len(found))]
        assert [path.name for path in found] == names
        return np.stack([pixels(path) for path in found])

    return run


@pytest.fixture
def fails(arguments, tmp_path, capsys):
    """Runs the client, which fails; gives its one line, and checks what it left."""

    def run(*args, **kwargs):
        before = sorted(tmp_path.rglob("*"))
        argv = [f"--output={tmp_path / 'images'}", *arguments(*args, **kwargs)]
        assert serving_client.main(argv) == 1
        assert sorted(tmp_path.rglob("*")) == before
        out, err = capsys.readouterr()
        assert out == ""
        (line,) = err.splitlines()
        program, _, said = line.partition(": ")
        assert program == "serving_client.py"
        return said

    return run
