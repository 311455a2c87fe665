"""How recipes of translation say what their data are."""

import os

import numpy as np
import PIL.Image
import pytest

from kgan import data, recipes
from kgan.recipes.options.sides import SidesRecipe
from kgan.runs import data_place, directory, prepare, provenance, resume, train

SIDE = 16
COLOURS = "#000000,#ffffff"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder of 12 pictures, a mask to the left and a photo to the right."""
    draw = np.random.default_rng(0)
    (tmp_path / "data").mkdir()
    for name in range(12):
        mask = np.uint8(255) * draw.integers(0, 2, (SIDE, SIDE, 1), np.uint8)
        photo = draw.integers(0, 255, (SIDE, SIDE, 3), np.uint8)
        both = np.hstack([mask.repeat(3, axis=-1), photo])
        PIL.Image.fromarray(both).save(tmp_path / f"data/{name:02}.png")
    (tmp_path / "held.txt").write_text("03\n07\n")
    (tmp_path / "colours.txt").write_text(COLOURS.replace(",", "\n"))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def tiny(**values):
    small = {"generator_width": 2, "discriminator_width": 2, "discriminator_depth": 1}
    steps = {"batch_size": 4, "steps": 2, "sample_every": 1, "image_size": 8}
    own = {"held_out_by": None, "load_size": None, "generator_depth": 2}
    values = {"dataset": "pairs:data", **own, **values}
    return recipes.get("edges2emoji").override(**small, **steps, **values)


OPTIONS = {
    "direction": "BtoA",
    "held_out_by": "list:held.txt",
    "target_labels": "colours.txt",
    "source_channels": 1,
    "load_size": 10,
    "mirror": True,
}


def test_options_are_those_of_the_data():
    assert tiny().data_options == {}
    options = tiny(**OPTIONS).data_options
    assert options == {n: v for n, v in OPTIONS.items() if n != "mirror"}
    recipe = tiny(**OPTIONS)
    assert recipes.Recipe.from_json(recipe.to_json()) == recipe
    kinds = SidesRecipe.flags()
    for flag in recipe.to_flags():
        name, _, text = flag.removeprefix("--").partition("=")
        if name in kinds:
            assert kinds[name].metadata["kind"].read(text) == getattr(recipe, name)


def test_a_run_knows_its_data_from_any_folder(folder, monkeypatch):
    plan = prepare.prepare(tiny(**OPTIONS), "run")
    assert (plan.source.source_shape, plan.source.shape) == ((8, 8, 1), (8, 8, 2))
    plan.run_dir.mkdir()
    train._write_first(plan)
    recipe = resume.read_recipe(folder / "run")
    assert recipe.dataset == f"pairs:{folder}/data"
    assert recipe.held_out_by == f"list:{folder}/held.txt"
    assert recipe.target_labels == COLOURS
    (folder / "elsewhere").mkdir()
    monkeypatch.chdir(folder / "elsewhere")
    plan = prepare.prepare_to_resume(folder / "run", steps=3)
    assert plan.source.num_examples == 10
    assert plan.source.other_split("test").keys == ("03", "07")
    own = provenance.options_of(folder / "run", recipe.dataset)
    assert own == plan.source.options
    other = provenance.options_of(folder / "run", "pairs:other")
    assert other == {n: v for n, v in own.items() if n != "held_out_by"}
    shared = recipe.without_folders()
    assert (shared.dataset, shared.held_out_by) == ("pairs:data", "list:held.txt")


def test_batches_of_a_run_go_on_exactly(folder):
    plan = prepare.prepare(tiny(**OPTIONS), "run")

    def batches(start, count):
        return [
            {side: image.numpy() for side, image in batch.items()}
            for batch in plan.load(start, count)
        ]

    whole = batches(0, 10)
    for batch, again in zip(batches(6, 4), whole[6:], strict=True):
        for side, images in batch.items():
            np.testing.assert_array_equal(images, again[side])
    assert whole[0]["target"].shape == (4, 8, 8, 2)
    assert set(np.unique(whole[0]["target"])) == {-1.0, 1.0}


def test_pictures_show_the_centres_of_what_was_held_out(folder):
    recipe = tiny(**OPTIONS)
    source = prepare.find_source(recipe, None)
    shown = next(iter(recipe.shown_data(source).take(1)))
    assert shown["source"].shape == (2, 8, 8, 1)
    expected = source.other_split("test").sources.read() / np.float32(127.5) - 1
    rows = {row.tobytes() for row in shown["source"].numpy()}
    assert rows == {row.astype(np.float32).tobytes() for row in expected}


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"direction": "BToA"}, "`direction` must be one of AtoB, BtoA.*mean BtoA"),
        ({"held_out": 1.0}, "`held_out` must be a number in"),
        ({"source_channels": 2}, "`source_channels` must be one of 1, 3, 4"),
        ({"load_size": 4}, "image_size, the size of the crops, must be at most"),
        ({"held_out_by": "group"}, "held_out_by must be one of"),
        ({"dataset": "unpaired:data:data"}, "`dataset` must be pairs of images for"),
        ({"dataset": "digits"}, "`dataset` must be pairs of images for"),
        ({"target_labels": "3"}, "A label map must have values below 3"),
    ],
)
def test_bad_values_leave_nothing(folder, values, message):
    with pytest.raises(ValueError, match=message) as error:
        prepare.prepare(tiny(**values), "run")
    assert "\n" not in str(error.value)
    assert not (folder / "run").exists()


def test_other_games_refuse_two_sets(folder):
    for name in ("digits", "digits_bigan"):
        recipe = recipes.get(name).override(dataset="unpaired:data:data")
        with pytest.raises(ValueError, match=r"`dataset` must be .* for the game"):
            prepare.find_source(recipe, None)


def test_two_paths_move_with_their_run(folder):
    (folder / "runs").mkdir()
    text = f"unpaired:{folder}/data:{folder}/data"
    places = data_place.record(folder / "runs", text, data.source(text))
    assert places == {"beside": ["../data", "../data"]}
    file = folder / "runs" / directory.DATA
    file.write_text('{"beside": ["../data", "../data"]}')
    gone = "unpaired:/gone/data:/gone/data"
    assert data_place.find(folder / "runs", gone) == (text, None)
    os.remove(file)
    with pytest.raises(ValueError, match="must be where they were, at /gone/data, or"):
        data_place.find(folder / "runs", gone)
