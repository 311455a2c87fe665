import collections
import os
import zipfile

import numpy as np
import pytest

from kgan.data import archive, image_files
from kgan.data.image_files import ImageFiles, ImageInfo


@pytest.fixture
def zipped(tmp_path, picture):
    """A ZIP of three pictures and a text, and the pixels of the pictures."""
    pictures = {f"{name}.png": picture(f"{name}.png") for name in "abc"}
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as target:
        for name in pictures:
            target.write(tmp_path / name, name)
        target.writestr("notes.txt", "x")
    return archive.find(tmp_path / "x.zip"), pictures


@pytest.mark.parametrize("memory_limit", [0, 10**6])
def test_pictures_of_a_zip_in_a_given_order(zipped, memory_limit):
    found, pictures = zipped
    files = ["c.png", "a.png"]
    source = ImageFiles("x", found, files, (6, 8, 3), memory_limit=memory_limit)
    assert (source.array is None) == (memory_limit == 0)
    expected = np.stack([pictures[name] for name in files])
    np.testing.assert_array_equal(source.read(), expected)
    np.testing.assert_array_equal(source.read([1, 0, 1]), expected[[1, 0, 1]])


def test_a_cache_serves_a_zip(zipped, tmp_path, monkeypatch):
    found, pictures = zipped
    options = {"memory_limit": 0, "cache_dir": tmp_path / "cache"}
    source = ImageFiles("x", found, pictures, (6, 8, 3), **options)
    assert isinstance(source.array, np.memmap)
    monkeypatch.setattr(image_files, "decode", None)
    again = ImageFiles("x", found, pictures, (6, 8, 3), **options)
    np.testing.assert_array_equal(again.read(), source.read())


@pytest.mark.parametrize("memory_limit", [0, 10**6])
def test_fingerprints_follow_files_and_shape(zipped, memory_limit):
    found, pictures = zipped

    def fingerprint(files, shape=(6, 8, 3)):
        source = ImageFiles("x", found, files, shape, memory_limit=memory_limit)
        return source.fingerprint()

    assert fingerprint(pictures) == fingerprint(pictures)
    assert fingerprint(pictures) != fingerprint(["a.png", "b.png"])
    assert fingerprint(pictures) != fingerprint(pictures, (6, 8, 1))


@pytest.mark.parametrize("kind", ["zip", "folder"])
def test_the_identity_is_names_and_sizes(zipped, tmp_path, kind, monkeypatch):
    found, pictures = zipped
    found = found if kind == "zip" else archive.Folder(tmp_path)
    source = ImageFiles("x", found, pictures, (6, 8, 3))
    monkeypatch.setattr(image_files, "decode", None)  # nothing is read for it
    sizes = {name: (tmp_path / name).stat().st_size for name in pictures}
    assert source.identity() == {
        "images": sizes,
        "shape": [6, 8, 3],
        "dtype": "uint8",
        "classes": None,
    }
    for name in pictures:
        os.utime(tmp_path / name, (0, 0))
    assert source.identity()["images"] == sizes


def test_inspection_parts_images_from_what_is_none(zipped):
    found, pictures = zipped
    infos, reasons = image_files.inspect(found, [*pictures, "notes.txt", "gone.png"])
    assert infos == dict.fromkeys(
        pictures, ImageInfo((6, 8), gray=False, transparent=False)
    )
    assert reasons["notes.txt"] == "not an image"
    assert "gone.png" in reasons["gone.png"]


def test_common_size():
    assert image_files.common_size(collections.Counter({(6, 8): 3}), "x") == (6, 8)
    message = r"since x has images of 2 sizes. .*None \(3 of 4 images .* \(6, 8\)\)"
    with pytest.raises(ValueError, match=message):
        image_files.common_size(collections.Counter({(6, 8): 3, (1, 1): 1}), "x")


@pytest.mark.parametrize(
    ("counts", "notes"),
    [
        ((5, 0, 0, 3), []),
        ((5, 5, 0, 3), []),
        ((5, 2, 0, 1), ["3 of 5 images converted to gray"]),
        ((5, 2, 0, 3), ["2 of 5 images are gray, read as colour"]),
        ((5, 0, 4, 3), ["alpha of 4 of 5 laid over white"]),
        ((5, 0, 5, 4), []),
    ],
)
def test_conversions(counts, notes):
    total, num_gray, num_transparent, channels = counts
    infos = [
        ImageInfo((6, 8), gray=i < num_gray, transparent=i < num_transparent)
        for i in range(total)
    ]
    assert image_files.describe_conversions(infos, channels) == notes


def test_what_was_done_is_described_once_a_kind():
    marks = [{"frames"}, {"frames", "palette"}, {"16 bits"}, {"LAB"}, set()]
    infos = [
        ImageInfo((6, 8), gray=False, transparent=False, marks=frozenset(each))
        for each in marks
    ]
    assert image_files.describe_conversions(infos, 3) == [
        "2 of 5 images have several frames or pages: the first was read",
        "1 of 5 images have a palette: read as colours",
        "1 of 5 images have colours of 16 bits a channel, of which Pillow reads 8",
        "1 of 5 images converted from LAB to RGB",
    ]


def test_ten_files_are_described_and_the_rest_counted():
    files = [(f"{i}.txt", "not an image") for i in range(12)]
    described = image_files.describe_files(files)
    assert described.startswith("0.txt (not an image), 1.txt (not an image), ")
    assert described.endswith("9.txt (not an image) and 2 more")
    assert image_files.describe_files(files[:1]) == "0.txt (not an image)"


@pytest.mark.parametrize(
    ("file", "reason", "broken"),
    [
        ("a.txt", "not an image", False),
        ("a", "not an image", False),
        ("b/empty.PNG", "not an image", True),
        ("a", "image file is truncated", True),
        ("a.heic", "HEIC", True),
    ],
)
def test_a_broken_image_is_one_by_name_or_content(file, reason, broken):
    assert image_files.is_broken(file, reason) is broken


def test_threads_keep_the_order_and_work_a_few_items_ahead():
    begun = []

    def items():
        for number in range(100):
            begun.append(number)
            yield number

    for number, square in enumerate(image_files.in_threads(lambda x: x**2, items())):
        assert square == number**2
        assert len(begun) - number <= 20
    assert number == 99


def test_a_half_of_each_file(tmp_path, picture):
    pixels = picture("a.png", (4, 6))
    picture("b.png", (4, 5))
    folder = archive.find(tmp_path)
    infos, reasons = image_files.inspect(folder, ["a.png", "b.png"], part="right")
    assert infos["a.png"].size == (4, 3)
    assert reasons == {"b.png": "has the odd width 5"}
    assert image_files.is_odd(reasons["b.png"])
    assert not image_files.is_odd("not an image")
    half = image_files.decode(folder, "a.png", (4, 3, 3), part="right")
    np.testing.assert_array_equal(half, pixels[:, 3:])
