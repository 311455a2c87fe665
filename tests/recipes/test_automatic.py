"""What is chosen for data without a recipe fits the data."""

import numpy as np
import pytest
from PIL import Image

from kgan.recipes import automatic


@pytest.fixture
def folder(tmp_path):
    """Makes a folder of gray images of the given (height, width)."""

    def make(sizes):
        folder = tmp_path / "photos"
        folder.mkdir()
        for index, size in enumerate(sizes):
            image = Image.fromarray(np.full(size, index, np.uint8))
            image.save(folder / f"{index}.png")
        return str(folder)

    return make


@pytest.mark.parametrize(
    ("sizes", "side"),
    [
        ([(40, 100)] * 3 + [(500, 400)], 32),
        ([(200, 300)] * 3, 64),
        ([(64, 64)] * 2, 64),
        ([(10, 13)] * 3, 10),
    ],
)
def test_the_side_follows_from_the_median(folder, sizes, side):
    path = folder(sizes)
    recipe, reasons = automatic.choose(path)
    assert recipe.name == "photos"
    assert recipe.dataset == path
    assert recipe.model == "dcgan"
    assert recipe.image_size == side
    assert recipe.batch_size == len(sizes)
    text = " ".join(reasons)
    assert f"{len(sizes)} images" in text
    assert f"--image_size={side}" in text
    assert f"--steps={recipe.steps}" in text


def test_a_folder_in_this_place_is_no_name_of_tfds(folder, tmp_path, monkeypatch):
    folder([(64, 64)])
    monkeypatch.chdir(tmp_path)
    assert automatic.choose("photos")[0].dataset == "./photos"


def test_a_gpu_gets_a_wider_network(folder, monkeypatch):
    path = folder([(64, 64)])
    narrow, _ = automatic.choose(path)
    monkeypatch.setattr(automatic, "_has_gpu", lambda: True)
    wide, reasons = automatic.choose(path)
    assert wide.model_options["width"] > narrow.model_options["width"]
    assert "a GPU" in " ".join(reasons)


def test_points_get_an_mlp():
    recipe, reasons = automatic.choose("grid")
    assert (recipe.name, recipe.model, recipe.latent_dim) == ("grid", "mlp", 2)
    assert len(reasons) == 1


def test_what_is_not_there_is_refused():
    with pytest.raises(ValueError, match="no_such_folder"):
        automatic.choose("no_such_folder")
