"""Small pictures on disk, and where real data lies if there is any."""

import os
import pathlib

import numpy as np
import pytest
from PIL import Image


@pytest.fixture
def picture(tmp_path):
    """A function that writes a picture of random pixels and returns them."""
    random = np.random.default_rng(0)

    def write(name, size=(6, 8), mode="RGB", value=None, **options):
        shape = size if mode == "L" else (*size, len(mode))
        pixels = random.integers(0, 256, shape, dtype=np.uint8)
        if value is not None:
            pixels[:] = value
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(pixels).save(path, **options)
        return pixels

    return write


@pytest.fixture
def real_tfds():
    """The folder of really prepared TFDS data, or a skip."""
    root = pathlib.Path(__file__).parents[2]
    for folder in (os.environ.get("TFDS_DATA_DIR"), root / "../shared/data/tfds"):
        if folder and (pathlib.Path(folder) / "mnist").is_dir():
            return str(folder)
    pytest.skip("no prepared MNIST: TFDS_DATA_DIR names no folder that has it")
