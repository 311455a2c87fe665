"""Commands that take a model take the pickle of a published StyleGAN2."""

import json
import pathlib

import numpy as np
import pytest
from PIL import Image
from published_stylegan2 import Networks

from kgan.cli import main
from kgan.published.stylegan2 import load_stylegan2
from kgan.runs import directory


@pytest.fixture(scope="module")
def pickle(tmp_path_factory):
    path = tmp_path_factory.mktemp("published") / "published.pkl"
    path.write_bytes(Networks(size=4, colors=1).pickle())
    return path


def test_it_generates(pickle, tmp_path, capsys):
    output = tmp_path / "images"
    flags = [f"--model={pickle}", "--num_images=2", "--seed=1", f"--output={output}"]
    assert main(["generate", *flags]) == 0
    printed = capsys.readouterr().out
    assert "published.pkl, a published network of StyleGAN2: the license of" in printed
    images = load_stylegan2(pickle).generate(2, seed=1)
    for index, image in enumerate(images):
        with Image.open(output / f"image-{index:06d}.png") as file:
            np.testing.assert_array_equal(np.asarray(file), image[..., 0])


def test_it_is_exported_with_its_notice(pickle, tmp_path):
    folder = tmp_path / "served"
    flags = [f"--model={pickle}", f"--output={folder}", "--license=other"]
    assert main(["export", *flags]) == 0
    card = (folder / "1" / "README.md").read_text("utf-8")
    notice = load_stylegan2(pickle).notice
    assert f"| notice | {notice} |" in card
    assert "| license | other |" in card


def test_it_is_fine_tuned_without_a_recipe(pickle, tmp_path, capsys):
    run_dir = tmp_path / "run"
    flags = ["--dataset=digits", "--steps=1", f"--run_dir={run_dir}", "--freeze_d=1"]
    # Compiling these takes longest, and is tested elsewhere.
    flags += ["--augmentation={}", "--penalties=[]", "--terms=[]"]
    assert main(["train", f"--init_from={pickle}", *flags]) == 0
    printed = capsys.readouterr().out
    assert printed.count("published.pkl, a published network of StyleGAN2") == 1
    assert "Chose --model=stylegan2 with the networks of the model: 5 lat" in printed
    assert f"\ninit_from      {pickle}\n" in printed
    recipe = json.loads((run_dir / "recipe.json").read_text("utf-8"))
    assert (recipe["image_size"], recipe["lazy"]) == (4, "own_step")
    game, old = directory.load_model(run_dir), load_stylegan2(pickle)
    assert game.notice == old.notice
    frozen, moved = (
        [x.discriminator.get_layer(name).kernel for x in (game, old)]
        for name in ("b4_fromrgb", "b4_conv")
    )
    assert np.array_equal(*frozen)
    assert not np.array_equal(*moved)


FINE_TUNED = ["train", "--init_from={}", "--dataset=digits", "--dry_run"]


def test_other_sizes_and_colors_are_listed(pickle, capsys):
    argv = [flag.format(pickle) for flag in FINE_TUNED]
    assert main([*argv, "--image_size=8"]) == 0
    printed = capsys.readouterr().out
    assert "\nnew            generator: b8_conv0, b8_conv1, b8_torgb; discr" in printed
    assert "\nleft out       discriminator: b4_fromrgb" in printed


@pytest.mark.parametrize(
    ("argv", "status", "message"),
    [
        (["train", "--init_from={}"], 2, "--dataset must name the images to fine-tune"),
        ([*FINE_TUNED, "--init_from_colors=repeat"], 1, "`colors` must be 'same'"),
        ([*FINE_TUNED, "--init_from_colors=gray"], 2, "must be one of same, repeat, m"),
        ([*FINE_TUNED, "--conditional"], 1, "`conditional` must be false where the mo"),
        ([*FINE_TUNED, "--image_size=[6,8]"], 1, "of the proportions 4x4"),
        ([*FINE_TUNED, "--image_size=9"], 1, "The nearest, height x width: 8x8 and"),
        ([*FINE_TUNED, "--freeze_d=99"], 1, "must be at most 3: D has 4 layers"),
        (["train", "--init_from_colors=mean"], 2, "has a meaning with --init_from al"),
        (["train", "--recipe=digits", "--init_from={}"], 1, "`init_from`: the run nee"),
    ],
)
def test_what_does_not_fit_is_one_sentence(argv, status, message, pickle, capsys):
    assert main([flag.format(pickle) for flag in argv]) == status
    error = capsys.readouterr().err.strip()
    assert message in error
    assert len(error.splitlines()) == 1


@pytest.mark.parametrize(
    "argv",
    [
        ["generate", "--model={}", "--output={}/out.png"],
        ["export", "--model={}", "--output={}/out"],
        ["explore", "--model={}"],
        ["evaluate", "--model={}", "--dataset=digits"],
        ["train", "--recipe=digits", "--init_from={}", "--run_dir={}/run"],
    ],
    ids=lambda argv: argv[0],
)
def test_a_pickle_of_anything_else_is_one_sentence(argv, tmp_path, capsys):
    path = tmp_path / "other.pkl"
    path.write_bytes(b"\x80\x02cos\nsystem\n(X\x08\x00\x00\x00echo 123tR.")
    places = iter((path, tmp_path))
    assert main([a.format(next(places)) if "{}" in a else a for a in argv]) == 1
    error = capsys.readouterr().err
    assert "names os.system, which is not among the names that are read" in error
    assert len(error.strip().splitlines()) == 1
    assert [pathlib.Path(p).name for p in tmp_path.iterdir()] == ["other.pkl"]
