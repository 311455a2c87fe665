"""Commands on a game without latents: they work, or refuse it in one sentence."""

import json

import numpy as np
import pytest
import small_games
import tensorflow as tf
from PIL import Image

from kgan.cli import main


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    """The path of a saved translator."""
    path = tmp_path_factory.mktemp("translator") / "game.keras"
    small_games.translator(steps=2).save(path)
    return path


@pytest.fixture
def images(tmp_path):
    """A folder of images as a translator makes them."""
    folder, draw = tmp_path / "images", np.random.default_rng(0)
    folder.mkdir()
    for index in range(30):
        pixels = draw.integers(0, 256, (4, 4, 3), dtype=np.uint8)
        Image.fromarray(pixels).save(folder / f"{index}.png")
    return folder


def test_export(model, tmp_path, capsys):
    assert main(["export", f"--model={model}", f"--output={tmp_path}/m"]) == 0
    assert "holds a SavedModel" in capsys.readouterr().out
    assert list(tf.saved_model.load(tmp_path / "m" / "1").signatures) == ["translate"]


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_evaluate(model, images, tmp_path):
    flags = [f"--dataset={images}", "--metrics=kernel_pixels", "--num_images=20"]
    output = [f"--output={tmp_path}/out", "--nocache"]
    assert main(["evaluate", f"--model={model}", *flags, *output]) == 0
    assert [p.name for p in (tmp_path / "out").iterdir()] == ["evaluation.json"]
    (row,) = json.loads((tmp_path / "out" / "evaluation.json").read_text("utf-8"))
    assert row["provenance"]["generator"] == "translated images"


@pytest.mark.parametrize(
    ("argv", "status", "message"),
    [
        (
            ["generate"],
            1,
            "`kgan generate` needs a game of latents, such as kgan.GAN. ",
        ),
        (["explore"], 1, "`kgan explore` needs a game of latents, such as kgan.GAN. "),
        (["export", "--discriminator"], 2, "--discriminator has no meaning for a "),
        (["export", "--max_images=9"], 2, "--max_images has no meaning for a "),
        (["export", "--format=tflite"], 1, "must name a network for LiteRT"),
        (["evaluate", "--dataset=x", "--truncation=0.5"], 2, "--truncation has no"),
    ],
)
def test_what_it_cannot_do_is_one_line(model, argv, status, message, tmp_path, capsys):
    if argv[0] == "explore":
        pytest.importorskip("gradio", reason="Gradio is not installed")
    if "--format=tflite" in argv:
        pytest.importorskip("ai_edge_litert", reason="LiteRT is not installed")
    if argv[0] in ("export", "generate"):
        suffix = ".tflite" if "--format=tflite" in argv else ""
        argv = [*argv, f"--output={tmp_path}/out{suffix}"]
    assert main([argv[0], f"--model={model}", *argv[1:]]) == status
    (line,) = capsys.readouterr().err.splitlines()
    assert message in line
    assert "Translator" in line
    assert not list(tmp_path.glob("out*"))
