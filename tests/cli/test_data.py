"""`kgan data` packs images, says what it wrote, and how to train on it."""

import re

import numpy as np
import pytest
from PIL import Image
from terminals import Terminal

import kgan.data
from kgan.callbacks.status_line import StatusLine
from kgan.cli import main


@pytest.fixture
def photos(tmp_path, monkeypatch):
    """A folder of eight photos of two classes; the current one is around it."""
    monkeypatch.chdir(tmp_path)
    random = np.random.default_rng(0)
    for number in range(8):
        file = (
            tmp_path / "photos" / ("cats" if number < 4 else "dogs") / f"{number}.png"
        )
        file.parent.mkdir(parents=True, exist_ok=True)
        pixels = random.integers(0, 256, (10 + number, 20, 3), dtype=np.uint8)
        Image.fromarray(pixels).save(file)
    return tmp_path / "photos"


def test_it_packs_what_training_reads(photos, capsys):
    argv = ["--dataset=photos", "--output=small.zip", "--image_size=16x12"]
    assert main(["data", *argv]) == 0
    out = capsys.readouterr().out.splitlines()
    assert out == [
        "8 images of 16 x 12, 3 channels, 2 classes, 0.0 MB: small.zip",
        "Enlarged: 2 that were smaller",
        "Labels: 0 is cats, 1 is dogs",
        "Train on them: kgan train --dataset=small.zip --conditional",
    ]
    source = kgan.data.source("small.zip")
    assert source.shape == (12, 16, 3)
    expected = kgan.data.source(photos, (12, 16)).read()
    np.testing.assert_array_equal(source.read(), expected)
    command = out[-1].partition("kgan ")[2].split()
    assert main([*command, "--batch_size=4", "--dry_run"]) == 0
    assert "8 examples of " in capsys.readouterr().out


def test_broken_ones_are_counted_and_a_path_is_no_name(photos, capsys):
    file = photos / "cats" / "0.png"
    file.write_bytes(file.read_bytes()[:-40])
    argv = ["data", "--dataset=photos", "--image_size=8", "--labels=none"]
    assert main([*argv, "--output=mnist"]) == 1
    error = capsys.readouterr().err
    assert re.fullmatch(
        r"kgan data: Each image of photos must be readable\. .*cats/0\.png.*\n", error
    )
    assert main([*argv, "--output=mnist", "--skip_broken", "--channels=1"]) == 0
    captured = capsys.readouterr()
    assert "7 images of 8 x 8, 1 channel, no labels, " in captured.out
    assert "Left out: 1 that cannot be decoded" in captured.out
    assert captured.out.endswith("kgan train --dataset=./mnist\n")


@pytest.mark.parametrize(
    ("argv", "status", "message"),
    [
        ([], 2, "--dataset must name images to read"),
        (["--dataset=photos"], 2, "--output must name a ZIP to write"),
        (["--image_size=0"], 2, "--image_size=0: must be an integer of at least 1"),
        (["--image_size=8x"], 2, "must be an integer of at least 1 or a pair"),
        (["--crop=left"], 2, "must be one of center, none, wide. Received: 'left'"),
        (["--output=photos"], 1, "`output` must be a ZIP or folder that is not there"),
        (["--dataset=nowhere"], 1, "A data set must be"),
    ],
)
def test_wrong_use_is_one_line(photos, argv, status, message, capsys):
    if argv[:1] not in ([], ["--dataset=photos"]):
        argv = ["--dataset=photos", "--output=a.zip", "--image_size=8", *argv]
    assert main(["data", *argv]) == status
    assert re.fullmatch(rf"kgan data: .*{message}.*\n", capsys.readouterr().err)
    assert not (photos.parent / "a.zip").exists()


def test_progress_is_a_line_of_the_terminal_that_goes(photos, monkeypatch, request):
    terminal = Terminal()
    request.addfinalizer(terminal.close)
    monkeypatch.setattr("sys.stdout", terminal.stream)
    monkeypatch.setattr("kgan.cli.data._SECONDS", 0.0)
    shown = []
    show = StatusLine.show

    def kept(line, text):
        shown.append(text)
        show(line, text)

    monkeypatch.setattr(StatusLine, "show", kept)
    assert main(["data", "--dataset=photos", "--output=a.zip", "--image_size=8"]) == 0
    terminal.read()
    assert shown[0] == "looking at the images ..."
    assert shown[1:-1] == [f"{number} of 8 images" for number in range(1, 9)]
    assert terminal.rows[0].startswith("8 images of 8 x 8")
