"""Gray images of 16 and 32 bits: real files, written here, become the right floats."""

import io
import struct
import zlib

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

import kgan
from kgan.core.pictures import as_bytes
from kgan.data import wide_gray
from kgan.data.folder import FolderSource
from kgan.data.pairs import Pairs


def write_tiff(path, array, white_is_zero=False):
    """Writes the TIFF of one array `(height, width)` or `(height, width, 3)`."""
    kinds = {"u": 1, "i": 2, "f": 3}
    height, width, *channels = array.shape
    count = channels[0] if channels else 1
    bits, kind = 8 * array.dtype.itemsize, kinds[array.dtype.kind]
    data = array.astype(array.dtype.newbyteorder("<")).tobytes()
    photometric = 2 if channels else int(not white_is_zero)
    start = 8 + 2 + 10 * 12 + 4
    lists = struct.pack(f"<{2 * count}H", *[bits] * count, *[kind] * count)
    bits, kind = (start, start + 2 * count) if channels else (bits, kind)
    tags = [
        *((256, 1, width), (257, 1, height), (258, count, bits), (259, 1, 1)),
        *((262, 1, photometric), (273, 1, start + len(lists)), (277, 1, count)),
        *((278, 1, height), (279, 1, len(data)), (339, count, kind)),
    ]
    entries = b"".join(
        struct.pack("<HHII", tag, 3 if tag in (258, 339) else 4, number, value)
        for tag, number, value in tags
    )
    head = struct.pack("<2sHIH", b"II", 42, 8, len(tags))
    path.write_bytes(head + entries + bytes(4) + lists + data)


def write_png16(path, array):
    """Writes the PNG of 16-bit colours `(height, width, 3)`, which Pillow cannot."""

    def chunk(kind, data):
        check = zlib.crc32(kind + data)
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", check)

    height, width, _ = array.shape
    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in array)
    path.write_bytes(
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 16, 2, 0, 0, 0))
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )


def scan12(seed=0, shape=(8, 10), highest=4095):
    """A 12-bit image whose values lie from 100 to `highest`."""
    image = np.random.default_rng(seed).integers(100, highest + 1, shape)
    image[0, :2] = 100, highest
    return image.astype(np.uint16)


def to_unit(values, low, high):
    return 2 * (values.astype(np.float64) - low) / (high - low) - 1


def test_12_bits_in_16_bit_files_fill_the_range(tmp_path, caplog):
    scans = [scan12(0, highest=900), scan12(1), scan12(2, highest=2000)]
    for number, scan in enumerate(scans):
        Image.fromarray(scan).save(tmp_path / f"{number}.png")
    source = FolderSource(tmp_path)
    assert source.dtype == np.float32
    assert source.shape == (8, 10, 1)
    assert source.window == (100, 4095)
    images = source.read()
    assert images.dtype == np.float32
    expected = [to_unit(scan, 100, 4095)[..., None] for scan in scans]
    np.testing.assert_allclose(images, expected, atol=1e-6)
    # All 12 bits are kept: no two values fall together.
    assert len(np.unique(images)) == len(np.unique(scans))
    assert (as_bytes(images).min(), as_bytes(images).max()) == (0, 255)
    assert (
        "3 of 3 images have 16 or 32 bits a pixel: their values, from 100 to 4095"
        in (caplog.text)
    )
    assert len(caplog.records) == 1


@pytest.mark.parametrize("options", [{}, {"memory_limit": 0}, {"cache_dir": True}])
def test_training_gets_full_precision(tmp_path, options):
    scans = [scan12(seed) for seed in range(3)]
    for number, scan in enumerate(scans):
        Image.fromarray(scan).save(tmp_path / f"{number}.png")
    if "cache_dir" in options:
        options = {"memory_limit": 0, "cache_dir": tmp_path.parent / "cache"}
    batch = next(
        iter(kgan.data.load(str(tmp_path), batch_size=3, shuffle=False, **options))
    )
    assert batch.dtype == tf.float32
    expected = [to_unit(scan, 100, 4095)[..., None] for scan in scans]
    np.testing.assert_allclose(batch, expected, atol=1e-6)


def test_a_window_that_is_given(tmp_path, caplog):
    Image.fromarray(np.array([[0, 100, 600, 1100, 5000]], np.uint16)).save(
        tmp_path / "a.png"
    )
    source = kgan.data.source(str(tmp_path), window=(100, 1100))
    assert source.window == (100, 1100)
    assert source.windows == {"window": (100, 1100)}
    assert source.read()[0, 0, :, 0].tolist() == [-1, -1, 0, 1, 1]
    note = "from 0 to 5000 over all of them, (100, 1100) become [-1, 1], others are cut"
    assert note in caplog.text
    again = kgan.data.source(str(tmp_path), **source.windows)
    np.testing.assert_array_equal(again.read(), source.read())


@pytest.mark.parametrize(
    ("dtype", "low", "high"),
    [
        (np.int16, -1024, 3071),
        (np.int32, -(10**6), 10**6),
        (np.uint32, 5, 4 * 10**9),
        (np.float32, -1.5, 2.25),
        (np.uint16, 7, 60_000),
    ],
)
@pytest.mark.parametrize("white_is_zero", [False, True])
def test_tiff_of_every_depth(tmp_path, dtype, low, high, white_is_zero):
    if white_is_zero and dtype not in (np.uint16, np.float32):
        pytest.skip("Pillow reads no such TIFF")
    values = np.linspace(low, high, 48).reshape(6, 8).astype(dtype)
    write_tiff(tmp_path / "a.tiff", values, white_is_zero)
    source = FolderSource(tmp_path)
    assert source.window == (values.min(), values.max())
    expected = to_unit(values, low, high)[..., None]
    expected = -expected if white_is_zero else expected
    np.testing.assert_allclose(source.read()[0], expected, atol=1e-6)


def test_a_pgm_of_16_bits(tmp_path):
    values = scan12()
    body = b"P5 10 8 65535\n" + values.astype(">u2").tobytes()
    (tmp_path / "a.pgm").write_bytes(body)
    source = FolderSource(tmp_path)
    np.testing.assert_allclose(
        source.read()[0, ..., 0], to_unit(values, 100, 4095), atol=1e-6
    )


@pytest.mark.parametrize("plain", [False, True])
@pytest.mark.parametrize("highest", [256, 1023, 4095, 65534, 65535])
def test_a_pgm_has_its_own_units(tmp_path, plain, highest):
    values = np.linspace(0, highest, 300).astype(np.uint16)
    head = f"{'P2' if plain else 'P5'}\n30 10\n{highest}\n".encode()
    text = " ".join(map(str, values)).encode() + b"\n"
    body = text if plain else values.astype(">u2").tobytes()
    (tmp_path / "a.pgm").write_bytes(head + body)
    source = FolderSource(tmp_path, window=(0, highest))
    assert (source.scan.infos["a.pgm"].values.high, source.window[1]) == (highest,) * 2
    expected = to_unit(values, 0, highest).reshape(1, 10, 30, 1)
    np.testing.assert_allclose(source.read(), expected, atol=1e-6)


def test_a_window_that_cuts_many_pixels_is_said(tmp_path, caplog):
    for name in ("a", "b"):
        values = np.arange(100, dtype=np.uint16).reshape(10, 10)
        path = tmp_path / f"{name}/{name}.png"
        path.parent.mkdir()
        Image.fromarray(values).save(path)
    FolderSource(tmp_path, window=(3, 98))  # 4 of 100
    assert "others are cut" in caplog.text
    assert "of the pixels" not in caplog.text
    FolderSource(tmp_path, window=(50, 89))
    assert "(50, 89) become [-1, 1], others are cut, 60% of the pixels" in caplog.text
    caplog.clear()
    for name in ("b.png", "c.png"):
        Image.fromarray(values).save(tmp_path / "a" / name)
        Image.fromarray(values).save(tmp_path / "b" / name)
    Pairs(tmp_path, "a", "b", target_window=(0, 79), held_out=0)
    assert caplog.text.count("% of the pixels") == 1
    assert "(0, 79) become [-1, 1], others are cut, 20% of the pixels" in caplog.text


@pytest.mark.parametrize("dtype", [np.float64, np.float16, np.int64])
def test_a_tiff_that_is_not_read_is_said_with_a_way_out(tmp_path, picture, dtype):
    picture("a.png")
    write_tiff(tmp_path / "b.tif", np.ones((6, 8), dtype))
    source = FolderSource(tmp_path)
    assert source.skipped == (("b.tif", "float64 or other unread TIFF"),)
    with pytest.raises(
        ValueError, match=r"TIFF files become images by .*pip install tifffile"
    ):
        FolderSource(tmp_path, strict=True)


def test_a_tiff_of_signed_bytes_is_skipped_with_the_reason(tmp_path, picture):
    picture("a.png")
    write_tiff(tmp_path / "b.tiff", np.full((6, 8), -3, np.int8))
    assert FolderSource(tmp_path).skipped == (
        ("b.tiff", "signed values of 8 bits, which Pillow takes for unsigned ones"),
    )


def test_mixed_depths_have_their_own_ranges(tmp_path, picture, caplog):
    gray = picture("a.png", (8, 10), mode="L")
    scan = scan12()
    Image.fromarray(scan).save(tmp_path / "b.png")
    source = FolderSource(tmp_path)
    images = source.read()[..., 0]
    np.testing.assert_array_equal(as_bytes(source.read())[0, ..., 0], gray)
    np.testing.assert_allclose(images[1], to_unit(scan, 100, 4095), atol=1e-6)
    assert "1 of 2 images have 16 or 32 bits" in caplog.text
    assert "0 to 255 of the other 1, of 8 bits, do, too" in caplog.text


def test_16_bit_gray_among_colours(tmp_path, picture):
    colours = picture("a.png", (8, 10))
    scan = scan12()
    Image.fromarray(scan).save(tmp_path / "b.png")
    source = FolderSource(tmp_path)
    assert source.shape == (8, 10, 3)
    images = source.read()
    np.testing.assert_array_equal(as_bytes(images)[0], colours)
    for channel in np.moveaxis(images[1], -1, 0):
        np.testing.assert_allclose(channel, to_unit(scan, 100, 4095), atol=1e-6)
    opaque = FolderSource(tmp_path, channels=4).read()
    assert (opaque[..., 3] == 1).all()


@pytest.mark.parametrize("ending", ["png", "tiff", "ppm"])
def test_colours_of_16_bits_are_said_to_lose_8(tmp_path, picture, caplog, ending):
    picture(f"a.{'bmp' if ending == 'ppm' else ending}")
    colours = np.random.default_rng(0).integers(0, 65536, (6, 8, 3)).astype(np.uint16)
    path = tmp_path / f"b.{ending}"
    if ending == "png":
        write_png16(path, colours)
    elif ending == "tiff":
        write_tiff(path, colours)
    else:
        path.write_bytes(b"P6 8 6 65535\n" + colours.astype(">u2").tobytes())
    source = FolderSource(tmp_path)
    assert source.dtype == np.uint8
    assert np.abs(source.read()[1].astype(int) - colours / 257).max() <= 1
    note = "1 of 2 images have colours of 16 bits a channel, of which Pillow reads 8"
    assert note in caplog.text


def test_resizing_keeps_the_range_and_turns(tmp_path):
    edge = np.full((20, 30), 100, np.uint16)
    edge[:, 12:] = 4095
    exif = Image.Exif()
    exif[0x0112] = 6
    image = Image.fromarray(edge)
    buffer = io.BytesIO()
    image.save(buffer, "PNG", exif=exif)
    (tmp_path / "a.png").write_bytes(buffer.getvalue())
    images = FolderSource(tmp_path, image_size=(12, 8)).read()
    assert images.shape == (1, 12, 8, 1)
    assert (images.min(), images.max()) == (-1, 1)
    assert (images[0, 0] == -1).all()
    assert (images[0, -1] == 1).all()


def test_integers_and_floats_need_a_window(tmp_path):
    Image.fromarray(scan12()).save(tmp_path / "a.png")
    Image.fromarray(np.eye(8, 10, dtype=np.float32)).save(tmp_path / "b.tiff")
    message = r"window must be given, .*integers, such as a.png \(100 to 4095\), and of"
    with pytest.raises(ValueError, match=message):
        FolderSource(tmp_path)
    images = FolderSource(tmp_path, window=(0, 4095)).read()
    assert images[1].max() == pytest.approx(2 / 4095 - 1, abs=1e-6)


def test_one_value_alone_has_no_range(tmp_path):
    Image.fromarray(np.full((8, 10), 7, np.uint16)).save(tmp_path / "a.png")
    with pytest.raises(ValueError, match=r"window must be given, .* the one value 7"):
        FolderSource(tmp_path)
    assert (FolderSource(tmp_path, window=(7, 9)).read() == -1).all()


def test_a_window_for_8_bits_changes_nothing_and_is_said(tmp_path, picture, caplog):
    pixels = picture("a.png")
    source = FolderSource(tmp_path, window=(0, 100))
    assert source.window is None
    assert source.windows == {}
    np.testing.assert_array_equal(source.read()[0], pixels)
    assert "window=(0, 100) changes nothing: all images have 8 bits" in caplog.text


@pytest.mark.parametrize("window", [3, (1,), (2, 1), (1, 1), (0, np.inf), ("a", 2)])
def test_what_is_no_window_is_refused(tmp_path, window):
    Image.fromarray(scan12()).save(tmp_path / "a.png")
    message = r"window must be None or \(low, high\), two numbers in this order"
    with pytest.raises(ValueError, match=message):
        FolderSource(tmp_path, window=window)


def test_a_window_beside_all_values_is_refused(tmp_path):
    Image.fromarray(scan12()).save(tmp_path / "a.png")
    with pytest.raises(
        ValueError, match=r"which lie from 100 to 4095\. Received: \(0, 9"
    ):
        FolderSource(tmp_path, window=(0, 99))


def test_another_window_is_another_cache(tmp_path):
    Image.fromarray(scan12()).save(tmp_path / "a.png")
    options = {"memory_limit": 0, "cache_dir": tmp_path / ".cache"}
    whole = FolderSource(tmp_path, **options)
    half = FolderSource(tmp_path, window=(0, 2000), **options)
    assert not np.array_equal(whole.read(), half.read())
    assert whole.fingerprint() != half.fingerprint()


def test_pairs_have_a_window_for_each_set(tmp_path, caplog):
    scans = {name: scan12(seed) for seed, name in enumerate("abcdefghij")}
    for name, scan in scans.items():
        for folder in ("mr", "ct"):
            (tmp_path / folder).mkdir(exist_ok=True)
        Image.fromarray(scan).save(tmp_path / f"mr/{name}.png")
        write_tiff(tmp_path / f"ct/{name}.tiff", scan.astype(np.int16) - 1100)
    options = {"path": tmp_path, "source": "mr", "target": "ct", "held_out": 0.3}
    for split in ("train", "test"):
        pairs = Pairs(**options, split=split)
        assert pairs.dtype == np.float32
        assert pairs.windows == {
            "source_window": (100, 4095),
            "target_window": (-1000, 2995),
        }
        batch = next(iter(kgan.data.load(pairs, batch_size=1, shuffle=False)))
        expected = to_unit(scans[pairs.keys[0]], 100, 4095)[None, ..., None]
        for role in ("source", "target"):
            np.testing.assert_allclose(batch[role], expected, atol=1e-6)
    assert "mr in" in caplog.text
    assert "--target_window=low,high sets others" in caplog.text
    narrow = Pairs(**options, split="all", target_window=(0, 1000))
    assert narrow.windows["target_window"] == (0, 1000)
    assert narrow.windows["source_window"] == (100, 4095)


def test_values_are_summed_up():
    integers = np.array([3, 1, 2])
    assert wide_gray.summary(integers) == wide_gray.Values(1, 3, True, 3)
    assert wide_gray.summary(integers, (2, 3)) == wide_gray.Values(1, 3, True, 3, cut=1)
    assert wide_gray.summary(integers, (0, 2)) == wide_gray.Values(1, 3, True, 3, cut=1)
    floats = np.array([0.5, -1.0], np.float32)
    assert wide_gray.summary(floats) == wide_gray.Values(-1.0, 0.5, False, floats.size)
    for wrong in (np.nan, np.inf, -np.inf):
        assert wide_gray.summary(np.array([0.0, wrong, 1.0])) is None
