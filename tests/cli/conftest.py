"""Small trained models for the commands that read one."""

import pytest
import tiny
from stand_in_hub import hub as hub

import kgan
from kgan.runs import directory, train


@pytest.fixture(scope="session")
def model(tmp_path_factory):
    """Builds the path of a saved GAN: of images, of images by class, of points."""
    folder = tmp_path_factory.mktemp("models")
    kinds = {
        "images": ((6, 5, 3), None),
        "classes": ((4, 4, 1), 3),
        "points": ((2,), None),
    }
    for name, (shape, num_classes) in kinds.items():
        gan = kgan.GAN(*kgan.models.mlp(shape, latent_dim=3, num_classes=num_classes))
        gan.compile()
        directory.save(gan, folder / f"{name}.keras")
    return lambda name: str(folder / f"{name}.keras")


@pytest.fixture(scope="module")
def run_dir(tmp_path_factory):
    """The directory of a run of five steps."""
    path = tmp_path_factory.mktemp("runs") / "tiny"
    train.train(tiny.DIGITS, path, verbose=0)
    return path
