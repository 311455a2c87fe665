"""The models that come along are small, whole, and run as their pages say."""

import json
import pathlib
import re
import subprocess

import numpy as np
import pytest
import tensorflow as tf

from kgan.export import versions

ROOT = pathlib.Path(__file__).parents[1] / "saved_models"
MODELS = {"digits_conditional": (8, 8, 1), "mnist": (28, 28, 1)}
PAGE = (ROOT / "README.md").read_text("utf-8")


def test_they_are_small():
    sizes = [path.stat().st_size for path in ROOT.rglob("*") if path.is_file()]
    assert sum(sizes) <= 5_000_000


def test_the_page_names_all_of_them():
    folders = {path.name for path in ROOT.iterdir() if path.is_dir()}
    assert folders == set(MODELS)
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
    # Trained: ink on an empty ground, and no two alike.
    assert len(np.unique(images.reshape(64, -1), axis=0)) == 64
    assert (images < 64).mean() > 0.3
    assert (images > 192).mean() > 0.05


def test_the_pages_example_runs_as_it_stands(tmp_path, monkeypatch):
    (example,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "saved_models").symlink_to(ROOT)
    exec(compile(example, "README.md", "exec"), {})  # the point of the test
    image = tf.io.decode_png((tmp_path / "digit.png").read_bytes())
    assert image.shape == (28, 28, 1)
