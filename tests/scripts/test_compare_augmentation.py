import pathlib
import sys

import numpy as np
import pytest
from PIL import Image

sys.path.insert(0, str(pathlib.Path(__file__).parents[2] / "scripts"))

import compare_augmentation


@pytest.fixture
def photos(tmp_path):
    folder = tmp_path / "photos"
    folder.mkdir()
    draw = np.random.default_rng(0)
    for index in range(40):
        pixels = draw.integers(0, 255, (24, 32, 3), dtype=np.uint8)
        Image.fromarray(pixels).save(folder / f"{index}.png")
    return folder


def test_every_fifth_photo_is_held_out(photos, tmp_path):
    folders = compare_augmentation.split(photos, tmp_path / "parts")
    files = {part: list(pathlib.Path(f).iterdir()) for part, f in folders.items()}
    assert {part: len(found) for part, found in files.items()} == {
        "training": 32,
        "held_out": 8,
    }
    targets = [file.resolve() for found in files.values() for file in found]
    assert len(set(targets)) == 40


def test_a_short_run_is_measured_and_drawn(photos, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(compare_augmentation, "SAMPLES", 16)
    output = tmp_path / "results"
    arguments = [f"--photos={photos}", f"--output={output}", "--steps=4"]
    monkeypatch.setattr(sys, "argv", ["compare", *arguments, "--settings", "none"])
    compare_augmentation.main()
    told = capsys.readouterr().out
    # The recipe's, for a few photos.
    assert """Chose --augmentation='{"name":"diff_augment"}'""" in told
    assert "| none |" in told
    curve = compare_augmentation.json.loads((output / "none-0.json").read_text())
    assert [row["images"] for row in curve] == [32.0, 64.0, 96.0, 128.0]
    assert all(0 <= row["training"] <= 1 for row in curve)
    with Image.open(output / "samples.png") as page:
        assert page.size[1] == 2 * (24 + 4)  # samples, and photos
    with Image.open(output / "augmentation.png") as page:
        assert page.size[0] > 1000
    (output / "none-0.json").write_text("[]")  # not trained anew
    with pytest.raises(IndexError):
        compare_augmentation.main()
