import unicodedata

import numpy as np
import pytest
from PIL import Image

from kgan.data import archive, image_sets
from kgan.data.image_sets import match


def read(path, first="a", second="b"):
    names = {"source": first, "target": second}
    return image_sets.read(archive.find(path), names, dict.fromkeys(names))


def test_images_match_by_their_names(tmp_path, picture):
    for name in (
        "a/2.png",
        "a/1.png",
        "a/in/3.png",
        "b/1.bmp",
        "b/2.png",
        "b/in/3.jpg",
    ):
        picture(name)
    sets = read(tmp_path)
    assert match(sets) == (["1", "2", "in/3"], ())
    assert sets[1].files == {"1": "b/1.bmp", "2": "b/2.png", "in/3": "b/in/3.jpg"}
    assert sets[0].infos["1"].size == (6, 8)


def test_sets_may_lie_deeper(tmp_path, picture):
    for name in ("all/a/1.png", "all/b/1.png", "top.png"):
        picture(name)
    sets = read(tmp_path, "all/a", "all/b/")
    assert [one.name for one in sets] == ["all/a", "all/b"]
    assert match(sets)[0] == ["1"]


def test_only_the_last_ending_is_cut(tmp_path, picture):
    for name in ("a/1.x.png", "a/1.y.png", "b/1.x.png", "b/1.y.png"):
        picture(name)
    assert match(read(tmp_path))[0] == ["1.x", "1.y"]


def test_letters_match_however_they_are_composed(tmp_path, picture):
    for name, form in (("a", "NFC"), ("b", "NFD")):
        picture(f"{name}/{unicodedata.normalize(form, 'é')}.png")
    assert match(read(tmp_path))[0] == ["\u00e9"]


def test_what_has_no_partner_is_left_out(tmp_path, picture):
    for name in ("a/1.png", "a/2.png", "b/1.png", "b/3.png"):
        picture(name)
    for name in ("a/1.txt", "a/9.txt", "b/9.txt"):
        (tmp_path / name).write_text("x")
    keys, left_out = match(read(tmp_path))
    assert keys == ["1"]
    assert left_out == (
        ("a/1.txt", "not an image"),
        ("a/2.png", "has no partner"),
        ("a/9.txt", "not an image"),
        ("b/3.png", "has no partner"),
        ("b/9.txt", "not an image"),
    )


def test_no_partner_at_all(tmp_path, picture):
    for name in ("a/1.png", "a/2.png", "b/3.png"):
        picture(name)
    message = r"equal names. .* 2 images in a such as a/1.png and 1 images in b such as"
    with pytest.raises(ValueError, match=message):
        match(read(tmp_path))


def test_a_partner_that_is_broken(tmp_path, picture):
    for name in ("a/1.png", "b/1.png", "a/2.png", "b/2.png"):
        picture(name)
    whole = (tmp_path / "b/2.png").read_bytes()
    (tmp_path / "b/2.png").write_bytes(whole[:60])
    message = r"must be readable. Received: b/2.png \(.*\); 1 in b are not"
    with pytest.raises(ValueError, match=message):
        match(read(tmp_path))


def test_a_name_that_stands_for_two_images(tmp_path, picture):
    for name in ("a/1.png", "a/1.bmp", "b/1.png"):
        picture(name)
    with pytest.raises(ValueError, match=r"one image of a set .*: a/1.bmp and a/1.png"):
        read(tmp_path)


def test_wrong_names_of_sets(tmp_path, picture):
    picture("1.png")
    with pytest.raises(ValueError, match=r"for source and target in .*Received: none"):
        read(tmp_path)
    picture("a/1.png")
    with pytest.raises(ValueError, match=r"target must be .* one of a\. .*: 'b'"):
        read(tmp_path)
    (tmp_path / "b").mkdir()  # without an image
    with pytest.raises(ValueError, match=r"target must be a sub-folder with images in"):
        read(tmp_path)
    picture("b/1.png")
    with pytest.raises(ValueError, match=r"target must be .* one of a, b. .*: 'c'"):
        read(tmp_path, "a", "c")
    with pytest.raises(ValueError, match=r"source must be .* one of a, b. .*: ''"):
        read(tmp_path, "", "a")
    with pytest.raises(ValueError, match=r"another sub-folder than source.*'a' for bo"):
        read(tmp_path, "a", "a")


def test_a_message_names_ten_sets(tmp_path, picture):
    for number in range(12):
        picture(f"{number:02}/1.png")
    with pytest.raises(ValueError, match=r"one of 00, .*, 09, \.\.\.\. Received: 'a'"):
        read(tmp_path)


@pytest.mark.parametrize(
    ("modes", "channels"), [("LL", 1), (("LA", "L"), 1), (("L", "RGB"), 3)]
)
def test_channels_of_a_set(tmp_path, picture, modes, channels, caplog):
    for number, mode in enumerate(modes):
        picture(f"a/{number}.png", mode=mode)
        picture(f"b/{number}.png")
    sets = read(tmp_path)
    assert sets[0].shape(["0", "1"], None, None) == (6, 8, channels)
    assert ("a in" in caplog.text) == (len(set(modes)) > 1)
    assert sets[0].shape(["0", "1"], (2, 3), 3) == (2, 3, 3)
    assert sets[0].shape(["0"], None, None) == (6, 8, 1)


def test_several_sizes_in_a_set(tmp_path, picture):
    for name, size in (
        ("a/1", (6, 8)),
        ("a/2", (5, 5)),
        ("b/1", (6, 8)),
        ("b/2", (6, 8)),
    ):
        picture(f"{name}.png", size)
    sets = read(tmp_path)
    assert sets[1].shape(["1", "2"], None, None) == (6, 8, 3)
    with pytest.raises(
        ValueError, match=r"image_size must be given, since a in .*2 si"
    ):
        sets[0].shape(["1", "2"], None, None)


def test_sets_and_images_may_be_links(tmp_path, picture):
    for name in ("data/a/1.png", "data/a/2.png", "elsewhere/1.png", "elsewhere/3.png"):
        picture(name)
    (tmp_path / "data/b").symlink_to("../elsewhere")
    (tmp_path / "elsewhere/2.png").symlink_to("1.png")
    (tmp_path / "elsewhere/loop").symlink_to(tmp_path / "data")
    keys, left_out = match(read(tmp_path / "data"))
    assert keys == ["1", "2"]
    assert left_out == (
        ("b/3.png", "has no partner"),
        ("b/loop", "leads back to a folder that it lies in"),
    )


def test_a_link_to_nothing_is_no_partner_to_overlook(tmp_path, picture):
    for name in ("a/1.png", "b/1.png", "a/2.png"):
        picture(name)
    (tmp_path / "b/2.png").symlink_to(tmp_path / "gone.png")
    message = r"must be readable. Received: b/2.png \(a link to nothing\); 1 in b are"
    with pytest.raises(ValueError, match=message):
        match(read(tmp_path))


def test_how_another_format_is_converted_is_said(tmp_path, picture):
    picture("a/1.png")
    picture("b/2.png")
    (tmp_path / "b/1.dcm").write_bytes(bytes(128) + b"DICM")
    advice = r"DICOM files become images by `python -c"
    with pytest.raises(ValueError, match=rf"b/1.dcm \(DICOM\); 1 in b .*{advice}"):
        match(read(tmp_path))
    (tmp_path / "a/1.png").unlink()
    picture("a/3.png")
    with pytest.raises(ValueError, match=rf"none in common .*1.dcm .*{advice}"):
        match(read(tmp_path))


def test_what_is_done_to_the_images_of_a_set_is_said(tmp_path, picture, caplog):
    pages = [Image.fromarray(np.full((6, 8), 9 * i, np.uint8)) for i in range(3)]
    for name in "12":
        picture(f"a/{name}.png")
        (tmp_path / "b").mkdir(exist_ok=True)
        pages[0].save(tmp_path / f"b/{name}.tiff", save_all=True, append_images=pages)
    sets = read(tmp_path)
    sets[1].shape(["1", "2"], None, None)
    note = "2 of 2 images have several frames or pages: the first was read"
    assert caplog.text.count(note) == 1
    assert sets[1].window(["1", "2"], None, "target_window") is None


def test_the_window_of_a_set_is_that_of_the_images_with_these_keys(tmp_path, caplog):
    for name, highest in [("a/1", 900), ("a/2", 4000), ("a/3", 60_000), ("b/1", 5)]:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        image = Image.fromarray(np.array([[3, highest]], np.uint16))
        image.save(tmp_path / f"{name}.png")
    (one, _) = read(tmp_path)
    assert one.window(["1", "2"], None, "source_window") == (3, 4000)
    assert "2 of 2 images have 16 or 32 bits a pixel" in caplog.text
    assert one.window(["1", "2"], (0, 4095), "source_window") == (0, 4095)
    with pytest.raises(ValueError, match="source_window must be None or"):
        one.window(["1", "2"], (5, 1), "source_window")
