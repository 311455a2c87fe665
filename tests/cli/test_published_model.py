"""Commands that take a model take the pickle of a published StyleGAN2."""

import pathlib

import numpy as np
import pytest
from PIL import Image
from published_stylegan2 import Networks

from kgan.cli import main
from kgan.published.stylegan2 import load_stylegan2


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
