"""Two sets of images whose rows are drawn each by itself."""

import collections
import pathlib
import shutil

import numpy as np
import pytest
import tensorflow as tf

from kgan import data
from kgan.data import mirrored
from kgan.data.unpaired import Unpaired

SHARED = pathlib.Path(__file__).parents[2] / "../shared/data"
SIZES = {"a": 23, "b": 7}


def level(images):
    """The gray level that all pixels of an image have: which image it is."""
    flat = np.round((np.asarray(images) + 1) * 127.5).reshape(len(images), -1)
    assert (flat == flat[:, :1]).all()
    return flat[:, 0].astype(int).tolist()


@pytest.fixture
def sets(tmp_path, picture):
    """A folder with 23 sources and 7 targets; the level of image i is i."""
    for name, count in SIZES.items():
        for number in range(count):
            picture(f"sets/{name}/{number:02}.png", (4, 6), "L", number)
    return tmp_path / "sets"


def rows(source, batch_size=4, batches=12, **options):
    """The numbers of sources and targets of so many batches."""
    loaded = data.load(source, batch_size, steps_per_epoch=batches, **options)
    return [(level(b["source"]), level(b["target"])) for b in loaded]


def of_side(batches, side):
    return [number for batch in batches for number in batch[side]]


def test_an_epoch_is_as_long_as_the_larger_side(sets):
    source = Unpaired(sets, "a", "b", split="all")
    assert (source.num_examples, source.num_classes) == (23, None)
    assert (source.sources.num_examples, source.targets.num_examples) == (23, 7)
    assert source.source_shape == source.shape == (4, 6, 1)
    loaded = data.load(source, 4)
    assert len(loaded) == 5
    assert loaded.element_spec == {
        "source": tf.TensorSpec((4, 4, 6, 1), tf.float32),
        "target": tf.TensorSpec((4, 4, 6, 1), tf.float32),
    }


def test_both_sides_come_evenly_in_new_orders(sets):
    batches = rows(Unpaired(sets, "a", "b", split="all"), batches=46)
    for side, count in enumerate(SIZES.values()):
        order = of_side(batches, side)
        passes = [order[i : i + count] for i in range(0, 184 - count + 1, count)]
        assert all(sorted(one) == list(range(count)) for one in passes)
        assert len({tuple(one) for one in passes}) == len(passes)


def test_no_row_is_aligned_with_another(sets, picture):
    for number in range(7, 23):
        picture(f"sets/b/{number:02}.png", (4, 6), "L", number)
    batches = rows(Unpaired(sets, "a", "b", split="all"), batches=115)  # 20 epochs
    met = zip(of_side(batches, 0), of_side(batches, 1), strict=True)
    pairs = collections.Counter(met)
    # Of 23² pairs, as many as 460 independent draws meet: 23² (1 − e^(−460/529)).
    assert 270 < len(pairs) < 345
    assert sum(n for (a, b), n in pairs.items() if a == b) < 45  # 20 are expected


@pytest.mark.parametrize("load_size", [None, 8])
def test_batch_i_follows_from_the_seed_and_i(tmp_path, picture, load_size):
    for name, count in SIZES.items():
        for number in range(count):
            picture(f"{name}/{number}.png", (8, 9))
    source = Unpaired(
        (tmp_path / "a", tmp_path / "b"),
        image_size=6,
        load_size=load_size,
        held_out=0,
    )

    def batches(**options):
        return [
            {side: image.numpy() for side, image in batch.items()}
            for batch in data.load(source, 5, seed=3, **options)
        ]

    whole = batches(steps_per_epoch=20)
    assert len({b["source"].tobytes() + b["target"].tobytes() for b in whole}) == 20
    for start in (1, 7, 13):
        tf.nest.map_structure(
            np.testing.assert_array_equal,
            batches(start=start, steps_per_epoch=4),
            whole[start : start + 4],
        )


def test_the_smaller_side_may_be_less_than_a_batch(sets):
    batches = rows(Unpaired(sets, "a", "b", split="all"), 16, 3)
    counts = collections.Counter(of_side(batches, 1))
    assert sorted(counts) == list(range(7))
    assert max(counts.values()) - min(counts.values()) <= 1
    with pytest.raises(ValueError, match="batch_size must be at most 23"):
        data.load(Unpaired(sets, "a", "b", split="all"), 24)


def test_without_shuffling_both_are_in_order(sets):
    source = Unpaired(sets, "a", "b", split="all")
    for _ in range(2):
        batches = rows(source, 5, 3, shuffle=False)
        assert of_side(batches, 0) == list(range(15))
        assert of_side(batches, 1) == [*range(7), *range(7), 0]


def test_a_share_of_each_side_is_held_out(sets):
    parts = [
        Unpaired(sets, "a", "b", held_out=0.3, split=split)
        for split in ("train", "test", "all")
    ]
    for side in ("sources", "targets"):
        train, test, both = (
            set(getattr(part, side).read()[:, 0, 0, 0].tolist()) for part in parts
        )
        assert train
        assert test
        assert train | test == both
        assert not train & test
    again = parts[0].other_split("test")
    assert again.fingerprint() == parts[1].fingerprint()
    assert again.num_examples == parts[1].num_examples
    assert parts[0].held_out == 0.3


def test_texts(sets, monkeypatch):
    monkeypatch.chdir(sets)
    shutil.make_archive("b", "zip", "b")
    named = data.source(f"unpaired:{sets}:a:b:0.3")
    assert isinstance(named, Unpaired)
    assert named.name == f"unpaired:{sets}:a:b:0.3"
    two = data.source("unpaired:a:b.zip", held_out=0.3)
    assert two.name == "unpaired:a:b.zip"
    assert two.options == {"held_out": 0.3}
    for one in (named, two):
        again = data.source(one.name, split="test", **one.options)
        assert again.fingerprint() == one.other_split("test").fingerprint()
    for side in ("sources", "targets"):
        images = [getattr(one, side).read() for one in (named, two)]
        np.testing.assert_array_equal(*images)


def test_folders_as_those_of_cyclegan(tmp_path, picture):
    for place, count in {"trainA": 3, "trainB": 2, "testA": 1, "testB": 2}.items():
        for number in range(count):
            picture(f"set/horse2zebra/{place}/{number}.jpg", (4, 4))
    for path in (tmp_path / "set", tmp_path / "set/horse2zebra"):
        train = data.source(f"unpaired:{path}")
        assert train.identity()["sources"].keys() == {
            file for file in train.sources.files if "trainA/" in file
        }
        counts = [train.sources.num_examples, train.targets.num_examples]
        test = train.other_split("test")
        counts += [test.sources.num_examples, test.targets.num_examples]
        assert counts == [3, 2, 1, 2]
        assert train.options == {"held_out_by": "folder"}
        back = data.source(f"unpaired:{path}", direction="BtoA")
        assert (back.sources.num_examples, back.targets.num_examples) == (2, 3)
        assert back.options["direction"] == "BtoA"
    for part in ("trainB", "testB"):
        shutil.rmtree(tmp_path / "set/horse2zebra" / part)
    message = r"trainA and trainB, .*Received: horse2zebra/t"
    with pytest.raises(ValueError, match=message):
        data.source(f"unpaired:{tmp_path}/set")


def test_sides_are_mirrored_each_by_itself(sets):
    source = Unpaired(sets, "a", "b", split="all")
    both = mirrored.mirrored(source)
    assert (both.num_examples, both.targets.num_examples) == (46, 14)
    assert both.identity() == source.identity()
    assert both.fingerprint() != source.fingerprint()
    assert len(data.load(source, 4, mirror=True)) == 11


def test_names_that_stand_for_two_images(tmp_path, picture):
    for name in ("a/1.png", "a/1.bmp", "b/1.png"):
        picture(name)
    source = Unpaired(tmp_path, "a", "b", held_out=0)
    assert source.sources.files == ("a/1.bmp", "a/1.png")
    assert source.targets.files == ("b/1.png",)


def test_one_image_on_a_side(tmp_path, picture):
    for name in ("a/1.png", "a/2.png", "b/1.png"):
        picture(name)
    source = Unpaired(tmp_path, "a", "b", held_out=0)
    assert len(rows_of_shapes(source)) == 2
    with pytest.raises(ValueError, match=r"held_out must leave .* of 1 targets"):
        Unpaired(tmp_path, "a", "b", held_out=0.7)


def rows_of_shapes(source):
    return [batch["target"].shape for batch in data.load(source, 1)]


def test_what_is_broken_is_left_out(sets, caplog):
    (sets / "a/note.txt").write_text("x")
    source = Unpaired(sets, "a", "b")
    assert source.left_out == (("a/note.txt", "not an image"),)
    assert "left out 1 files: a/note.txt (not an image)" in caplog.text


def test_an_empty_side(tmp_path, picture):
    picture("a/1.png")
    (tmp_path / "b").mkdir()
    with pytest.raises(ValueError, match=r"Expected images in .*b. Received: none"):
        data.source(f"unpaired:{tmp_path}/a:{tmp_path}/b")
    (tmp_path / "b/1.txt").write_text("x")
    with pytest.raises(ValueError, match=r"b. Received: 1.txt \(not an image\)"):
        data.source(f"unpaired:{tmp_path}/a:{tmp_path}/b")
    with pytest.raises(ValueError, match=r"Expected images in b in .*not an image"):
        data.source(f"unpaired:{tmp_path}:a:b")


def test_real_stains():
    path = SHARED / "nuclei-masks/images.zip"
    if not path.exists():
        pytest.skip("no nuclei-masks/images.zip beside the repository")
    source = data.source(
        f"unpaired:{path}:fluorescence/image:histology/image",
        image_size=32,
        held_out_by=r"match:^\d+",
    )
    test = source.other_split("test")
    for side, count in (("sources", 717), ("targets", 104)):
        groups = [
            {file.rpartition("/")[2].partition("_")[0] for file in one.files}
            for one in (getattr(source, side), getattr(test, side))
        ]
        assert not groups[0] & groups[1]
        both = getattr(source, side).num_examples + getattr(test, side).num_examples
        assert both == count
