import io
import pathlib
import sys
import zipfile

import numpy as np
import pytest
from PIL import Image

sys.path.insert(0, str(pathlib.Path(__file__).parents[2] / "scripts"))

import compare_faces


@pytest.fixture
def faces(tmp_path):
    draw = np.random.default_rng(0)
    path = tmp_path / "faces.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for index in range(60):
            pixels = draw.integers(0, 255, (64, 64), dtype=np.uint8)
            file = io.BytesIO()
            Image.fromarray(pixels).save(file, "png")
            archive.writestr(f"images/{index:02d}.png", file.getvalue())
    return path


def test_every_tenth_image_is_held_out(faces, tmp_path):
    parts = compare_faces.split(faces, tmp_path / "parts")
    names = {part: zipfile.ZipFile(path).namelist() for part, path in parts.items()}
    assert names["held_out"] == [f"images/{index}9.png" for index in "012345"]
    assert len(names["training"]) == 54
    assert not set(names["training"]) & set(names["held_out"])


def test_the_distance_of_real_images_to_themselves_is_the_smallest():
    draw = np.random.default_rng(0)
    real = draw.integers(0, 255, (40, 64, 64, 1), dtype=np.uint8)
    distances = compare_faces.Distances(real)
    same, dark = distances(real[::-1]), distances(real // 4)
    assert set(same) == {"cifar10", "pixels"}
    assert all(same[key] < 0.1 * dark[key] for key in same)


def test_a_short_run_is_measured_drawn_and_goes_on(
    faces, tmp_path, monkeypatch, capsys
):
    monkeypatch.setattr(compare_faces, "SAMPLES", 16)
    output = tmp_path / "results"
    compare_faces.split(faces, output)
    (output / "paces.json").write_text('{"dcgan": 1.0, "stylegan2": 1.0}')

    def run(seconds):
        arguments = [f"--data={faces}", f"--output={output}", "--only", "dcgan"]
        arguments += [f"--minutes={seconds / 60}", "--every=2"]
        monkeypatch.setattr(sys, "argv", ["compare", "faces", *arguments])
        compare_faces.main()
        return compare_faces.json.loads((output / "dcgan.json").read_text())

    first = run(2)
    assert [row["step"] for row in first] == [2]
    told = capsys.readouterr().out
    assert "| real images |" in told
    assert "| dcgan |" in told
    with Image.open(output / "curves.png") as page:
        assert page.size[0] > 1000
    assert run(2) == first  # nothing is trained anew
    assert [row["step"] for row in run(3)] == [2, 3]


def test_curves_are_drawn_against_minutes_or_steps(tmp_path):
    rows = [{"step": s, "cifar10": 2.0 / s, "pixels": 1.0 / s} for s in (60, 120)]
    curves, drawn = {"first": rows, "second": rows[:1]}, set()
    for paces in ({"first": 1.0, "second": 1.0}, {"first": 1.0, "second": 2.0}, None):
        compare_faces.draw(curves, paces, tmp_path / "curves.png")
        drawn.add((tmp_path / "curves.png").read_bytes())
    assert len(drawn) == 3


def test_paces_are_measured_in_turn(faces, tmp_path, monkeypatch):
    monkeypatch.setattr(compare_faces, "TURN", 1)
    recipe = compare_faces.recipes.get("digits").override(batch_size=8)
    known = {"first": (recipe, None), "second": (recipe, None)}
    paces = compare_faces.measure_paces(known, tmp_path / "paces.json")
    assert all(0 < pace < 5 for pace in paces.values())
    assert compare_faces.measure_paces({}, tmp_path / "paces.json") == paces


def test_settings_differ_in_one_thing():
    known = compare_faces.settings("portraits", "portraits.zip", "faces.keras")
    (ada, none), (plain, _), (same, start) = known.values()
    assert none is None
    assert plain == ada.override(augmentation={})
    assert (same, start) == (ada, "faces.keras")
