"""`kgan translate`: which files it reads, writes, replaces and refuses."""

import re
import zipfile

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers
from PIL import Image
from two_sets import convolution

import kgan
from kgan.cli import main
from kgan.data import label_maps as data_labels
from kgan.runs import directory, provenance


def judge(shape):
    x = source = keras.Input(shape)
    return keras.Model(source, layers.Conv2D(1, 3)(x))


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    """The path of a saved CycleGAN between RGB and gray images of any size."""
    path = tmp_path_factory.mktemp("models") / "any.keras"
    networks = (
        *(convolution(3, 1), convolution(1, 3)),
        *(judge((8, 8, 1)), judge((8, 8, 3))),
    )
    directory.save(kgan.CycleGAN(*networks, image_size=8), path)
    return path


@pytest.fixture(scope="module")
def fixed(tmp_path_factory):
    """The path of a saved Pix2Pix that takes images of one size."""
    path = tmp_path_factory.mktemp("models") / "fixed.keras"
    x = source = keras.Input((6, 8, 1))
    x = layers.Conv2D(3, 3, padding="same", activation="tanh")(x)
    inputs = [keras.Input((6, 8, 1)), keras.Input((6, 8, 3))]
    y = layers.Conv2D(1, 3)(layers.Concatenate()(inputs))
    directory.save(kgan.Pix2Pix(keras.Model(source, x), keras.Model(inputs, y)), path)
    return path


PICTURES = {"b.png": (8, 8), "a.jpg": (8, 8), "sub/c.png": (9, 12)}


@pytest.fixture
def images(tmp_path):
    """A folder of images of two sizes."""
    folder, draw = tmp_path / "in", np.random.default_rng(0)
    for name, size in PICTURES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        pixels = draw.integers(0, 256, (*size, 3), np.uint8)
        Image.fromarray(pixels).save(folder / name)
    return folder


def translate(model, *flags):
    return main(["translate", f"--model={model}", *flags])


def read(path):
    with Image.open(path) as image:
        return np.atleast_3d(np.asarray(image))


def test_a_folder(model, images, tmp_path, capsys):
    flags = [f"--input={images}", f"--output={tmp_path}/out"]
    assert translate(model, *flags) == 0
    assert "3 images in" in capsys.readouterr().out
    written = {p.relative_to(tmp_path / "out").as_posix() for p in _files(tmp_path)}
    assert written == {"a.png", "b.png", "sub/c.png"}
    game = directory.load_model(model)
    for name, size in PICTURES.items():
        source = read(images / name)
        found = read((tmp_path / "out" / name).with_suffix(".png"))
        assert found.shape == (*size, 1)
        np.testing.assert_array_equal(found, game.translate(source[None])[0])


def _files(tmp_path):
    return [p for p in (tmp_path / "out").rglob("*") if p.is_file()]


def test_one_image_and_a_direction(model, images, tmp_path):
    flags = [f"--input={images}/b.png", f"--output={tmp_path}/out"]
    assert translate(model, *flags, "--direction=to_source") == 0
    gray = np.asarray(Image.open(images / "b.png").convert("L"))[None, ..., None]
    expected = directory.load_model(model).translate(gray, direction="to_source")
    np.testing.assert_array_equal(read(tmp_path / "out" / "b.png"), expected[0])


def test_a_zip_and_an_exported_folder(model, images, tmp_path):
    path = tmp_path / "in.zip"
    with zipfile.ZipFile(path, "w") as file:
        for name in PICTURES:
            file.write(images / name, name)
    game = directory.load_model(model)
    game.compile(dict.fromkeys(game.players, "sgd"))
    served = game.export(tmp_path / "served", allow_untrained=True)
    assert translate(served, f"--input={path}", f"--output={tmp_path}/out") == 0
    for name in PICTURES:
        expected = game.translate(read(images / name)[None])[0].astype(int)
        found = read((tmp_path / "out" / name).with_suffix(".png"))
        assert np.abs(found - expected).max() <= 1


def test_images_are_brought_to_a_size(fixed, images, tmp_path, capsys):
    flags = [f"--input={images}", f"--output={tmp_path}/out"]
    assert translate(fixed, *flags) == 1
    error = capsys.readouterr().err
    assert "`input` must have images of 6 × 8 pixels, which the network takes" in error
    assert "--image_size=8x6 brings them to it. Received: 8 × 8 in a.jpg" in error
    assert not (tmp_path / "out").exists()
    assert translate(fixed, *flags, "--image_size=8x6") == 0
    assert read(tmp_path / "out" / "sub" / "c.png").shape == (6, 8, 3)


def test_files_are_replaced_on_demand_alone(model, images, tmp_path, capsys):
    flags = [f"--input={images}", f"--output={tmp_path}/out"]
    kept = tmp_path / "out" / "sub" / "c.png"
    kept.parent.mkdir(parents=True)
    kept.write_bytes(b"mine")
    assert translate(model, *flags) == 1
    assert "--output must hold no file of an output's name" in capsys.readouterr().err
    assert [kept.read_bytes(), len(_files(tmp_path))] == [b"mine", 1]
    assert translate(model, *flags, "--overwrite") == 0
    assert read(kept).shape == (9, 12, 1)


def _broken(folder):
    (folder / "z.png").write_bytes(b"no image")


def _twice(folder):
    Image.new("RGB", (8, 8)).save(folder / "b.jpg")


def _empty(folder):
    for path in folder.rglob("*.*"):
        path.unlink()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (_broken, "`input` must hold images alone. Received: 1 that are none: z.png"),
        (_twice, "names that differ not only in their ending.*b.jpg and b.png"),
        (_empty, "`input` must hold images. Received: .*, without a file"),
    ],
)
def test_wrong_input_writes_nothing(model, images, tmp_path, change, message, capsys):
    change(images)
    flags = [f"--input={images}", f"--output={tmp_path}/out"]
    assert translate(model, *flags) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert re.search(message, line), line
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("flags", "status", "message"),
    [
        ([], 2, "--input must name an image, or a folder or ZIP of them"),
        (["--input=/nowhere"], 1, "`input` must be an image, or a folder or ZIP"),
        (["--input={images}", "--direction=back"], 1, "`direction` must be one of"),
        (["--input={images}", "--output={images}/b.png"], 1, "--output must name a"),
    ],
)
def test_wrong_flags(model, images, tmp_path, flags, status, message, capsys):
    flags = [flag.format(images=images) for flag in flags]
    if not any("--output" in flag for flag in flags):
        flags.append(f"--output={tmp_path}/out")
    assert translate(model, *flags) == status
    (line,) = capsys.readouterr().err.splitlines()
    assert message in line
    assert not (tmp_path / "out").exists()


def test_other_models_are_refused(images, tmp_path, capsys):
    gan = kgan.GAN(*kgan.models.mlp((4, 4, 1), latent_dim=2))
    gan.compile()
    directory.save(gan, tmp_path / "gan.keras")
    x = source = keras.Input((8, 8, 19))
    x = layers.Conv2D(3, 1, activation="tanh")(x)
    inputs = [keras.Input((8, 8, 19)), keras.Input((8, 8, 3))]
    y = layers.Conv2D(1, 3)(layers.Concatenate()(inputs))
    bands = kgan.Pix2Pix(keras.Model(source, x), keras.Model(inputs, y))
    directory.save(bands, tmp_path / "bands.keras")
    flags = [f"--input={images}", f"--output={tmp_path}/out"]
    for name, message in (
        ("gan", "`kgan translate` needs a game of translation, such as kgan.Pix2Pix"),
        ("bands", "from images to images of 1, 3 or 4 channels"),
    ):
        assert translate(tmp_path / f"{name}.keras", *flags) == 1
        assert message in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


@pytest.fixture
def label_maps(monkeypatch):
    """Lets any model be one of a run from label maps of three classes to two."""
    texts = {"source": "#000000,#00ff00,#0000ff", "target": "2"}
    labels = {n: data_labels.parse(f"{n}_labels", text) for n, text in texts.items()}
    monkeypatch.setattr(provenance, "labels_of", lambda path: labels)
    return labels


def test_label_maps_are_read_and_written(tmp_path, label_maps, monkeypatch, capsys):
    x = source = keras.Input((None, None, 3))
    x = layers.Conv2D(2, 1, activation="tanh")(x)
    inputs = [keras.Input((4, 5, 3)), keras.Input((4, 5, 2))]
    y = layers.Conv2D(1, 3)(layers.Concatenate()(inputs))
    networks = keras.Model(source, x), keras.Model(inputs, y)
    game = kgan.Pix2Pix(*networks, image_size=(4, 5))
    directory.save(game, tmp_path / "labels.keras")
    classes = np.random.default_rng(0).integers(0, 3, (4, 5))
    colours = np.array([[0, 0, 0], [0, 255, 0], [0, 0, 255]], np.uint8)
    (tmp_path / "in").mkdir()
    Image.fromarray(colours[classes]).save(tmp_path / "in" / "map.png")
    flags = [f"--input={tmp_path}/in", f"--output={tmp_path}/out"]
    assert translate(tmp_path / "labels.keras", *flags) == 0
    one_hot = np.eye(3, dtype="float32")[classes][None]
    found = read(tmp_path / "out" / "map.png")
    expected = game.translate(one_hot)[0].argmax(axis=-1)
    assert found.shape == (4, 5, 3)
    palette = data_labels.parse("target_labels", "2").palette
    np.testing.assert_array_equal(found, palette[expected])
    monkeypatch.undo()  # nothing is recorded any more
    assert translate(tmp_path / "labels.keras", *flags, "--overwrite") == 1
    assert "or with --source_labels or --target_labels" in capsys.readouterr().err
    flags += [f"--{role}_labels={labels}" for role, labels in label_maps.items()]
    assert translate(tmp_path / "labels.keras", *flags, "--overwrite") == 0
    np.testing.assert_array_equal(read(tmp_path / "out" / "map.png"), found)
    Image.new("RGB", (5, 4), "red").save(tmp_path / "in" / "other.png")
    assert translate(tmp_path / "labels.keras", *flags, "--overwrite") == 1
    assert "A label map must have the 3 colours" in capsys.readouterr().err


def test_one_direction_is_exported(model, tmp_path, capsys):
    game = directory.load_model(model)
    game.compile(dict.fromkeys(game.players, "sgd"))
    game.clock.rounds.assign(1)
    directory.save(game, tmp_path / "trained.keras")
    flags = ["--direction=to_source", f"--output={tmp_path}/served"]
    assert main(["export", f"--model={tmp_path}/trained.keras", *flags]) == 0
    served = tf.saved_model.load(tmp_path / "served" / "1").signatures
    assert set(served) == {"serving_default", "translate", "translate_png"}
    (spec,) = served["translate"].structured_input_signature[1].values()
    assert spec.shape.as_list() == [None, None, None, 1]
    flags[0] = "--direction=back"
    assert main(["export", f"--model={tmp_path}/trained.keras", *flags]) == 1
    assert "`direction` must be one of" in capsys.readouterr().err
