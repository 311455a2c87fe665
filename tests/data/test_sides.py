"""What pairs and unpaired images share: direction, channels, labels, crops, splits."""

import logging
import pathlib

import numpy as np
import pytest
from PIL import Image

from kgan import data
from kgan.data import registry
from kgan.data.pairs import Pairs
from kgan.data.unpaired import Unpaired

SHARED = pathlib.Path(__file__).parents[2] / "../shared/data"
KINDS = [Pairs, Unpaired]


@pytest.fixture
def sets(tmp_path, picture):
    """A folder of 12 gray images and 12 of colours, 6x8."""
    gray = [picture(f"sets/gray/{n:02}.png", mode="L") for n in range(12)]
    colour = [picture(f"sets/colour/{n:02}.png") for n in range(12)]
    return tmp_path / "sets", np.stack(gray)[..., None], np.stack(colour)


@pytest.mark.parametrize("kind", KINDS)
def test_the_direction_says_what_becomes_what(sets, kind):
    folder, gray, colour = sets
    options = {"split": "all", "target_channels": 4}
    there = kind(folder, "gray", "colour", direction="AtoB", **options)
    back = kind(folder, "gray", "colour", direction="BtoA", **options)
    np.testing.assert_array_equal(there.sources.read(), gray)
    np.testing.assert_array_equal(back.sources.read(), colour)
    np.testing.assert_array_equal(back.targets.read()[..., :3], gray.repeat(3, -1))
    assert (there.shape, back.shape) == ((6, 8, 4), (6, 8, 4))
    assert there.name == back.name
    assert "direction" not in there.options
    assert back.options["direction"] == "BtoA"
    assert there.fingerprint() != back.fingerprint()
    with pytest.raises(ValueError, match=r"one of AtoB, BtoA. Received: 'BtoC'"):
        kind(folder, "gray", "colour", direction="BtoC")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("channels", [1, 3, 4])
def test_channels_of_either_side(sets, kind, channels):
    folder, *_ = sets
    source = kind(
        folder, "gray", "colour", source_channels=channels, target_channels=channels
    )
    assert source.source_shape == source.shape == (6, 8, channels)
    if channels == 3:
        images = source.sources.read()
        np.testing.assert_array_equal(images, images[..., :1].repeat(3, -1))
    for option in ("source_channels", "target_channels"):
        for wrong in (2, 0, True):
            with pytest.raises(ValueError, match=f"{option} must be None, 1, 3 or 4"):
                kind(folder, "gray", "colour", **{option: wrong})


@pytest.mark.parametrize("kind", KINDS)
def test_alpha(tmp_path, picture, kind, caplog):
    pixels = picture("a/1.png", mode="RGBA")
    picture("b/1.png")
    kept = kind(tmp_path, "a", "b", held_out=0, source_channels=4)
    np.testing.assert_array_equal(kept.sources.read()[0], pixels)
    assert "alpha" not in caplog.text
    assert kind(tmp_path, "a", "b", held_out=0).source_shape == (6, 8, 3)
    assert "a in" in caplog.text
    assert "alpha of 1 of 1 laid over white" in caplog.text


def label_sets(folder, picture, count=8):
    classes = np.random.default_rng(0).integers(0, 3, (count, 6, 8)).astype(np.uint8)
    for number, one in enumerate(classes):
        (folder / "maps").mkdir(parents=True, exist_ok=True)
        Image.fromarray(one).save(folder / "maps" / f"{number}.png")
        picture(f"{folder.name}/photos/{number}.png")
    return classes


@pytest.mark.parametrize("kind", KINDS)
def test_label_maps_on_either_side(tmp_path, picture, kind):
    classes = label_sets(tmp_path / "sets", picture)
    options = {"held_out": 0, "image_size": (6, 8)}
    path = tmp_path / "sets"
    source = kind(path, "maps", "photos", source_labels=3, **options)
    assert source.source_shape == (6, 8, 3)
    np.testing.assert_array_equal(source.sources.read(), np.eye(3)[classes])
    batch = next(iter(data.load(source, 2, shuffle=False)))
    np.testing.assert_array_equal(batch["source"], np.eye(3)[classes[:2]])
    assert source.options["source_labels"] == "3"
    back = kind(path, "maps", "photos", target_labels="3", direction="BtoA", **options)
    signed = 2 * np.eye(3)[classes] - 1
    np.testing.assert_array_equal(back.targets.read(), signed)
    batch = next(iter(data.load(back, 2, shuffle=False)))
    np.testing.assert_array_equal(batch["target"], signed[:2])
    for one in (source, back):
        again = data.source(one.name, (6, 8), **one.options)
        assert again.fingerprint() == one.fingerprint()
    message = "source_channels must be None with source_labels"
    with pytest.raises(ValueError, match=message):
        kind(path, "maps", "photos", source_labels=3, source_channels=3)
    with pytest.raises(ValueError, match="values below 2, as source_labels says"):
        kind(path, "maps", "photos", source_labels=2)


@pytest.mark.parametrize("kind", KINDS)
def test_unused_classes_are_named(tmp_path, picture, kind, caplog):
    label_sets(tmp_path / "sets", picture)
    kind(tmp_path / "sets", "maps", "photos", source_labels=5, held_out=0)
    assert "maps in" in caplog.text
    assert "2 of 5 classes are in no map: [3, 4]" in caplog.text


def crop_of(batch, side, loaded):
    """Where each crop of a batch lies in the images, (image, row, column, mirrored)."""
    found = []
    for image in np.round((batch[side].numpy() + 1) * 127.5):
        height, width = image.shape[:2]
        for flipped in (0, 1):
            whole = loaded[:, :, ::-1] if flipped else loaded
            views = np.lib.stride_tricks.sliding_window_view(
                whole, (height, width), (1, 2)
            )
            same = (views == image.transpose(2, 0, 1)[None, None, None]).all(
                axis=(3, 4, 5)
            )
            found += [(*map(int, place), flipped) for place in np.argwhere(same)]
    return found


@pytest.mark.parametrize("mirror", [False, True])
def test_crops_of_a_pair_lie_on_each_other(sets, mirror):
    folder, gray, colour = sets
    options = {"split": "all", "image_size": 4, "load_size": (6, 8)}
    source = Pairs(folder, "gray", "colour", **options)
    assert source.source_shape == (4, 4, 1)
    assert source.read().shape == (12, 4, 4, 3)
    seen = set()
    for batch in data.load(source, 4, steps_per_epoch=36, mirror=mirror):
        places = crop_of(batch, "source", gray)
        assert places == crop_of(batch, "target", colour)
        assert len(places) == 4
        seen |= set(places)
    assert len({place[1:3] for place in seen}) == 15  # 3 rows and 5 columns
    assert {place[3] for place in seen} == ({0, 1} if mirror else {0})


def test_crops_of_unpaired_images_lie_anywhere(sets):
    folder, gray, colour = sets
    options = {"split": "all", "image_size": 4, "load_size": (6, 8)}
    source = Unpaired(folder, "gray", "colour", **options)
    apart = 0
    for batch in data.load(source, 4, steps_per_epoch=6):
        places = crop_of(batch, "source", gray), crop_of(batch, "target", colour)
        apart += sum(a[1:] != b[1:] for a, b in zip(*places, strict=True))
    assert apart > 12  # of 24


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_not_shuffled_shows_the_centre(sets, kind):
    folder, gray, _ = sets
    options = {"held_out": 0.5, "image_size": 4, "load_size": (6, 8)}
    train = kind(folder, "gray", "colour", **options)
    centres = gray[:, 1:5, 2:6]
    for batch in data.load(train, 2, shuffle=False):
        for image in np.round((batch["source"].numpy() + 1) * 127.5):
            assert (centres == image).all(axis=(1, 2, 3)).any()
    assert train.options["load_size"] == (6, 8)


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_held_out_is_seen_in_whole(sets, kind):
    options = {"held_out": 0.5, "image_size": 4, "split": "test"}
    plain, loaded = (
        kind(sets[0], "gray", "colour", load_size=size, **options)
        for size in (None, (6, 8))
    )
    for one, other in (plain.sources, loaded.sources), (plain.targets, loaded.targets):
        np.testing.assert_array_equal(one.read(), other.read())
    both = (each.other_split("train").targets.read() for each in (plain, loaded))
    assert not np.array_equal(*both)


def test_a_run_of_crops_goes_on_exactly(sets):
    source = Pairs(sets[0], "gray", "colour", image_size=4, load_size=6, split="all")

    def batches(**options):
        loaded = data.load(source, 3, seed=1, mirror=True, **options)
        return [np.concatenate([b[s] for s in b], axis=-1) for b in loaded]

    whole = batches(steps_per_epoch=20)
    np.testing.assert_array_equal(batches(start=9, steps_per_epoch=11), whole[9:])


def test_crops_of_label_maps(tmp_path, picture):
    classes = label_sets(tmp_path / "sets", picture)
    source = Pairs(
        tmp_path / "sets",
        "maps",
        "photos",
        image_size=4,
        load_size=(6, 8),
        source_labels=3,
        held_out=0,
    )
    for batch in data.load(source, 4, steps_per_epoch=4):
        maps = batch["source"].numpy()
        assert maps.shape == (4, 4, 4, 3)
        np.testing.assert_array_equal(maps.sum(-1), 1)
    assert source.sources.read().shape == (8, 4, 4, 3)
    np.testing.assert_array_equal(
        source.sources.read(), np.eye(3)[classes[:, 1:5, 2:6]]
    )


@pytest.mark.parametrize("kind", KINDS)
def test_small_images_are_enlarged_and_named(sets, picture, kind, caplog):
    with caplog.at_level(logging.WARNING):
        source = kind(sets[0], "gray", "colour", image_size=(7, 8))
    assert source.shape == (7, 8, 3)
    assert "12 of 12 images are enlarged to 7x8" in caplog.text
    with pytest.raises(ValueError, match=r"image_size, .* at most.*load_size=6"):
        kind(sets[0], "gray", "colour", image_size=7, load_size=6)


@pytest.mark.parametrize("kind", KINDS)
def test_options_find_the_same_data_again(sets, kind, monkeypatch):
    folder, *_ = sets
    monkeypatch.chdir(folder)
    (folder.parent / "held.txt").write_text("01\n07")
    source = kind(
        "../sets",
        "gray",
        "colour",
        held_out_by="list:../held.txt",
        source_channels=3,
        direction="BtoA",
    )
    assert source.held_out == pytest.approx(2 / 12)
    assert source.options == {
        "direction": "BtoA",
        "source_channels": 3,
        "held_out_by": f"list:{folder.parent / 'held.txt'}",
    }
    assert source.options.keys() <= {*registry.side_options(source.name)}
    test = data.source(source.name, split="test", **source.options)
    assert test.fingerprint() == source.other_split("test").fingerprint()
    assert test.sources.num_examples == 2
    assert registry.side_options("digits") == ()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "form", ["{set}/{part}", "{part}/{set}", "{part}{set}", "in/{part}{set}"]
)
def test_folders_of_their_own(tmp_path, picture, kind, form):
    for part, count in {"train": 4, "val": 2}.items():
        for name in "AB":
            for number in range(count):
                place = form.format(set=name, part=part)
                picture(f"sets/{place}/{number}.png")
    names = ["in/A", "in/B"] if form.startswith("in/") else ["A", "B"]
    train = kind(tmp_path / "sets", *names, held_out_by="folder")
    test = train.other_split("test")
    assert (train.num_examples, test.num_examples) == (4, 2)
    assert all("train" in file for file in train.sources.files)
    assert all("val" in file for file in test.targets.files)
    assert train.held_out == pytest.approx(1 / 3)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((("a", "b", "c"),), "Received: 3 paths"),
        ((("a", "b"), "gray", "colour"), "Received: 2 paths, source='gray'"),
        (("a", "gray"), "Received: 1 paths, source='gray', target=None"),
    ],
)
def test_two_sets_are_named_in_one_way(kind, arguments, message):
    with pytest.raises(ValueError, match=f"must be source and target, .*{message}"):
        kind(*arguments)


def test_real_subgroups():
    folder = SHARED / "emoji-text"
    if not folder.exists():
        pytest.skip("no emoji-text beside the repository")
    train = data.source(
        f"pairs:{folder}/images.zip:openmoji-line:openmoji",
        32,
        held_out_by="table:captions.tsv:subgroup",
    )
    test = train.other_split("test")
    rows = (folder / "captions.tsv").read_text("utf-8").splitlines()
    groups = {row.split("\t")[0]: row.split("\t")[4] for row in rows}
    parts = [{groups[key] for key in one.keys} for one in (train, test)]
    assert not parts[0] & parts[1]
    assert len(parts[1]) > 3
    assert train.num_examples + test.num_examples == 1644


def test_real_masks():
    path = SHARED / "nuclei-masks/images.zip"
    if not path.exists():
        pytest.skip("no nuclei-masks/images.zip beside the repository")
    source = data.source(
        f"pairs:{path}:fluorescence/mask:fluorescence/image",
        32,
        held_out_by=r"match:^\d+",
        source_labels=2,
    )
    assert source.source_shape == (32, 32, 2)
    test = source.other_split("test")
    assert source.num_examples + test.num_examples == 717
    pictures = [{key.partition("_")[0] for key in one.keys} for one in (source, test)]
    assert not pictures[0] & pictures[1]
    assert len(pictures[0] | pictures[1]) == 511
    maps = test.sources.read()
    # Nuclei are brighter than the ground.
    gray = test.targets.read().mean(axis=-1)
    assert gray[maps[..., 1] == 1].mean() > 2 * gray[maps[..., 0] == 1].mean()
