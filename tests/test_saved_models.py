"""The models that come along are small, whole, and run as their pages say."""

import json
import pathlib
import re
import subprocess
import zipfile

import numpy as np
import pytest
import tensorflow as tf
from scipy import ndimage

from kgan import latents
from kgan.export import FORMATS, versions
from kgan.games.exported import Exported
from kgan.runs import directory

ROOT = pathlib.Path(__file__).parents[1] / "saved_models"
MODELS = {
    "digits_conditional": (8, 8, 1),
    "mnist": (28, 28, 1),
    "portraits": (64, 64, 3),
}
# Of translators the file alone comes along, which `kgan export` makes a folder of.
TRANSLATORS = ("edges2emoji", "nuclei", "stain")
PAGE = (ROOT / "README.md").read_text("utf-8")


def test_they_are_small():
    paths = [path for path in ROOT.rglob("*") if path.is_file()]
    files = [path.stat().st_size for path in paths if path.suffix == ".keras"]
    assert max(files) <= 8_000_000
    assert sum(files) <= 26_000_000
    assert sum(path.stat().st_size for path in paths) - sum(files) <= 10_000_000


def test_weights_of_portraits_are_at_most_8_mb():
    (served,) = (ROOT / "portraits").glob("*/variables/variables.data*")
    whole = (ROOT / "portraits.keras").stat().st_size
    assert served.stat().st_size + whole <= 8_000_000


def test_the_page_names_all_of_them():
    folders = {path.name for path in ROOT.iterdir() if path.is_dir()}
    assert folders == set(MODELS)
    files = {path.stem for path in ROOT.glob("*.keras")}
    assert files == folders | set(TRANSLATORS)
    assert all(f"[`{name}`]({name}.keras)" in PAGE for name in TRANSLATORS)
    for name in folders:
        assert f"]({name}/1/README.md)" in PAGE
        assert versions.existing(ROOT / name) == [1]


@pytest.mark.parametrize("name", MODELS)
def test_checksums(name):
    check = ["sha256sum", "--check", "--quiet", versions.MANIFEST]
    subprocess.run(check, cwd=ROOT / name / "1", check=True)


@pytest.mark.parametrize("name", MODELS)
def test_the_cards_example_is_answered_with_images_of_many_kinds(name):
    path = ROOT / name / "1"
    (body,) = re.findall(r"curl -d '(.*)'", (path / "README.md").read_text("utf-8"))
    request = json.loads(body)
    loaded = tf.saved_model.load(path)
    signature = loaded.signatures[request["signature_name"]]
    specs = signature.structured_input_signature[1]
    inputs = {
        key: tf.constant(value, specs[key].dtype)
        for key, value in {**request["inputs"], "num_images": 64}.items()
    }
    images = signature(**inputs)["images"].numpy()
    assert images.shape == (64, *MODELS[name])
    # Trained: dark and light, for digits ink on an empty ground, and no two alike.
    assert len(np.unique(images.reshape(64, -1), axis=0)) == 64
    assert (images < 64).mean() > (0.2 if name == "portraits" else 0.3)
    assert (images > 192).mean() > 0.05


def test_the_pages_example_runs_as_it_stands(tmp_path, monkeypatch):
    (example,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "saved_models").symlink_to(ROOT)
    exec(compile(example, "README.md", "exec"), {})  # the point of the test
    image = tf.io.decode_png((tmp_path / "digit.png").read_bytes())
    assert image.shape == (28, 28, 1)


@pytest.fixture(scope="module")
def games():
    return {name: directory.load_model(ROOT / f"{name}.keras") for name in MODELS}


@pytest.mark.parametrize("name", MODELS)
def test_the_folder_generates_what_the_file_does(games, name):
    game, folder = games[name], directory.load_generator(ROOT / name)
    assert isinstance(folder, Exported)
    assert folder.step == game.step
    expected = game.generate(64, seed=7, start=3, truncation=0.8)
    found = folder.generate(64, seed=7, start=3, truncation=0.8)
    assert np.abs(found.astype(int) - expected).max() <= 1
    assert len(np.unique(expected.reshape(64, -1), axis=0)) == 64


@pytest.mark.parametrize("name", TRANSLATORS)
def test_a_translator_shows_its_source(name):
    game, draw = directory.load_model(ROOT / f"{name}.keras"), np.random.default_rng(0)
    inside = np.zeros((2, 64, 64), bool)
    inside[0, 8:24, 8:24] = inside[1, 40:56, 36:56] = True
    line = inside & ~ndimage.binary_erosion(inside, np.ones((1, 5, 5)))
    noise = draw.integers(0, 20, (2, 64, 64, 3))
    sources = {
        "edges2emoji": np.uint8(255) * ~line[..., None].repeat(3, axis=-1),
        "nuclei": np.eye(2, dtype=np.float32)[inside.astype(int)],
        "stain": (noise + 230 * inside[..., None]).astype(np.uint8),
    }
    images = game.translate(sources[name])
    assert images.shape == (2, 64, 64, 3)
    gray = images.mean(axis=-1)
    within, without = (
        np.array([image[part].mean() for image, part in zip(gray, parts, strict=True)])
        for parts in (inside, ~inside)
    )
    # Fluorescence is brighter inside; histology darker, and so is a drawing in colour.
    sign = 1 if name == "nuclei" else -1
    assert (sign * (within - without) > 15).all()


@pytest.mark.parametrize("name", [*MODELS, *TRANSLATORS])
def test_their_settings_hold_no_folder(name):
    for path in (ROOT / name / "1").glob("*.[mj]*"):
        assert not re.findall(r'"/|/home|/tmp', path.read_text("utf-8"))
    with zipfile.ZipFile(ROOT / f"{name}.keras") as file:
        assert '"/' not in file.read("config.json").decode()


@pytest.mark.parametrize("raw", [False, True])
@pytest.mark.parametrize("format", ["onnx", "litert", "openvino"])
@pytest.mark.parametrize("name", MODELS)
def test_files_for_other_runtimes_equal_generate(games, name, format, raw, tmp_path):
    kind, gan = FORMATS[format], games[name]
    for package in kind.packages:
        pytest.importorskip(package, reason=f"{package} is not installed")
    path = gan.export(tmp_path / f"m{kind.suffixes[0]}", format=format, raw=raw)
    drawn = latents.latents_at(gan.prior, latents.table(7), 0, 256).numpy()
    for label in range(gan.num_classes or 1):
        labels = np.full(256, label, "int32") if gan.num_classes else None
        inputs = {"latents": drawn} | ({} if labels is None else {"labels": labels})
        found = kind.run(path, inputs)
        if raw:
            sampler = gan.chosen_sampler(True)
            np.testing.assert_allclose(found, sampler.samples(drawn, labels), atol=1e-5)
            continue
        expected = gan.generate(256, seed=7, labels=None if labels is None else label)
        assert found.dtype == np.uint8
        assert np.abs(found.astype(int) - expected).max() <= 1
