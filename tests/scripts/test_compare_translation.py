"""Comparisons of translators: settings, plain answers, and runs that go on."""

import io
import json
import pathlib
import sys
import zipfile

import numpy as np
import pytest
from PIL import Image

sys.path.insert(0, str(pathlib.Path(__file__).parents[2] / "scripts"))

import compare_translation
from translation import cells, colours, drawings, faces, nuclei, pictures, stain, tasks

SMALL = {
    "generator_width": 2,
    "discriminator_width": 2,
    "batch_size": 2,
    "precision": "float32",
}


def written(path, images):
    with zipfile.ZipFile(path, "w") as archive:
        for name, pixels in images.items():
            file = io.BytesIO()
            Image.fromarray(pixels).save(file, "png")
            archive.writestr(name, file.getvalue())


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """A folder with few cells of two stains, and few drawings of four makes."""
    folder, draw = tmp_path_factory.mktemp("data"), np.random.default_rng(0)
    found = {}
    for kind, bright in (("fluorescence", 120), ("histology", -60)):
        for photo in range(24):
            for part in "12":
                mask = np.zeros((64, 64), bool)
                y, x = draw.integers(0, 40, 2)
                mask[y : y + 20, x : x + 20] = True
                pixels = draw.integers(60, 100, (64, 64, 3)) + bright * mask[..., None]
                name = f"{photo:04}_{part}.png"
                found[f"{kind}/mask/{name}"] = mask
                found[f"{kind}/image/{name}"] = pixels.astype(np.uint8)
    written(folder / "nuclei.zip", found)
    found, rows = {}, ["hexcode\tsubgroup"]
    for index in range(30):
        rows.append(f"{index:04}\tgroup {index // 2}")
        for make in ("openmoji-line", "openmoji", "noto", "twemoji"):
            shape = (64, 64) if make == "openmoji-line" else (64, 64, 3)
            pixels = draw.integers(0, 256, shape, dtype=np.uint8)
            found[f"{make}/{index:04}.png"] = pixels
    written(folder / "emoji.zip", found)
    (folder / "captions.tsv").write_text("\n".join(rows) + "\n")
    return folder


@pytest.mark.parametrize("kind", compare_translation.KINDS)
def test_each_comparison_has_a_control(kind):
    settings = tasks.module(kind).SETTINGS
    seeds = {setting.seeds for setting in settings.values()}
    assert seeds <= {1, 3, 5}
    assert len(settings) > 3


def test_closed_regions_are_what_lines_cut_off():
    lines = np.full((1, 8, 8, 1), 255, np.uint8)
    lines[0, 2:7, 2:7] = 0
    lines[0, 3:6, 3:6] = 255
    inside = colours.closed_regions(lines)
    assert inside[0, 3:6, 3:6].all()
    assert inside.sum() == 9
    lines[0, 4, 6] = 255  # a gap
    assert not colours.closed_regions(lines).any()


def test_a_threshold_parts_two_levels():
    picture = np.full((1, 4, 4, 3), 30, np.uint8)
    picture[0, :2] = 200
    np.testing.assert_array_equal(cells.otsu(picture)[0, :2], 1)
    np.testing.assert_array_equal(cells.otsu(picture)[0, 2:], 0)


def test_pictures_are_turned_with_their_masks():
    images = np.arange(2 * 9).reshape(2, 3, 3)
    found = cells.turned(images)
    assert len({a.tobytes() for a in found}) == len(found) == 16
    np.testing.assert_array_equal(cells.turned(images[..., None])[..., 0], found)


def test_a_histogram_is_matched():
    draw = np.random.default_rng(0)
    first = draw.integers(0, 50, (3, 8, 8, 3), dtype=np.uint8)
    others = draw.integers(100, 250, (5, 8, 8, 3), dtype=np.uint8)
    found = stain.matched(first, others)
    assert found.shape == first.shape
    for channel in range(3):
        one, other = found[..., channel], others[..., channel]
        quantiles = [np.quantile(x, (0.25, 0.5, 0.75)) for x in (one, other)]
        np.testing.assert_allclose(*quantiles, atol=6)
        order = np.argsort(first[..., channel], axis=None)
        assert (np.diff(one.reshape(-1)[order].astype(int)) >= 0).all()


def test_a_tenth_holds_whole_photos_that_are_not_tested(data, tmp_path):
    every, test = (cells.source(data, "fluorescence", s) for s in ("train", "test"))
    known, by = nuclei.few(data, tmp_path / "task", seed=0)
    photos = {key.partition("_")[0] for key in known.keys}
    assert set(known.keys) < set(every.keys)
    assert known.num_examples == 2 * len(photos)
    assert not photos & {key.partition("_")[0] for key in test.keys}
    listed = pathlib.Path(by.removeprefix("list:")).read_text().split()
    assert not set(listed) & set(known.keys)
    other, _ = nuclei.few(data, tmp_path / "other", seed=1)
    assert set(other.keys) != set(known.keys)


def test_answers_without_a_network(data, tmp_path):
    settings = colours.SETTINGS
    plain = [name for name in settings if "alone" not in name and "GAN" not in name]
    found = {name: settings[name].run(data, tmp_path, 0) for name in plain}
    assert len(found) == 5
    l1 = {name: figures["L1"] for name, figures in found.items()}
    assert 0 < l1["median of the targets"] < l1["lines as they are"] < 2
    both = drawings.SETTINGS["the source as it is"].run(data, tmp_path, 0)
    nearest = drawings.SETTINGS["the nearest training target"].run(data, tmp_path, 0)
    assert both["L1"] > 0 < nearest["L1"]


def test_a_comparison_runs_keeps_and_goes_on(data, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(cells, "STEPS", 2)
    make = nuclei.recipe
    small = SMALL | {"steps": 2, "sample_every": 1}
    monkeypatch.setattr(nuclei, "recipe", lambda data, **o: make(data, **(o | small)))
    names = (
        "threshold of Otsu",
        "masks painted gray",
        "a tenth, turned, and generated",
    )

    def lines():
        found = (("nuclei", name, 0, data, tmp_path) for name in names)
        return [tasks.run(task) for task in found]

    first = lines()
    path = tmp_path / "a_tenth_turned_and_generated-0"
    assert (path / "gan.keras").exists()
    figures = json.loads(path.with_suffix(".json").read_text())
    assert 0 <= figures["IoU"] <= 1
    written_at = path.with_suffix(".json").stat().st_mtime_ns
    assert lines() == first
    assert path.with_suffix(".json").stat().st_mtime_ns == written_at
    table = tasks.table(nuclei.SETTINGS, tmp_path).splitlines()
    assert table[0] == "| | IoU | mean of pictures |"
    assert [row.split(" | ")[0] for row in table[2:]] == [f"| {n}" for n in names]


@pytest.mark.parametrize("game", ["cyclegan", "cut"])
def test_drawings_are_translated_without_pairs(game, data, tmp_path, monkeypatch):
    monkeypatch.setattr(drawings, "_COMMON", drawings._COMMON | SMALL)
    own = {"projector_width": 4} if game == "cut" else {}
    setting = drawings.trained(game, 4, generator_blocks=1, **own)
    figures = setting.run(data, tmp_path / "run", 0)
    assert 0 < figures["L1"] < 2
    assert (tmp_path / "run" / "gan.keras").exists()


def test_stained_pictures_are_judged_by_the_masks_of_their_sources(
    data, tmp_path, monkeypatch
):
    monkeypatch.setattr(cells, "STEPS", 2)
    make = stain.recipe
    small = SMALL | {"steps": 2, "sample_every": 1, "generator_blocks": 1}
    monkeypatch.setattr(stain, "recipe", lambda data, **o: make(data, **(o | small)))
    for name in ("real histology", "inverted, its histogram matched", "translated"):
        figures = stain.SETTINGS[name].run(data, tmp_path / "task", 0)
        assert 0 <= figures["IoU"] <= 1
    assert (tmp_path / "stain" / "gan.keras").exists()


def test_pictures_have_a_row_for_each_setting(tmp_path):
    draw = np.random.default_rng(0)
    rows = {
        "mask": draw.integers(0, 256, (5, 8, 8, 1), dtype=np.uint8),
        "real": draw.integers(0, 256, (5, 8, 8, 3), dtype=np.uint8),
    }
    pictures.draw(rows, tmp_path / "few.png")
    pictures.draw(rows | {"generated": rows["real"]}, tmp_path / "more.png")
    heights = []
    for name in ("few", "more"):
        with Image.open(tmp_path / f"{name}.png") as picture:
            heights.append(picture.height)
    assert heights[1] > 1.3 * heights[0]


def test_photos_are_compared_with_paintings(data, tmp_path, monkeypatch):
    draw = np.random.default_rng(1)
    for name, channels in (("faces", ()), ("portraits", (3,))):
        found = {
            f"images/{i:02}.png": draw.integers(0, 256, (64, 64, *channels), np.uint8)
            for i in range(40)
        }
        written(tmp_path / f"{name}.zip", found)
    photos, paintings = faces.sides(tmp_path, "test")
    assert photos.shape[1:] == paintings.shape[1:] == (64, 64, 3)
    plain = [name for name in faces.SETTINGS if name != "translated"]
    found = [faces.SETTINGS[n].run(tmp_path, tmp_path / "task", 0) for n in plain]
    assert all(np.isfinite(list(row.values())).all() for row in found)


def test_a_mean_has_its_standard_error(tmp_path):
    rows = [{"L1": 1.0}, {"L1": 3.0}]
    assert tasks.spread(rows) == {"L1": (2.0, 1.0)}
    assert tasks.spread(rows[:1]) == {"L1": (1.0, None)}


def test_unknown_settings_are_refused(data, tmp_path, monkeypatch, capsys):
    arguments = ["stain", f"--data={data}", f"--output={tmp_path}", "--only", "CUT"]
    monkeypatch.setattr(sys, "argv", ["compare", *arguments])
    with pytest.raises(SystemExit):
        compare_translation.main()
    assert "--only must be of real histology" in capsys.readouterr().err
