"""What is packed is read again pixel for pixel, by kgan and as StyleGAN's code does."""

import errno
import io
import json
import shutil
import zipfile

import numpy as np
import pytest
from PIL import Image

import kgan.data
from kgan.core.pictures import as_bytes
from kgan.data import packing, pixels
from kgan.data.folder import FolderSource


@pytest.fixture
def photos(tmp_path, picture):
    """A folder of two classes, of several sizes and modes."""
    picture("photos/cats/b.png", (12, 9))
    picture("photos/cats/a.jpg", (9, 20))
    picture("photos/dogs/c.png", (30, 31), "RGBA")
    picture("photos/dogs/d.png", (7, 5), "L")
    sideways = Image.fromarray(np.arange(96, dtype=np.uint8).reshape(8, 12) * 2)
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned by 90 degrees
    sideways.convert("CMYK").save(tmp_path / "photos/dogs/e.jpg", exif=exif)
    return tmp_path / "photos"


def read_as_stylegan(path):
    """As `ImageFolderDataset` of StyleGAN2-ADA and StyleGAN3 reads a ZIP."""
    with zipfile.ZipFile(path) as archive:
        infos = archive.infolist()
        assert {info.compress_type for info in infos} == {zipfile.ZIP_STORED}
        names = sorted(n for n in archive.namelist() if n.endswith(".png"))
        images = [np.array(Image.open(io.BytesIO(archive.read(n)))) for n in names]
        labels = json.loads(archive.read("dataset.json"))["labels"]
    if labels is not None:
        labels = dict(labels)
        labels = [labels[name.replace("\\", "/")] for name in names]
    return names, np.array(images), labels


@pytest.mark.parametrize("size", [8, (6, 9), (40, 40)])
def test_pixels_and_labels_are_those_of_the_source(photos, tmp_path, size):
    packed = kgan.data.pack(photos, tmp_path / "a.zip", size)
    before, after = FolderSource(photos, size), kgan.data.source(tmp_path / "a.zip")
    np.testing.assert_array_equal(after.read(), before.read())
    np.testing.assert_array_equal(after.labels, before.labels)
    assert after.class_names == packed.class_names == ("cats", "dogs")
    assert packed.shape == after.shape
    assert packed.nbytes == (tmp_path / "a.zip").stat().st_size
    names, images, labels = read_as_stylegan(tmp_path / "a.zip")
    assert names == [f"00000/img{number:08d}.png" for number in range(5)]
    np.testing.assert_array_equal(images, before.read())
    assert labels == [0, 0, 1, 1, 1]


def test_a_folder_has_the_files_of_the_zip_and_every_zip_is_the_same(photos, tmp_path):
    for name in ("a.zip", "b.zip", "folder"):
        kgan.data.pack(photos, tmp_path / name, 8)
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()
    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        for name in archive.namelist():
            assert (tmp_path / "folder" / name).read_bytes() == archive.read(name)
    again = kgan.data.pack(tmp_path / "folder", tmp_path / "c.zip")
    assert again.class_names == ("cats", "dogs")
    assert (tmp_path / "c.zip").read_bytes() == (tmp_path / "a.zip").read_bytes()


def test_crops(tmp_path, picture):
    original = picture("in/a.png", (12, 30))
    center, none, wide = (
        kgan.data.pack(tmp_path / "in", tmp_path / f"{crop}.zip", (8, 16), crop).path
        for crop in packing.CROPS
    )
    covered = pixels.fit_array(original, (8, 16))
    np.testing.assert_array_equal(read_as_stylegan(center)[1][0], covered)
    squeezed = Image.fromarray(original).resize((16, 8), Image.Resampling.LANCZOS)
    np.testing.assert_array_equal(read_as_stylegan(none)[1][0], np.asarray(squeezed))
    square = read_as_stylegan(wide)[1][0]
    assert square.shape == (16, 16, 3)
    np.testing.assert_array_equal(square[4:12], covered)
    assert not square[:4].any()
    assert not square[12:].any()


def test_channels(photos, tmp_path):
    packed = kgan.data.pack(photos, tmp_path / "gray.zip", 8, channels=1)
    assert packed.shape == (8, 8, 1)
    expected = FolderSource(photos, 8, channels=1).read()
    np.testing.assert_array_equal(read_as_stylegan(packed.path)[1], expected[..., 0])
    images = np.random.default_rng(0).integers(0, 256, (2, 5, 5, 3), dtype=np.uint8)
    packed = kgan.data.pack(images, tmp_path / "array.zip", channels=1)
    gray = [np.asarray(Image.fromarray(image).convert("L")) for image in images]
    np.testing.assert_array_equal(read_as_stylegan(packed.path)[1], gray)


def test_images_of_16_bits_become_those_of_8_that_their_source_shows(tmp_path):
    (tmp_path / "in").mkdir()
    for name, low in [("a", 0), ("b", 3000)]:
        values = np.arange(48, dtype=np.uint16).reshape(6, 8) * 20 + low
        Image.fromarray(values).save(tmp_path / "in" / f"{name}.png")
    for window in (None, (0, 1000)):
        packed = kgan.data.pack(
            tmp_path / "in", tmp_path / f"{window}.zip", 4, window=window
        )
        expected = as_bytes(FolderSource(tmp_path / "in", 4, window=window).read())
        np.testing.assert_array_equal(kgan.data.source(packed.path).read(), expected)


def test_floats_of_arrays_are_bytes(tmp_path):
    images = np.random.default_rng(0).uniform(-1, 1, (3, 6, 6, 3)).astype(np.float32)
    packed = kgan.data.pack((images, np.array([2, 0, 1])), tmp_path / "a.zip", 4)
    expected = kgan.data.source(images, 4).read()
    _, written, labels = read_as_stylegan(packed.path)
    np.testing.assert_array_equal(written, as_bytes(expected))
    assert labels == [2, 0, 1]


def test_digits_and_the_first_of_many(tmp_path):
    told = []
    packed = kgan.data.pack(
        "digits",
        tmp_path / "digits.zip",
        max_images=70,
        progress=lambda done, total: told.append((done, total)),
    )
    digits = kgan.data.source("digits")
    after = kgan.data.source(packed.path)
    np.testing.assert_array_equal(after.read(), digits.read(np.arange(70)))
    np.testing.assert_array_equal(after.labels, digits.labels[:70])
    assert after.class_names == digits.class_names
    assert told == [(number + 1, 70) for number in range(70)]


def test_tfds_is_read_without_being_held(real_tfds, tmp_path):
    options = {"split": "test[:20]", "data_dir": real_tfds}
    packed = kgan.data.pack("mnist", tmp_path / "a.zip", 32, **options)
    before = kgan.data.source("mnist", 32, **options)
    after = kgan.data.source(packed.path)
    np.testing.assert_array_equal(after.read(), before.read())
    np.testing.assert_array_equal(after.labels, before.labels)


@pytest.mark.parametrize("labels", [[3, 1], [[0.1, 2.0], [1e-3, -4.0]]])
def test_labels_of_a_file_are_kept(tmp_path, picture, labels):
    for name in "ab":
        picture(f"in/x/{name}.png")
    content = {"labels": [["x/b.png", labels[1]], ["x/a.png", labels[0]]]}
    (tmp_path / "in/dataset.json").write_text(json.dumps(content))
    for how in ("auto", "file"):
        packed = kgan.data.pack(tmp_path / "in", tmp_path / f"{how}.zip", labels=how)
        before, after = FolderSource(tmp_path / "in"), FolderSource(packed.path)
        assert packed.condition_size == (2 if labels[0] != 3 else None)
        for name in ("labels", "conditions"):
            np.testing.assert_array_equal(getattr(after, name), getattr(before, name))
    packed = kgan.data.pack(tmp_path / "in", tmp_path / "no.zip", labels="none")
    assert read_as_stylegan(packed.path)[2] is None
    packed = kgan.data.pack(tmp_path / "in", tmp_path / "x.zip", labels="folders")
    assert read_as_stylegan(packed.path)[2] == [0, 0]


def test_without_labels_the_file_says_null(tmp_path, picture):
    picture("in/a.png")
    packed = kgan.data.pack(tmp_path / "in", tmp_path / "a.zip")
    assert read_as_stylegan(packed.path)[2] is None
    assert (packed.num_classes, packed.class_names) == (None, None)


@pytest.fixture
def damaged(photos, picture):
    """The photos, one of which is cut off, beside what is no image."""
    file = photos / "cats" / "b.png"
    file.write_bytes(file.read_bytes()[:-40])
    (photos / "notes.txt").write_text("no image")
    return photos


def test_a_broken_image_is_named_or_left_out(damaged, tmp_path):
    message = r"Each image of .*photos must be readable.*1 that .*cats/b\.png \("
    with pytest.raises(ValueError, match=message):
        kgan.data.pack(damaged, tmp_path / "a.zip", 8)
    assert [path.name for path in tmp_path.iterdir()] == ["photos"]
    packed = kgan.data.pack(damaged, tmp_path / "a.zip", 8, skip_broken=True)
    assert (packed.count, packed.skipped, packed.enlarged) == (4, 1, 1)
    assert kgan.data.source(packed.path).labels.tolist() == [0, 1, 1, 1]


@pytest.mark.parametrize("name", ["a.zip", "a"])
@pytest.mark.parametrize("error", [KeyboardInterrupt(), "full", "broken"])
def test_nothing_half_written_is_left(photos, tmp_path, name, error, monkeypatch):
    def progress(done, total):
        if done < 3:
            return
        if error == "full":
            raise OSError(errno.ENOSPC, "No space left on device")
        if isinstance(error, KeyboardInterrupt):
            raise error
        pytest.fail("went on")

    if error == "broken":  # since it was looked at

        def originals(self):
            yield from [lambda: np.zeros((8, 8, 3), np.uint8)] * 2
            (photos / "dogs/c.png").write_bytes(b"cut")
            yield from list(whole(self))[2:]

        whole = FolderSource.originals
        monkeypatch.setattr(FolderSource, "originals", originals)
    expected = {"full": OSError, "broken": ValueError}.get(error, KeyboardInterrupt)
    said = {"full": "nothing was left there: No space", "broken": r"dogs/c\.png"}
    with pytest.raises(expected, match=said.get(error)):
        kgan.data.pack(photos, tmp_path / name, 8, progress=progress)
    assert [path.name for path in tmp_path.iterdir()] == ["photos"]


def test_a_full_disk_is_known_before(photos, tmp_path, monkeypatch):
    usage = shutil.disk_usage(tmp_path)._replace(free=1000)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage)
    with pytest.raises(OSError, match=r"takes about 0\.\d MB, and .* room for 0\.0 MB"):
        kgan.data.pack(photos, tmp_path / "new" / "a.zip", 64)
    assert [path.name for path in tmp_path.iterdir()] == ["photos"]


def test_few_images_are_in_memory_at_a_time(tmp_path, picture, monkeypatch):
    for number in range(60):
        picture(f"in/{number:02}.png")
    alive, most = set(), []
    decode = packing.image_files.decode

    def counted(archive, file, *args):
        alive.add(file)
        return decode(archive, file, *args)

    def progress(done, total):
        most.append(len(alive) - done)

    monkeypatch.setattr(packing.image_files, "decode", counted)
    kgan.data.pack(tmp_path / "in", tmp_path / "a.zip", progress=progress)
    assert len(most) == 60
    assert max(most) <= 20


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"output": "photos"}, r"`output` must be a ZIP or folder that is not there"),
        ({"output": "a.tar"}, r"`output` must end in \.zip"),
        ({"output": "photos/a.zip"}, r"`output` must lie outside of .*photos"),
        ({"image_size": None}, r"image_size must be given.* images of 5 sizes"),
        ({"image_size": 0}, r"image_size must be a positive integer"),
        ({"crop": "left"}, r"`crop` must be one of center, none, wide"),
        ({"crop": "wide"}, r"wider than high, for crop='wide'\. Rec.*: 8"),
        ({"channels": 2}, r"channels must be None, 1, 3 or 4\. Received: 2"),
        ({"max_images": 0}, r"max_images must be an integer of at least 1"),
        ({"labels": "all"}, r"`labels` must be one of auto, folders"),
        ({"labels": "file"}, r"labels='file' needs a dataset\.json with labels"),
        ({"name": "ring"}, r"Only images of 1, 3 or 4 channels .*: ring, of shape"),
        ({"name": "digits", "labels": "file"}, r"'auto' or 'none' for digits"),
        ({"name": np.zeros((2, 4, 4, 2), np.uint8)}, r"Only images of 1, 3 or 4"),
        ({"name": "pairs:photos:cats:dogs"}, r"must have images of equal names"),
        ({"name": "unpaired:photos:photos", "split": "all"}, r"packed, and no pairs"),
        ({"name": "no_such_data"}, r"A data set must be"),
    ],
)
def test_wrong_arguments(photos, tmp_path, options, message, monkeypatch):
    monkeypatch.chdir(tmp_path)
    options = {"name": "./photos", "output": "a.zip", "image_size": 8} | options
    with pytest.raises(ValueError, match=message):
        kgan.data.pack(**options)
    assert [path.name for path in tmp_path.iterdir()] == ["photos"]


def test_labels_that_do_not_match_are_named(photos, tmp_path):
    content = {"labels": [["cats/a.png", 1]]}
    (photos / "dataset.json").write_text(json.dumps(content))
    with pytest.raises(ValueError, match=r"none for 5 of 5 images \(cats/a\.jpg, "):
        kgan.data.pack(photos, tmp_path / "a.zip", 8)


def test_images_outside_the_folders_are_no_classes(tmp_path, picture):
    picture("in/x/a.png")
    picture("in/b.png")
    with pytest.raises(ValueError, match=r"needs all images in sub-folders"):
        kgan.data.pack(tmp_path / "in", tmp_path / "a.zip", labels="folders")
    assert not (tmp_path / "a.zip").exists()
