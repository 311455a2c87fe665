"""Images that do not suit a translation: `kgan train` says so and writes nothing."""

import numpy as np
import pytest
from PIL import Image

from kgan.cli import main

COLOURS = "#000000,#ff0000"
SMALL = [
    "--generator_width=2",
    "--discriminator_width=2",
    "--batch_size=2",
    "--steps=1",
]


def save(path, pixels, **options):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.asarray(pixels, np.uint8)).save(path, **options)


@pytest.fixture
def folder(tmp_path):
    """Twelve pairs of 32x32: label maps of two colours in a, noise in b."""
    draw = np.random.default_rng(0)
    for index in range(12):
        classes = np.kron(draw.integers(0, 2, (4, 4)), np.ones((8, 8), int))
        save(tmp_path / f"data/a/{index}.png", classes[..., None] * [255, 0, 0])
        save(tmp_path / f"data/b/{index}.png", draw.integers(0, 256, (32, 32, 3)))
    return tmp_path / "data"


def without_partners(folder):
    for path in (folder / "b").iterdir():
        path.rename(path.with_name(f"other{path.name}"))


def two_suffixes(folder):
    save(folder / "b" / "3.jpg", np.zeros((32, 32, 3)))


def other_sizes(folder):
    save(folder / "b" / "3.png", np.zeros((48, 40, 3)))


def larger_targets(folder):
    for path in (folder / "b").iterdir():
        save(path, np.zeros((64, 64, 3)))


def jpeg(folder):
    for path in (folder / "a").iterdir():
        Image.open(path).save(path.with_suffix(".jpg"), quality=30)
        path.unlink()


def unknown_colour(folder):
    pixels = np.array(Image.open(folder / "a" / "3.png"))
    pixels[:2, :2] = 1, 2, 3
    save(folder / "a" / "3.png", pixels)


def one_bit(folder):
    for path in (folder / "a").iterdir():
        Image.open(path).convert("1").save(path)


def sixteen_bits(folder):
    for path in (folder / "a").iterdir():
        pixels = np.asarray(Image.open(path))[..., 0].astype(np.uint16)
        Image.fromarray(pixels * 100).save(path)


def transparent(folder):
    Image.open(folder / "a" / "3.png").convert("LA").save(folder / "a" / "3.png")
    pixels = np.zeros((32, 32, 4))
    save(folder / "a" / "3.png", pixels)


def empty(folder):
    for path in (folder / "a").iterdir():
        path.unlink()


def one_picture(folder):
    for path in folder.glob("?/*.png"):
        if path.stem != "3":
            path.unlink()


def beside(folder):
    """Images side by side in c, one of them of odd width."""
    for index in range(4):
        save(folder / "c" / f"{index}.png", np.zeros((32, 65 if index else 64, 3)))


WRONG = [
    (without_partners, [], "must have images of equal names. Received: none in comm"),
    (two_suffixes, [], "A name must stand for one image of a set"),
    (other_sizes, ["--image_size=none"], "image_size must be given, since b in"),
    (larger_targets, ["--image_size=none"], "must have sources and targets of one s"),
    (beside, ["--dataset=pairs:{}/c"], "must be two of equal width side by side"),
    (jpeg, [f"--source_labels={COLOURS}"], "JPEG and smooth scaling blur label maps"),
    (jpeg, ["--source_labels=2"], "JPEG and smooth scaling blur label maps"),
    (unknown_colour, [f"--source_labels={COLOURS}"], "has the colour #010203 in 4 pi"),
    (one_bit, [f"--source_labels={COLOURS}"], "which has the colour #ffffff in"),
    (sixteen_bits, ["--source_labels=2"], "A label map must have values below 2"),
    (sixteen_bits, [f"--source_labels={COLOURS}"], "which has gray levels of I;16"),
    (transparent, [f"--source_labels={COLOURS}"], "which is transparent in part"),
    (empty, [], "source must be a sub-folder with images in"),
    (one_picture, [], "held_out must leave examples to both train and test"),
    (one_picture, ["--held_out=0", "--nomirror"], "batch_size must be at most 1"),
    (None, ["--load_size=16"], "the size of the crops, must be at most"),
    (
        None,
        ["--image_size=8", "--normalization=instance"],
        "`discriminator_depth` must suit the images: ",
    ),
]


@pytest.mark.parametrize(("change", "flags", "message"), WRONG)
def test_one_sentence_and_no_file(folder, change, flags, message, tmp_path, capsys):
    if change is not None:
        change(folder)
    given = [f"--dataset=pairs:{folder}:a:b", "--image_size=32", *SMALL, *flags]
    given = [flag.format(folder) for flag in given]
    run_dir = tmp_path / "run"
    argv = ["train", "--recipe=facades", "--direction=AtoB", "--load_size=none"]
    assert main([*argv, "--held_out_by=name", f"--run_dir={run_dir}", *given]) == 1
    *notes, line = capsys.readouterr().err.strip().splitlines()
    assert message in line
    assert notes == []
    assert not run_dir.exists()


def test_an_empty_side_of_unpaired_images(folder, tmp_path, capsys):
    empty(folder)
    flags = [f"--dataset=unpaired:{folder}:a:b", f"--run_dir={tmp_path}/run"]
    assert main(["train", "--recipe=horse2zebra", *flags]) == 1
    (line,) = capsys.readouterr().err.strip().splitlines()
    assert "source must be a sub-folder with images in" in line
    assert not (tmp_path / "run").exists()
