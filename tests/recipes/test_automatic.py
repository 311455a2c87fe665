"""What is chosen for data without a recipe fits the data."""

import json
import pathlib
import shutil

import numpy as np
import pytest
import second_game
from PIL import Image
from small_tables import people

from kgan import recipes
from kgan.recipes import automatic, few_shot
from kgan.tabular import training


@pytest.fixture
def folder(tmp_path):
    """Builds a folder of gray images of the given (height, width)."""

    def make(sizes):
        folder = tmp_path / "photos"
        folder.mkdir()
        for index, size in enumerate(sizes):
            image = Image.fromarray(np.full(size, index, np.uint8))
            image.save(folder / f"{index}.png")
        return str(folder)

    return make


@pytest.fixture
def _many(monkeypatch):
    """Lets any folder be one of many images, for which a DCGAN is chosen."""
    monkeypatch.setattr(few_shot, "FEW", 0)


@pytest.mark.usefixtures("_many")
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


@pytest.mark.parametrize("few", [0, 1_000])
def test_a_gpu_gets_a_wider_network(folder, monkeypatch, few):
    monkeypatch.setattr(few_shot, "FEW", few)
    path = folder([(64, 64)] * 4)
    narrow, _ = automatic.choose(path)
    monkeypatch.setattr(automatic, "_has_gpu", lambda: True)
    wide, reasons = automatic.choose(path)
    assert wide.model_options["width"] > narrow.model_options["width"]
    assert few or "a GPU" in " ".join(reasons)


def test_a_folder_of_few_images_is_given_to_few_shot(folder, monkeypatch):
    monkeypatch.setattr(few_shot, "FEW", 3)
    path = folder([(20, 40)] * 3)
    recipe, reasons = automatic.choose(path)
    assert recipe.name == "photos"
    assert recipe.override(name="few_shot") == automatic.few(path)[0]
    assert recipe.augmentation == {"name": "diff_augment"}
    assert reasons[0] == f"{path}: 3 images."
    monkeypatch.setattr(few_shot, "FEW", 2)
    assert automatic.choose(path)[0].augmentation == {}


def test_few_shot_is_asked_for_by_name(folder, tmp_path, monkeypatch):
    path = folder([(20, 40)] * 3)
    monkeypatch.setattr(few_shot, "FEW", 2)
    recipe, _ = automatic.few(path)
    assert (recipe.name, recipe.dataset) == ("few_shot", path)
    assert recipe.augmentation["name"] == "adaptive_augment"
    monkeypatch.chdir(tmp_path)
    assert automatic.few("photos")[0].dataset == "./photos"


@pytest.mark.parametrize("dataset", ["digits", "no_such_folder"])
def test_few_shot_takes_a_folder(dataset):
    with pytest.raises(ValueError, match=f"must be a folder.*Received: '{dataset}'"):
        automatic.few(dataset)


@pytest.mark.parametrize("few", [0, 1_000])
def test_classes_that_would_go_unused_are_named(folder, monkeypatch, few):
    monkeypatch.setattr(few_shot, "FEW", few)
    path = folder([(8, 8)] * 3)
    assert "--conditional" not in " ".join(automatic.choose(path)[1])
    for index, name in enumerate(("cats", "dogs", "eels")):
        (pathlib.Path(path) / name).mkdir()
        (pathlib.Path(path) / f"{index}.png").rename(f"{path}/{name}/1.png")
    line = f"{path} has 3 classes (cats, dogs, eels): --conditional generates by class."
    assert automatic.choose(path)[1].count(line) == 1
    assert automatic.few(path)[1].count(line) == 1
    for reasons in (
        automatic.choose(path, conditional=True)[1],
        automatic.few(path, conditional=True)[1],
    ):
        assert "3 classes" not in " ".join(reasons)


def test_one_class_is_none_and_many_are_counted(folder):
    path = pathlib.Path(folder([(8, 8)] * 13))
    for index in range(13):
        (path / f"class_{index:02}").mkdir()
        (path / f"{index}.png").rename(path / f"class_{index:02}/1.png")
    text = automatic.choose(str(path))[1][-1]
    assert "has 13 classes (class_00, " in text
    assert "class_09, ...): --conditional" in text
    for index in range(1, 13):
        (path / f"class_{index:02}/1.png").rename(path / f"class_00/{index}.png")
    assert "--conditional" not in " ".join(automatic.choose(str(path))[1])


@pytest.mark.parametrize("few", [0, 1_000])
def test_a_zip_is_named_without_its_ending(folder, monkeypatch, few):
    monkeypatch.setattr(few_shot, "FEW", few)
    path = folder([(8, 8)] * 3)
    labels = [[f"{index}.png", index] for index in range(3)]
    text = json.dumps({"labels": labels})
    (pathlib.Path(path) / "dataset.json").write_text(text)
    packed = shutil.make_archive(path, "zip", path)
    recipe, reasons = automatic.choose(packed)
    assert (recipe.name, recipe.dataset) == ("photos", packed)
    assert "photos.zip has 3 classes (0, 1, 2): --conditional" in reasons[-1]


def test_classes_of_a_named_data_set_are_named_too():
    reasons = automatic.choose("digits")[1]
    assert "digits has 10 classes (0, 1, 2" in reasons[-1]
    assert automatic.choose("digits", conditional=True)[1] == reasons[:-1]


def test_windows_are_read_where_data_are_looked_at(tmp_path):
    for index, folder in enumerate(("a", "b")):
        (tmp_path / folder).mkdir()
        for name in "abcdefghijklmnopqrst":
            pixels = np.arange(64 * 64).reshape(64, 64).astype(np.uint16)
            Image.fromarray(pixels if index else pixels.astype(np.float32)).save(
                tmp_path / f"{folder}/{name}.tiff"
            )
    name = tmp_path / "a/a.tiff"
    Image.fromarray(np.ones((64, 64), np.uint16)).save(name)
    dataset = f"pairs:{tmp_path}:a:b"
    with pytest.raises(ValueError, match="source_window must be given"):
        automatic.choose(dataset)
    recipe, _ = automatic.choose(dataset, windows={"source_window": (0, 4095)})
    assert recipe.game == "pix2pix"


def test_points_get_an_mlp():
    recipe, reasons = automatic.choose("grid")
    assert (recipe.name, recipe.model, recipe.latent_dim) == ("grid", "mlp", 2)
    assert len(reasons) == 1


def test_what_is_not_there_is_refused():
    with pytest.raises(ValueError, match="no_such_folder"):
        automatic.choose("no_such_folder")


def test_pairs_are_no_data_of_a_gan(tmp_path):
    pairs = second_game.pairs(tmp_path)
    message = r"`dataset` must be .*gan takes images or points.*Received: 'pairs:"
    with pytest.raises(ValueError, match=message):
        automatic.choose(pairs, game="gan")
    recipe, _ = automatic.choose(pairs)
    assert (recipe.game, recipe.dataset) == ("pix2pix", pairs)
    # A column of a table beside other data.
    assert (recipe.name, recipe.held_out_by) == ("edges2emoji", None)


@pytest.mark.parametrize("kind", ["pairs", "unpaired"])
def test_the_name_of_two_sets_says_the_game(kind, tmp_path):
    name = second_game.pairs(tmp_path).replace("pairs:", f"{kind}:", 1)
    recipe, _ = automatic.choose(name)
    assert automatic.game_of(name) == recipe.game
    assert automatic.game_of(str(tmp_path)) is automatic.game_of(None) is None


def test_other_data_have_the_first_recipe_whose_game_suits_them(tmp_path, monkeypatch):
    pairs = second_game.pairs(tmp_path / "all")
    known = recipes.Recipe(name="copies", game="copying", width=7)
    monkeypatch.setattr(recipes, "names", lambda: ["digits", "copies"])
    monkeypatch.setattr(
        recipes, "get", {"digits": recipes.get("digits"), "copies": known}.get
    )
    for game in ("copying", None):
        recipe, reasons = automatic.choose(pairs, game=game)
        assert recipe == known.override(dataset=pairs)
        assert reasons == [f"{pairs}: chose --recipe=copies, of the game copying."]


@pytest.mark.parametrize("dataset", ["ring", "folder"])
def test_a_game_that_is_asked_for_refuses_other_data(dataset, folder):
    dataset = folder([(8, 8)] * 2) if dataset == "folder" else dataset
    with pytest.raises(ValueError, match=r"copying takes pairs of images\. Received"):
        automatic.choose(dataset, game="copying")
    with pytest.raises(ValueError, match="`game` must be one of"):
        automatic.choose(dataset, game="copyin")


def test_a_table_has_a_game_of_its_own(tmp_path):
    path = tmp_path / "people.csv.gz"
    people(300).to_csv(path, index=False)
    assert automatic.game_of(str(path)) == "tabular"
    recipe, (rows, game, steps) = automatic.choose(str(path))
    assert (recipe.name, recipe.game) == ("people", "tabular")
    assert recipe.batch_size <= 300
    assert recipe.steps >= training.STEPS
    assert rows.endswith(": 274 rows to train on, 7 columns.")
    assert game.startswith("Chose --game=tabular: ")
    assert f"--steps={recipe.steps}" in steps
    assert automatic.choose(str(path), given={"game": "tabular", "steps": 5})[1] == [
        rows
    ]


def test_names_of_tables():
    for name in ("made_table", "table:iris"):
        assert automatic.game_of(name) == "tabular"
    assert automatic.name_of("table:iris") == "iris"
    assert automatic.name_of("some/people.csv.gz") == "people"
    assert automatic.game_of("digits") is None


def test_no_other_game_takes_a_table():
    with pytest.raises(ValueError, match="Received: 'table:iris'"):
        automatic.choose("table:iris", game="gan")
