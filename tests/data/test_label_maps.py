"""Label maps become one-hot channels; what is none is refused in a sentence."""

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from kgan.data import archive, label_maps
from kgan.data.label_maps import LabelMaps, parse

CLASSES = np.random.default_rng(0).integers(0, 3, (6, 8))
COLOURS = np.array([[0, 0, 0], [255, 0, 0], [0, 128, 255]], np.uint8)
TEXT = "#000000,#ff0000,#0080ff"


def save(folder, name, pixels, palette=None, mode=None, **options):
    if palette is not None or pixels.dtype == np.int64:
        pixels = pixels.astype(np.uint8)
    image = Image.fromarray(pixels)
    if palette is not None:
        image.putpalette(np.asarray(palette, np.uint8).tobytes())  # its mode is P then
    image = image if mode is None else image.convert(mode)
    folder.mkdir(exist_ok=True)
    image.save(folder / name, **options)


def read(folder, labels, size=(6, 8), **options):
    found = archive.find(folder)
    files, _ = found.walk()
    labels = parse("source_labels", labels)
    note = label_maps.check(found, files, labels)
    return LabelMaps("maps", found, files, size, labels, **options), note


def one_hot(classes, count=3):
    return np.eye(count, dtype=np.float32)[classes]


def test_values_are_classes(tmp_path):
    folder = tmp_path / "maps"
    save(folder, "0 index.png", CLASSES, COLOURS)
    save(folder, "1 gray.png", CLASSES.astype(np.uint8))
    save(folder, "2 wide.png", CLASSES.astype(np.uint16))
    save(folder, "3 gray in colour.png", CLASSES.astype(np.uint8), mode="RGB")
    source, note = read(folder, 3)
    assert note == ""
    assert (source.shape, source.dtype) == ((6, 8, 3), np.float32)
    np.testing.assert_array_equal(source.read(), np.stack([one_hot(CLASSES)] * 4))
    np.testing.assert_array_equal(source.read([2]), one_hot(CLASSES)[None])
    batch = source.reader(2, with_labels=False)(tf.constant([3, 0], tf.int64))
    assert batch.dtype == tf.float32
    np.testing.assert_array_equal(batch, np.stack([one_hot(CLASSES)] * 2))


def test_one_bit_is_two_classes(tmp_path):
    save(tmp_path / "maps", "a.png", (CLASSES > 0) * np.uint8(255), mode="1")
    for labels in (2, "2", "#000000,#ffffff"):
        source, _ = read(tmp_path / "maps", labels)
        np.testing.assert_array_equal(source.read()[0], one_hot(1 * (CLASSES > 0), 2))


def test_colours_are_classes(tmp_path):
    folder = tmp_path / "maps"
    save(folder, "0.png", COLOURS[CLASSES])
    save(folder, "1.png", CLASSES, COLOURS)
    save(folder, "2.png", COLOURS[CLASSES], mode="RGBA")
    (tmp_path / "palette.txt").write_text("#000000 ground\n255 0 0 a\n0, 128, 255\n")
    (tmp_path / "a.gpl").write_text(
        "GIMP Palette\nName: x\n# by hand\n  0   0   0\tg\n255 0 0\n0 128 255\n"
    )
    files = [str(tmp_path / name) for name in ("palette.txt", "a.gpl")]
    for labels in (TEXT, TEXT.replace("#", "").upper(), COLOURS, *files):
        source, _ = read(folder, labels)
        np.testing.assert_array_equal(source.read(), np.stack([one_hot(CLASSES)] * 3))
        assert str(source.labels_of) == TEXT
        np.testing.assert_array_equal(source.palette, COLOURS)


@pytest.mark.parametrize("size", [(3, 4), (12, 16), (5, 5)])
def test_sizes_change_to_nearest_pixels_alone(tmp_path, size):
    save(tmp_path / "maps", "a.png", CLASSES, COLOURS)
    source, _ = read(tmp_path / "maps", 3, size)
    maps = source.read()
    assert maps.shape == (1, *size, 3)
    assert set(np.unique(maps)) == {0.0, 1.0}
    np.testing.assert_array_equal(maps.sum(axis=-1), 1)
    if size == (12, 16):
        twice = CLASSES.repeat(2, axis=0).repeat(2, axis=1)
        np.testing.assert_array_equal(maps[0], one_hot(twice))


@pytest.mark.parametrize("memory_limit", [0, 10**6])
def test_many_classes_take_the_memory_of_one_channel(tmp_path, memory_limit):
    save(tmp_path / "maps", "a.png", (CLASSES * 200).astype(np.uint16))
    source, note = read(tmp_path / "maps", 500, memory_limit=memory_limit)
    assert note.startswith("497 of 500 classes are in no map: [1, 2, ")
    assert source.classes.dtype == np.int32
    assert source.classes.nbytes == 6 * 8 * 4
    batch = source.reader(1, with_labels=False)(tf.constant([0], tf.int64))
    np.testing.assert_array_equal(batch[0], one_hot(CLASSES * 200, 500))


def test_the_fingerprint_and_the_identity(tmp_path):
    folder = tmp_path / "maps"
    save(folder, "a.png", CLASSES, COLOURS)
    first = read(folder, 3)[0]
    found = {read(folder, labels)[0].fingerprint() for labels in (3, 4, TEXT)}
    assert len(found) == 3
    assert first.fingerprint() in found
    assert first.identity()["shape"] == [6, 8, 3]
    assert list(first.identity()["images"]) == ["a.png"]


def noisy():
    colours = COLOURS[np.random.default_rng(1).integers(0, 3, (16, 16))]
    return Image.fromarray(colours).resize((64, 64), Image.Resampling.BICUBIC)


@pytest.mark.parametrize(
    ("labels", "pixels", "message"),
    [
        (
            3,
            CLASSES.astype(np.uint8) + 1,
            "values below 3, .* value 3 in .*may have the colours of",
        ),
        (2, np.uint8(255) * (CLASSES > 0), "the value 255 in .*; source_labels may"),
        (TEXT, COLOURS[CLASSES] + np.uint8(1), "the 3 colours .*colour #"),
        (3, COLOURS[CLASSES], "which has 3 colours, and no palette"),
        (TEXT, CLASSES.astype(np.uint16), "which has gray levels of I;16"),
        (3, CLASSES.astype(np.float32), "which has gray levels of F"),
        (
            TEXT,
            np.dstack([COLOURS[CLASSES], np.full((6, 8), 9, np.uint8)]),
            "which is transparent in part",
        ),
        (TEXT, np.asarray(noisy()), r"which has [\d,]+ colours; JPEG and smooth scal"),
    ],
)
def test_what_is_no_label_map(tmp_path, labels, pixels, message):
    suffix = "tiff" if pixels.dtype == np.float32 else "png"
    for name in "ab":
        save(tmp_path / "maps", f"{name}.{suffix}", pixels)
    with pytest.raises(ValueError, match=message) as error:
        read(tmp_path / "maps", labels)
    assert "Received: a." in str(error.value)
    assert str(error.value).endswith("; 2 of 2 are none")
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("labels", [3, TEXT])
def test_jpeg_blurs_label_maps(tmp_path, labels):
    save(tmp_path / "maps", "a.jpg", np.asarray(noisy()), quality=50)
    with pytest.raises(ValueError, match="JPEG and smooth scaling blur label maps"):
        read(tmp_path / "maps", labels)


def test_palettes_must_agree(tmp_path):
    save(tmp_path / "maps", "a.png", CLASSES, COLOURS)
    save(tmp_path / "maps", "b.png", CLASSES, COLOURS[[0, 2, 1]])
    message = "one palette.*class 1 is #ff0000 in a.png and #0080ff in b.png"
    with pytest.raises(ValueError, match=message):
        read(tmp_path / "maps", 3)
    source, _ = read(tmp_path / "maps", TEXT)
    np.testing.assert_array_equal(
        source.read(), [one_hot(CLASSES), one_hot(np.array([0, 2, 1])[CLASSES])]
    )


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (1, "a number of classes from 2"),
        (True, "a number of classes from 2"),
        ("1", "a number of classes from 2"),
        ("black,white", "number of classes .* Received: 'black,white'"),
        ("gone.txt", "number of classes .* Received: 'gone.txt'"),
        ("#000000", "two colours or more.*Received: 1 colours"),
        ("#000000,#ff0000,#000000", "Received: 3 colours, #000000 twice"),
        ([[0, 0, 0], [0, 0, 256]], r"Received: \(0, 0, 256\)"),
        ([[0, 0], [0, 1]], r"Received: \(0, 0\)"),
        (0.5, "a number of classes from 2"),
    ],
)
def test_wrong_options(value, message):
    with pytest.raises(ValueError, match=f"^source_labels must .*{message}"):
        parse("source_labels", value)
    assert parse("source_labels", None) is None


def test_a_line_that_is_no_colour(tmp_path):
    (tmp_path / "colours.txt").write_text("#000000\nred\n")
    with pytest.raises(ValueError, match=r"a colour a line. Received: 'red'"):
        parse("target_labels", tmp_path / "colours.txt")


def test_classes_without_colours_are_shown_in_some():
    palette = parse("source_labels", 20).palette
    assert palette[:3].tolist() == [[0, 0, 0], [128, 0, 0], [0, 128, 0]]
    assert len(np.unique(palette, axis=0)) == 20
