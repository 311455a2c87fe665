import logging
import shutil

import numpy as np
import pytest
from PIL import Image

import kgan.data
from kgan.core.pictures import as_bytes
from kgan.data import archive, image_files, pixels, storage
from kgan.data.folder import FolderSource, scan_folder


def test_pictures_are_read_in_order_of_their_names(tmp_path, picture, caplog):
    expected = [picture(name) for name in ("a.png", "b.bmp", "c.tiff")]
    with caplog.at_level(logging.WARNING):
        source = FolderSource(tmp_path)
    assert source.shape == (6, 8, 3)
    assert source.num_examples == 3
    assert source.num_classes is None
    assert source.labels is None
    np.testing.assert_array_equal(source.read(), expected)
    np.testing.assert_array_equal(source.read([2, 0]), [expected[2], expected[0]])
    assert caplog.text == ""


def test_a_jpeg_is_close_to_its_original(tmp_path, picture):
    picture("a.jpg", value=(200, 30, 90), quality=95)
    pixel = FolderSource(tmp_path).read()[0, 3, 3].astype(int)
    assert np.abs(pixel - (200, 30, 90)).max() <= 3


def test_content_counts_and_not_the_name(tmp_path, picture):
    picture("a.png")
    (tmp_path / "a.png").rename(tmp_path / "no_ending")
    assert FolderSource(tmp_path).num_examples == 1


def test_sub_folders_are_classes(tmp_path, picture):
    for name in ("dogs/1.png", "cats/9.png", "cats/more/2.png", "eels/x.png"):
        picture(name)
    (tmp_path / "empty").mkdir()
    source = FolderSource(tmp_path)
    assert source.class_names == ("cats", "dogs", "eels")
    assert source.num_classes == 3
    assert source.labels.dtype == np.int32
    assert source.labels.tolist() == [0, 0, 1, 2]


def test_pictures_outside_the_sub_folders_leave_no_classes(tmp_path, picture, caplog):
    picture("dogs/1.png")
    picture("2.png")
    source = FolderSource(tmp_path)
    assert source.num_classes is None
    assert "images outside the sub-folders: no classes" in caplog.text


@pytest.fixture
def damaged(tmp_path, picture):
    """A folder with two good pictures among much else."""
    picture("good.png")
    picture("good.jpg")
    picture("cut.jpg", size=(64, 64))
    whole = (tmp_path / "cut.jpg").read_bytes()
    (tmp_path / "cut.jpg").write_bytes(whole[: len(whole) * 2 // 3])
    picture("flipped.png")
    broken = bytearray((tmp_path / "flipped.png").read_bytes())
    broken[60] ^= 255
    (tmp_path / "flipped.png").write_bytes(broken)
    (tmp_path / "notes.txt").write_text("not a picture")
    (tmp_path / "empty.png").write_bytes(b"")
    (tmp_path / ".DS_Store").write_bytes(b"x")
    picture(".thumbs/small.png")
    Image.fromarray(np.full((6, 8), np.nan, np.float32)).save(tmp_path / "float.tiff")
    return tmp_path


SKIPPED = (
    ".DS_Store",
    ".thumbs",
    "cut.jpg",
    "empty.png",
    "flipped.png",
    "float.tiff",
    "notes.txt",
)


def test_what_is_no_picture_is_counted_and_named(damaged, caplog):
    source = FolderSource(damaged)
    assert source.num_examples == 2
    assert tuple(name for name, _ in source.skipped) == SKIPPED
    reasons = dict(source.skipped)
    assert reasons["notes.txt"] == "not an image"
    assert reasons[".thumbs"] == "hidden"
    assert "truncated" in reasons["cut.jpg"]
    assert reasons["float.tiff"] == "has values that are NaN or infinite"
    assert len(caplog.records) == 1
    assert "skipped 7 of 9 files" in caplog.text
    assert all(name in caplog.text for name in SKIPPED)


def test_strict_refuses_what_is_no_picture(damaged):
    with pytest.raises(
        ValueError, match=r"strict=True needs images alone.*7 of 9.*cut"
    ):
        FolderSource(damaged, strict=True)


def test_a_message_names_ten_files_and_counts_the_others(tmp_path, picture, caplog):
    picture("a.png")
    for index in range(13):
        (tmp_path / f"{index:02}.txt").write_text("x")
    source = FolderSource(tmp_path)
    assert len(source.skipped) == 13
    assert "09.txt (not an image) and 3 more" in caplog.text
    assert "10.txt" not in caplog.text


def test_no_picture_at_all(tmp_path):
    with pytest.raises(ValueError, match=r"Expected images in .*Received: no files"):
        FolderSource(tmp_path)
    (tmp_path / "notes.txt").write_text("x")
    with pytest.raises(ValueError, match=r"skipped 1 of 1 files: notes.txt \(not an"):
        FolderSource(tmp_path)


def test_no_folder(tmp_path, picture):
    with pytest.raises(ValueError, match=r"folder or a ZIP at .*: nothing there"):
        FolderSource(tmp_path / "missing")
    picture("a.png")
    with pytest.raises(ValueError, match=r"a ZIP at .*a\.png.*: another file"):
        FolderSource(tmp_path / "a.png")


def test_several_sizes_need_image_size(tmp_path, picture):
    picture("a.png", (6, 8))
    picture("b.png", (6, 8))
    picture("c.png", (9, 5))
    message = r"images of 2 sizes.*None \(2 of 3 images have .* \(6, 8\)\)"
    with pytest.raises(ValueError, match=message):
        FolderSource(tmp_path)
    assert FolderSource(tmp_path, image_size=4).read().shape == (3, 4, 4, 3)
    assert FolderSource(tmp_path, image_size=(4, 2)).read().shape == (3, 4, 2, 3)


def test_resizing_covers_and_crops_like_pixels_fit(tmp_path, picture):
    original = picture("a.png", (12, 30))
    resized = FolderSource(tmp_path, image_size=(6, 9)).read()[0]
    np.testing.assert_array_equal(resized, pixels.fit_array(original, (6, 9)))


@pytest.mark.parametrize(
    ("modes", "channels"),
    [
        (["L", "L"], 1),
        (["L", "RGB"], 3),
        (["RGB", "RGBA"], 3),
        (["L", "RGBA"], 3),
        (["RGBA", "RGBA"], 4),
    ],
)
def test_the_mode_that_all_pictures_share(tmp_path, picture, modes, channels):
    for index, mode in enumerate(modes):
        picture(f"{index}.png", mode=mode)
    assert FolderSource(tmp_path).read().shape == (2, 6, 8, channels)
    for forced in (1, 3, 4):
        source = FolderSource(tmp_path, channels=forced)
        assert source.read().shape == (2, 6, 8, forced)


def test_conversions_are_said(tmp_path, picture, caplog):
    picture("a.png", mode="L")
    picture("b.png", mode="RGBA", value=(0, 0, 0, 0))
    images = FolderSource(tmp_path).read()
    assert (images[1] == 255).all()
    assert "1 of 2 images are gray, read as colour" in caplog.text
    assert "alpha of 1 of 2 laid over white" in caplog.text
    caplog.clear()
    FolderSource(tmp_path, channels=1)
    assert "1 of 2 images converted to gray" in caplog.text


def test_palettes_are_colour(tmp_path):
    image = Image.fromarray(np.array([[0, 1]], np.uint8)).convert("P")
    image.putpalette([10, 20, 30, 40, 50, 60])
    image.save(tmp_path / "a.png")
    image.save(tmp_path / "b.gif")
    expected = [[[10, 20, 30], [40, 50, 60]]]
    np.testing.assert_array_equal(FolderSource(tmp_path).read(), [expected, expected])


def test_16_bit_gray_keeps_its_range(tmp_path):
    Image.fromarray(np.array([[0, 32768, 65535]], np.uint16)).save(tmp_path / "a.png")
    source = FolderSource(tmp_path)
    assert as_bytes(source.read())[0, 0, :, 0].tolist() == [0, 128, 255]
    expected = np.float32([-1, 32768 / 32767.5 - 1, 1])
    np.testing.assert_allclose(source.read()[0, 0, :, 0], expected, atol=1e-7)


def test_pictures_stand_upright(tmp_path, picture):
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned by 90 degrees clockwise
    original = picture("a.png", (6, 8), exif=exif)
    source = FolderSource(tmp_path)
    assert source.scan.sizes == {(8, 6): 1}
    np.testing.assert_array_equal(source.read()[0], np.rot90(original, -1))


def test_beyond_the_memory_limit_pictures_are_decoded_when_read(tmp_path, picture):
    expected = np.stack([picture(f"{index}.png") for index in range(4)])
    source = FolderSource(tmp_path, memory_limit=expected.nbytes - 1)
    assert source.array is None
    np.testing.assert_array_equal(source.read(), expected)
    np.testing.assert_array_equal(source.read([3, 3, 0]), expected[[3, 3, 0]])
    assert FolderSource(tmp_path, memory_limit=expected.nbytes).array is not None


def test_a_cache_is_written_once_and_follows_the_files(tmp_path, picture, monkeypatch):
    picture("photos/a.png")
    options = {"memory_limit": 0, "cache_dir": tmp_path / "cache"}
    first = FolderSource(tmp_path / "photos", **options)
    assert isinstance(first.array, np.memmap)
    with monkeypatch.context() as patch:
        patch.setattr(storage, "in_memory", None)
        patch.setattr(image_files, "decode", None)
        again = FolderSource(tmp_path / "photos", **options)
        np.testing.assert_array_equal(again.read(), first.read())
    changed = picture("photos/a.png", (6, 8), mode="RGB", value=7)
    picture("photos/b.png")
    np.testing.assert_array_equal(
        FolderSource(tmp_path / "photos", **options).read([0]), [changed]
    )


@pytest.mark.parametrize("channels", [0, 2, 5, "rgb"])
def test_wrong_channels(tmp_path, channels):
    with pytest.raises(ValueError, match="channels must be None, 1, 3 or 4"):
        FolderSource(tmp_path, channels=channels)


def test_scan_says_what_there_is(tmp_path, picture):
    picture("a/1.png", (6, 8))
    picture("a/2.png", (6, 8), mode="L")
    picture("b/3.png", (5, 5), mode="RGBA")
    (tmp_path / "b/x.txt").write_text("x")
    scan = scan_folder(str(tmp_path))
    assert scan.files == ("a/1.png", "a/2.png", "b/3.png")
    assert scan.sizes == {(6, 8): 2, (5, 5): 1}
    assert (scan.num_gray, scan.num_transparent, scan.channels) == (1, 1, 3)
    assert scan.class_names == ("a", "b")
    assert scan.skipped == (("b/x.txt", "not an image"),)


# === Classes ===


def test_linked_class_folders_are_classes(tmp_path, picture):
    expected = [picture("data/cats/1.png"), picture("elsewhere/2.png")]
    for name in ("elsewhere/dogs/1.png", "elsewhere/dogs/2.png"):
        picture(name)
    (tmp_path / "data/dogs").symlink_to(tmp_path / "elsewhere/dogs")
    (tmp_path / "data/hounds").symlink_to("dogs")
    (tmp_path / "data/cats/2.png").symlink_to(tmp_path / "elsewhere/2.png")
    source = FolderSource(tmp_path / "data")
    assert source.class_names == ("cats", "dogs", "hounds")
    assert source.labels.tolist() == [0, 0, 1, 1, 2, 2]
    assert source.skipped == ()
    np.testing.assert_array_equal(source.read()[:2], expected)


def test_a_loop_of_links_is_said(tmp_path, picture, caplog):
    picture("data/cats/1.png")
    (tmp_path / "data/cats/all").symlink_to(tmp_path / "data")
    (tmp_path / "data/gone").symlink_to(tmp_path / "nothing")
    source = FolderSource(tmp_path / "data")
    assert source.num_examples == 1
    reasons = dict(source.skipped)
    assert reasons["cats/all"] == "leads back to a folder that it lies in"
    assert reasons["gone"] == "a link to nothing"
    assert "cats/all" in caplog.text


def test_what_several_links_lead_to_counts_once_in_a_class(tmp_path, picture, caplog):
    picture("root/cats/1.png")
    picture("root/dogs/2.png")
    picture("elsewhere/3.png")
    (tmp_path / "root/cats/copy.png").symlink_to("1.png")
    for name in ("one", "two"):
        (tmp_path / f"root/dogs/{name}.png").symlink_to(tmp_path / "elsewhere/3.png")
    source = FolderSource(tmp_path / "root")
    assert source.files == ("cats/1.png", "dogs/2.png", "dogs/one.png")
    assert source.skipped == (
        ("cats/copy.png", "the same file as cats/1.png"),
        ("dogs/two.png", "the same file as dogs/one.png"),
    )
    assert "in several classes" not in caplog.text


def test_images_that_links_put_into_several_classes_are_said(tmp_path, picture, caplog):
    picture("cats/1.png")
    picture("dogs/2.png")
    (tmp_path / "cats/also").symlink_to("../dogs")
    (tmp_path / "dogs/also").symlink_to("../cats")
    source = FolderSource(tmp_path)
    assert source.num_examples == 4
    assert "2 images are in several classes, by links" in caplog.text


def test_a_class_folder_without_images_is_said_once(tmp_path, picture, caplog):
    picture("cats/1.png")
    picture("dogs/1.png")
    (tmp_path / "eels").mkdir()
    (tmp_path / "fish/deep").mkdir(parents=True)
    (tmp_path / "fish/deep/notes.txt").write_text("x")
    source = FolderSource(tmp_path)
    assert source.class_names == ("cats", "dogs")
    reasons = dict(source.skipped)
    assert reasons["eels"] == reasons["fish"] == "a folder without images"
    assert len(caplog.records) == 1
    assert caplog.text.count("eels (a folder without images)") == 1
    with pytest.raises(ValueError, match=r"strict=True .*eels \(a folder without"):
        FolderSource(tmp_path, strict=True)


def test_classes_that_differ_in_case_alone_are_said_once(tmp_path, picture, caplog):
    for name in ("Cat/1.png", "cat/1.png", "dog/1.png", "e\u0301/1.png", "\xc9/1.png"):
        picture(name)
    source = FolderSource(tmp_path)
    assert source.num_classes == 5
    assert len(caplog.records) == 1
    assert "names differ in case alone: Cat, cat" in caplog.text
    assert "dog" not in caplog.text
    assert "e\u0301, \xc9" in caplog.text


def test_a_file_that_may_not_be_read_is_said(tmp_path, picture, monkeypatch):
    picture("a.png")
    picture("b.png")
    open_file = archive.Folder.open

    def refuse(self, name):
        if name == "b.png":
            raise PermissionError(13, "Permission denied", str(self.path / name))
        return open_file(self, name)

    monkeypatch.setattr(archive.Folder, "open", refuse)
    assert FolderSource(tmp_path).skipped == (("b.png", "Permission denied"),)


# === What is done to images is said ===


def save_gif(path, frames=3):
    images = [
        Image.fromarray(np.full((6, 8), 60 * index, np.uint8))
        for index in range(frames)
    ]
    images[0].save(path, save_all=True, append_images=images[1:])
    return images


def test_of_several_frames_or_pages_the_first_is_read(tmp_path, picture, caplog):
    picture("a.png", mode="L")
    for name in ("b.gif", "c.tiff", "d.webp", "e.png"):
        save_gif(tmp_path / name)
    source = FolderSource(tmp_path)
    assert (source.read()[1:] == 0).all()
    assert "4 of 5 images have several frames or pages: the first was read" in (
        caplog.text
    )
    assert len(caplog.records) == 1


def test_palettes_and_other_colour_spaces_are_said(tmp_path, picture, caplog):
    picture("a.png")
    image = Image.fromarray(np.array([[0, 1]], np.uint8).repeat(6, 0).repeat(4, 1), "P")
    image.putpalette([10, 20, 30, 40, 50, 60])
    image.save(tmp_path / "b.png", transparency=0)
    for number in range(2):
        Image.new("CMYK", (8, 6), (0, 255, 255, 0)).save(tmp_path / f"c{number}.jpg")
    images = FolderSource(tmp_path).read()
    np.testing.assert_array_equal(images[1, 0, [0, 7]], [[255] * 3, [40, 50, 60]])
    assert images[2, 3, 3, 0] > 200 > 60 > images[2, 3, 3, 1]
    for note in (
        "alpha of 1 of 4 laid over white",
        "1 of 4 images have a palette: read as colours",
        "2 of 4 images converted from CMYK to RGB",
    ):
        assert caplog.text.count(note) == 1


@pytest.mark.parametrize("channels", [1, 3, 4])
def test_a_tiff_in_lab_is_converted(tmp_path, channels, caplog):
    lab = np.zeros((6, 8, 3), np.uint8)
    lab[..., 0], lab[:, 4:, 0] = 255, 0
    Image.fromarray(lab, "LAB").save(tmp_path / "a.tif")
    with Image.open(tmp_path / "a.tif") as image:
        assert image.mode == "LAB"
    image = FolderSource(tmp_path, channels=channels).read()[0]
    assert image.shape == (6, 8, channels)
    assert image[0, 0, 0] > 250
    assert image[0, 7, 0] < 5
    assert "1 of 1 images converted from LAB to RGB" in caplog.text


def test_an_image_that_breaks_later_is_named(tmp_path, picture):
    picture("a.png")
    picture("b.png")
    source = FolderSource(tmp_path, memory_limit=0)
    (tmp_path / "b.png").write_bytes(b"broken")
    with pytest.raises(
        ValueError, match=r"b\.png in .* must be an image .*: cannot id"
    ):
        source.read([1])
    (tmp_path / "b.png").unlink()
    with pytest.raises(ValueError, match=r"b\.png in .*Received: No such file"):
        source.read([1])
    Image.fromarray(np.zeros((6, 8), np.uint16)).save(tmp_path / "b.png")
    with pytest.raises(ValueError, match=r"b\.png in .*an image of more than 8 bits"):
        source.read([1])


@pytest.mark.parametrize(
    ("name", "content", "kind", "package"),
    [
        ("a.dcm", b"\0" * 128 + b"DICM", "DICOM", "pydicom"),
        ("no_ending", b"\0" * 128 + b"DICM", "DICOM", "pydicom"),
        ("a.nii", b"\x5c\1\0\0" + b"\0" * 340 + b"n+1\0", "NIfTI", "nibabel"),
        ("a.nii.gz", b"\x1f\x8b", "NIfTI", "nibabel"),
        ("a.HEIC", b"\0\0\0\x1cftypheic", "HEIC", "pillow-heif"),
    ],
)
def test_how_other_formats_become_images_is_said(
    tmp_path, picture, caplog, name, content, kind, package
):
    (tmp_path / name).write_bytes(content)
    (tmp_path / f"2{name}").write_bytes(content)
    sentence = f"{kind} files become images by `python -c "
    with pytest.raises(ValueError, match="Expected images in") as caught:
        FolderSource(tmp_path)
    assert str(caught.value).count(sentence) == 1
    assert f"pip install {package}" in str(caught.value)
    picture("photo.png")
    assert dict(FolderSource(tmp_path).skipped)[name] == kind
    assert caplog.text.count(sentence) == 1


def test_a_zip_is_read_as_the_folder_that_it_packs(tmp_path, picture):
    for name in ("photos/cats/1.png", "photos/dogs/2.png", "photos/dogs/notes.txt"):
        picture(name) if name.endswith("png") else (tmp_path / name).write_text("x")
    folder = FolderSource(tmp_path / "photos")
    # With and without the folder's own name.
    for root, inside in ((tmp_path, "photos"), (tmp_path / "photos", ".")):
        packed = shutil.make_archive(tmp_path / "packed", "zip", root, inside)
        source = kgan.data.source(packed)
        assert source.class_names == ("cats", "dogs")
        assert source.labels.tolist() == [0, 1]
        np.testing.assert_array_equal(source.read(), folder.read())
        assert source.identity() == folder.identity()
        assert len(source.skipped) == 1


def test_a_zip_with_one_folder_of_images_has_no_classes(tmp_path, picture, caplog):
    picture("images/1.png")
    picture("images/2.png")
    shutil.make_archive(tmp_path / "images", "zip", tmp_path, "images")
    assert FolderSource(tmp_path / "images.zip").num_classes is None
    assert FolderSource(tmp_path / "images").num_classes is None
    assert caplog.text == ""


def test_strict_about_broken_images_alone(damaged):
    message = r"Each image of .*: 4 that cannot be .*cut\.jpg .*empty\.png"
    with pytest.raises(ValueError, match=message):
        FolderSource(damaged, strict="broken")
    for name in ("cut.jpg", "empty.png", "flipped.png", "float.tiff"):
        (damaged / name).unlink()
    source = FolderSource(damaged, strict="broken")
    assert source.scan.broken == ()
    assert len(source.skipped) == 3


def test_originals_have_the_size_of_their_files(tmp_path, picture):
    expected = [picture("a.png", (6, 8)), picture("b.png", (9, 5))]
    found = [read() for read in FolderSource(tmp_path, image_size=4).originals()]
    for image, original in zip(found, expected, strict=True):
        np.testing.assert_array_equal(image, original)
