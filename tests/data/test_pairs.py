import logging
import pathlib
import re
import zipfile

import numpy as np
import pytest
import tensorflow as tf

from kgan import data
from kgan.data.pairs import Pairs

KEYS = [f"{number:02}" for number in range(40)]
# By their SHA-256, of these 40 names.
TEST = ("03", "39")


@pytest.fixture
def drawn(tmp_path, picture):
    """A folder of 40 pairs, gray lines of 6x8 and colours of 3x4, and their pixels."""
    lines = [picture(f"set/line/{key}.png", mode="L") for key in KEYS]
    colours = [picture(f"set/colour/{key}.bmp", (3, 4)) for key in KEYS]
    return tmp_path / "set", np.stack(lines)[..., None], np.stack(colours)


def zip_of(folder):
    path = folder.with_suffix(".zip")
    with zipfile.ZipFile(path, "w") as target:
        for file in folder.rglob("*.*"):
            target.write(file, file.relative_to(folder))
    return path


def scaled(pixels):
    return pixels.astype(np.float32) / np.float32(127.5) - 1


@pytest.mark.parametrize("kind", ["folder", "zip"])
def test_both_images_of_a_pair_have_one_index(drawn, kind, caplog):
    folder, lines, colours = drawn
    path = folder if kind == "folder" else zip_of(folder)
    with caplog.at_level(logging.WARNING):
        both = Pairs(path, source="line", target="colour", split="all")
    assert both.keys == tuple(KEYS)
    assert both.num_examples == 40
    assert both.source_shape == (6, 8, 1)
    assert both.shape == (3, 4, 3)
    np.testing.assert_array_equal(both.sources.read(), lines)
    np.testing.assert_array_equal(both.targets.read(), colours)
    np.testing.assert_array_equal(both.read([7, 2]), colours[[7, 2]])
    np.testing.assert_array_equal(both.array, colours)
    assert (both.num_classes, both.labels, both.left_out) == (None, None, ())
    assert caplog.text == ""


def test_splits_part_the_pairs_by_name(drawn):
    folder, _, colours = drawn
    train, test = (Pairs(folder, "line", "colour", split=s) for s in ("train", "test"))
    assert Pairs(folder, "line", "colour").keys == train.keys
    assert test.keys == TEST
    assert sorted(train.keys + test.keys) == KEYS
    np.testing.assert_array_equal(test.read(), colours[[int(key) for key in TEST]])
    assert Pairs(folder, "colour", "line", split="test").keys == TEST


def test_splits_have_one_shape(drawn, picture):
    folder, *_ = drawn
    # A pair of the training set has colour and another size.
    picture("set/line/00.png", (5, 5))
    for split in ("train", "test", "all"):
        with pytest.raises(ValueError, match="image_size must be given, since line in"):
            Pairs(folder, "line", "colour", split=split)
        both = Pairs(folder, "line", "colour", image_size=(4, 2), split=split)
        assert (both.source_shape, both.shape) == ((4, 2, 3), (4, 2, 3))


def test_channels_that_are_asked_for(drawn):
    options = {"source_channels": 3, "target_channels": 1}
    both = Pairs(drawn[0], "line", "colour", **options)
    assert (both.source_shape, both.shape) == ((6, 8, 3), (3, 4, 1))
    for name in options:
        message = f"{name} must be None, 1, 3 or 4. Rec.*: 2"
        with pytest.raises(ValueError, match=message):
            Pairs(drawn[0], "line", "colour", **{name: 2})


def test_what_is_transparent_is_laid_over_white(tmp_path, picture, caplog):
    picture("a/1.png", mode="RGBA", value=(10, 20, 30, 0))
    picture("b/1.png", mode="LA", value=(0, 255))
    both = Pairs(tmp_path, "a", "b", held_out=0)
    assert (both.sources.read() == 255).all()
    assert both.source_shape == (6, 8, 3)
    assert (both.targets.read() == 0).all()
    assert both.shape == (6, 8, 1)
    assert "a in" in caplog.text
    assert "alpha of 1 of 1 laid over white" in caplog.text


def test_what_has_no_partner_is_left_out_in_one_line(drawn, picture, caplog):
    folder, *_ = drawn
    for number in range(13):
        picture(f"set/line/extra{number:02}.png", mode="L")
    both = Pairs(folder, "line", "colour", split="all")
    assert both.keys == tuple(KEYS)
    assert len(both.left_out) == 13
    assert both.left_out[0] == ("line/extra00.png", "has no partner")
    assert len(caplog.records) == 1
    assert "left out 13 files: line/extra00.png (has no partner), " in caplog.text
    assert "extra09.png (has no partner) and 3 more" in caplog.text


@pytest.mark.parametrize("memory_limit", [0, 10**6])
def test_batches_are_dictionaries(drawn, memory_limit):
    folder, lines, colours = drawn
    options = {"split": "all", "memory_limit": memory_limit}
    dataset = data.load(f"pairs:{folder}:line:colour", 4, shuffle=False, **options)
    assert dataset.element_spec == {
        "source": tf.TensorSpec((4, 6, 8, 1), tf.float32),
        "target": tf.TensorSpec((4, 3, 4, 3), tf.float32),
    }
    assert len(dataset) == 10
    for number, batch in enumerate(dataset):
        rows = slice(4 * number, 4 * number + 4)
        np.testing.assert_allclose(batch["source"], scaled(lines[rows]), atol=1e-6)
        np.testing.assert_allclose(batch["target"], scaled(colours[rows]), atol=1e-6)


def batches(source, **options):
    dataset = data.load(source, 5, seed=3, **options)
    return [
        np.concatenate([b["source"].numpy().ravel(), b["target"].numpy().ravel()])
        for b in dataset
    ]


def test_batch_i_follows_from_the_seed_and_i(drawn):
    both = Pairs(drawn[0], "line", "colour")
    stream = batches(both, steps_per_epoch=20)
    assert len({batch.tobytes() for batch in stream}) == 20
    for start in (0, 6, 9):
        part = batches(both, start=start, steps_per_epoch=4)
        np.testing.assert_array_equal(part, stream[start : start + 4])


def test_pairs_stay_together_when_shuffled(drawn):
    folder, lines, colours = drawn
    for batch in data.load(Pairs(folder, "line", "colour", split="all"), 8):
        for line, colour in zip(batch["source"], batch["target"], strict=True):
            same = (np.abs(scaled(lines) - line) < 1e-3).all(axis=(1, 2, 3))
            own = (np.abs(scaled(colours) - colour) < 1e-3).all(axis=(1, 2, 3))
            assert same.sum() == 1
            np.testing.assert_array_equal(same, own)


def test_pairs_have_no_labels(drawn):
    with pytest.raises(ValueError, match="with_labels must be False for pairs:"):
        data.load(Pairs(drawn[0], "line", "colour"), 4, with_labels=True)


@pytest.mark.parametrize("memory_limit", [0, 10**6])
def test_the_fingerprint_follows_both_sets(drawn, picture, memory_limit):
    def fingerprint(**options):
        options = {"split": "all", "memory_limit": memory_limit, **options}
        return Pairs(drawn[0], "line", "colour", **options).fingerprint()

    first = fingerprint()
    assert re.fullmatch("[0-9a-f]{64}", first)
    assert fingerprint() == first
    found = {first, fingerprint(split="test"), fingerprint(image_size=2)}
    picture("set/line/05.png", mode="L", value=1)
    found.add(fingerprint())
    picture("set/colour/05.bmp", (3, 4), value=1)
    found.add(fingerprint())
    assert len(found) == 5


def test_the_identity_is_that_of_both_sets(drawn):
    known = Pairs(drawn[0], "line", "colour").identity()
    keys = [key for key in KEYS if key not in TEST]
    assert list(known["sources"]) == [f"line/{key}.png" for key in keys]
    assert list(known["targets"]) == [f"colour/{key}.bmp" for key in keys]
    assert (known["source shape"], known["target shape"]) == ([6, 8, 1], [3, 4, 3])
    assert set(known["targets"].values()) == {
        (drawn[0] / "colour" / "00.bmp").stat().st_size
    }


def test_a_text_names_pairs(drawn, monkeypatch):
    folder, *_ = drawn
    zip_of(folder)
    monkeypatch.chdir(folder.parent)
    both = data.source("pairs:set.zip:line:colour")
    assert isinstance(both, Pairs)
    assert both.name == "pairs:set.zip:line:colour"
    assert both.split == "train"
    assert both.held_out == 0.1
    test = data.source("pairs:./set:line:colour:0.5", image_size=2, split="test")
    assert test.held_out == 0.5
    assert (test.shape, test.source_shape) == ((2, 2, 3), (2, 2, 1))
    assert set(test.keys) > set(TEST)
    options = data.source("pairs:set:line:colour:0.5", held_out=0, source_channels=3)
    assert options.held_out == 0
    assert options.source_shape == (6, 8, 3)


@pytest.mark.parametrize("held_out", [0, 0.1, 0.25, 1e-5])
def test_the_name_finds_the_other_split(drawn, held_out):
    options = {"held_out": held_out, "split": "all"}
    both = Pairs(drawn[0], "line", "colour/", **options)
    again = data.source(both.name, split="all", data_dir=both.data_dir)
    assert again.held_out == held_out
    assert again.name == both.name


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("{}/gone", "line", "colour"), "folder or a ZIP at .*gone. .*nothing there"),
        (("{}", "lines", "colour"), "source must be .* colour, line. .*: 'lines'"),
        (("{}", "line", "line"), "another sub-folder than source.*'line' for both"),
        (("{}", "line", "colour", 0), "image_size must be a positive integer"),
        (("{}", "line", "colour", None, "val"), "split must be one of train, test, al"),
        (("{}", "line", "colour", None, "all", 1), r"held_out must be .* \[0, 1\)"),
        (("{}", "line", "colour", None, "train", 1e-9), "1e-09 .* 0 of 40 examples"),
    ],
)
def test_wrong_arguments(drawn, arguments, message):
    with pytest.raises(ValueError, match=message) as error:
        Pairs(arguments[0].format(drawn[0]), *arguments[1:])
    assert "\n" not in str(error.value)


def test_options_that_pairs_lack(drawn):
    with pytest.raises(ValueError, match=r"one of held_out, source_channels, .*strict"):
        data.source(f"pairs:{drawn[0]}:line:colour", strict=True)


@pytest.fixture
def beside(tmp_path, picture):
    """A folder of 40 pictures, each of two side by side, 6x10, and their pixels."""
    pixels = [picture(f"side/{key}.png", (6, 10)) for key in KEYS]
    return tmp_path / "side", np.stack(pixels)


@pytest.mark.parametrize("kind", ["folder", "zip"])
def test_images_side_by_side(beside, kind):
    folder, pixels = beside
    path = folder if kind == "folder" else zip_of(folder)
    both = data.source(f"pairs:{path}", split="all")
    assert isinstance(both, Pairs)
    assert both.name == f"pairs:{path}"
    assert both.keys == tuple(KEYS)
    assert both.source_shape == both.shape == (6, 5, 3)
    np.testing.assert_array_equal(both.sources.read(), pixels[:, :, :5])
    np.testing.assert_array_equal(both.targets.read([3]), pixels[[3], :, 5:])
    back = data.source(f"pairs:{path}", split="all", direction="BtoA")
    np.testing.assert_array_equal(back.sources.read(), pixels[:, :, 5:])
    np.testing.assert_array_equal(back.targets.read(), pixels[:, :, :5])
    assert len({both.fingerprint(), back.fingerprint()}) == 2
    test = data.source(f"pairs:{path}", split="test")
    assert (test.keys, test.held_out) == (TEST, 0.1)
    assert data.source(f"pairs:{path}:0.5").held_out == 0.5
    batch = next(iter(data.load(f"pairs:{path}", 4, image_size=3)))
    assert batch["target"].shape == (4, 3, 3, 3)


@pytest.mark.parametrize("memory_limit", [0, 10**6])
def test_halves_of_other_files_are_other_data(beside, memory_limit, tmp_path):
    folder, pixels = beside
    options = {"memory_limit": memory_limit, "cache_dir": tmp_path / "cache"}
    both = Pairs(folder, split="all", **options)
    assert both.sources.fingerprint() != both.targets.fingerprint()
    np.testing.assert_array_equal(both.targets.read(), pixels[:, :, 5:])
    np.testing.assert_array_equal(both.sources.read(), pixels[:, :, :5])


@pytest.mark.parametrize("top", ["", "facades/"])
@pytest.mark.parametrize("others", [["val"], ["test"], ["test", "val"]])
def test_folders_as_those_of_pix2pix(tmp_path, picture, top, others):
    for part, count in {"train": 3, **dict.fromkeys(others, 2)}.items():
        for number in range(count):
            picture(f"set/{top}{part}/{number}.jpg", (6, 10))
    train = data.source(f"pairs:{tmp_path}/set")
    assert train.keys == ("train/0", "train/1", "train/2")
    test = train.other_split("test")
    assert test.keys == (f"{others[0]}/0", f"{others[0]}/1")
    assert train.options == {"held_out_by": "folder"}
    by_name = data.source(f"pairs:{tmp_path}/set", held_out_by="name", held_out=0)
    assert by_name.num_examples == 3 + 2 * len(others)


def test_a_picture_without_two_halves(beside, picture):
    folder, _ = beside
    picture("side/odd.png", (6, 7))
    message = (
        r"two of equal width side by side. Received: odd.png \(has the odd width 7\)"
    )
    with pytest.raises(ValueError, match=message) as error:
        data.source(f"pairs:{folder}")
    assert "\n" not in str(error.value)


def test_two_folders_or_zips(drawn, monkeypatch):
    folder, lines, colours = drawn
    monkeypatch.chdir(folder)
    both = data.source("pairs:line:colour", split="all")
    assert both.name == "pairs:line:colour"
    np.testing.assert_array_equal(both.sources.read(), lines)
    np.testing.assert_array_equal(both.targets.read(), colours)
    assert data.source("pairs:line:colour", split="test").keys == TEST
    assert zip_of(folder / "colour").exists()
    of_zip = Pairs(("line", "colour.zip"), split="all")
    np.testing.assert_array_equal(of_zip.targets.read(), colours)
    with pytest.raises(ValueError, match=r"folder or a ZIP at gone. Received: nothing"):
        data.source("pairs:line:gone")


def test_names_that_differ_in_case_are_named(tmp_path, picture, caplog):
    for name in ("a/x.png", "a/One.png", "a/three.png", "b/x.png", "b/one.png"):
        picture(name)
    both = Pairs(tmp_path, "a", "b", held_out=0)
    assert both.keys == ("x",)
    assert both.left_out == (
        ("a/One.png", "has no partner: b/one.png differs in case"),
        ("a/three.png", "has no partner"),
        ("b/one.png", "has no partner: a/One.png differs in case"),
    )
    for name in ("a/x.png", "b/x.png"):
        (tmp_path / name).unlink()
    message = "none in common among .*a/One.png .has no partner: b/one.png differs in"
    with pytest.raises(ValueError, match=message):
        Pairs(tmp_path, "a", "b")


def test_partners_of_other_proportions_are_named(drawn, picture, caplog):
    folder, *_ = drawn
    Pairs(folder, "line", "colour", image_size=4)
    assert "proportions" not in caplog.text
    picture("set/line/07.png", (5, 5), mode="L")
    Pairs(folder, "line", "colour", image_size=4)
    assert "1 of 40 pairs have partners of other proportions" in caplog.text
    assert "do not lie on each other: 07 (5x5 and 3x4)" in caplog.text


def test_one_picture(tmp_path, picture):
    picture("1.png", (6, 10))
    with pytest.raises(ValueError, match=r"held_out must leave .* 0 of 1 examples"):
        data.source(f"pairs:{tmp_path}")
    one = data.source(f"pairs:{tmp_path}", held_out=0)
    assert one.num_examples == 1
    with pytest.raises(ValueError, match="batch_size must be at most 1"):
        data.load(one, 2)


def test_groups_stay_together(drawn):
    both = Pairs(drawn[0], "line", "colour", held_out=0.5, held_out_by="match:^.")
    test = both.other_split("test")
    assert {key[0] for key in test.keys} & {key[0] for key in both.keys} == set()
    assert len(test.keys + both.keys) == 40
    assert (both.name, both.held_out) == (f"pairs:{drawn[0]}:line:colour", 0.5)
    assert both.options == {"held_out": 0.5, "held_out_by": "match:^."}


def test_real_drawings():
    shared = pathlib.Path(__file__).parents[2] / "../shared/data"
    path = shared / "emoji-text/images.zip"
    if not path.exists():
        pytest.skip("no emoji-text/images.zip beside the repository")
    train = Pairs(path, "openmoji-line", "openmoji", image_size=32)
    test = Pairs(path, "openmoji-line", "openmoji", image_size=32, split="test")
    assert (len(train.keys), len(test.keys)) == (1483, 161)
    assert train.shape == train.source_shape == (32, 32, 3)
    assert "1F600" in train.keys + test.keys
    lines = test.sources.read().astype(float)
    colours = test.targets.read().astype(float)
    # Lines resemble their own picture more than another one.
    own = np.abs(lines - colours).mean()
    assert own < 0.5 * np.abs(lines - np.roll(colours, 1, axis=0)).mean()
    # The ground, which is transparent in the originals, is white.
    assert np.median(colours[:, 0, 0]) == 255
