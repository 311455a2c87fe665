"""`kgan export` writes what `gan.export` writes, with the run's own story."""

import importlib.util
import re

import keras
import numpy as np
import pytest
import tensorflow as tf
import tiny

from kgan import latents
from kgan.cli import main
from kgan.export import FORMATS
from kgan.runs import directory


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def test_a_run_becomes_versions_of_a_model(run_dir, tmp_path, capsys):
    for _ in range(2):
        assert main(["export", f"--model={run_dir}", "--license=CC-BY-4.0"]) == 0
    root = tmp_path / "saved_models" / "digits"
    assert sorted(path.name for path in root.iterdir()) == ["1", "2"]
    out = capsys.readouterr().out
    assert "saved_models/digits/2/README.md" in out
    card = (root / "2" / "README.md").read_text("utf-8")
    for row in (
        "| recipe | digits |",
        "| license | CC-BY-4.0 |",
        "| training | 5 rounds of the game |",
        "metrics.csv",
        "`d_loss`",
    ):
        assert row in card
    generate = tf.saved_model.load(root / "2").signatures["generate"]
    images = generate(
        num_images=tf.constant(4),
        seed=tf.constant(7, tf.int64),
        truncation=tf.constant(1.0),
    )["images"]
    expected = directory.load_model(run_dir).generate(4, seed=7)
    np.testing.assert_array_equal(images, expected)


def test_flags_reach_the_export(run_dir, tmp_path):
    command = ["export", f"--model={run_dir}", f"--output={tmp_path}/m"]
    flags = ["--version=7", "--discriminator", "--max_images=2", "--noaveraged"]
    assert main([*command, *flags]) == 0
    served = tf.saved_model.load(tmp_path / "m" / "7").signatures
    assert "discriminate" in served
    with pytest.raises(tf.errors.InvalidArgumentError, match=r"lie in \[1, 2\]"):
        served["generate"](
            num_images=tf.constant(3),
            seed=tf.constant(7, tf.int64),
            truncation=tf.constant(1.0),
        )
    drawn = tf.ones((1, 4))
    images = served["serving_default"](latents=drawn)["images"]
    gan = directory.load_model(run_dir)
    raw = (gan.generator(drawn, training=False) + 1) / 2
    np.testing.assert_allclose(images, raw, atol=1e-6)


@pytest.mark.parametrize(
    ("flags", "name", "floats"),
    [
        (["--format=onnx", "--output=f/m.onnx"], "f/m.onnx", False),
        (["--format=tflite", "--raw", "--int8"], "saved_models/digits.tflite", True),
        (["--format=openvino", "--output=m.xml", "--noaveraged"], "m.xml", False),
    ],
)
def test_files(run_dir, flags, name, floats, tmp_path, capsys):
    kind = FORMATS[flags[0].partition("=")[2]]
    for package in kind.packages:
        pytest.importorskip(package, reason=f"{package} is not installed")
    assert main(["export", f"--model={run_dir}", *flags]) == 0
    files = kind.files(tmp_path / name)
    assert tiny.files(tmp_path) == {str(f.relative_to(tmp_path)) for f in files}
    size = sum(file.stat().st_size for file in files)
    line = rf"{name}: {size:,} bytes, at most [\d.e-]+ from the network\n"
    assert re.fullmatch(line, capsys.readouterr().out)
    gan = directory.load_model(run_dir)
    drawn = latents.latents_at(gan.prior, latents.table(2), 0, 5)
    found = kind.run(tmp_path / name, {"latents": drawn.numpy()})
    assert found.dtype == (np.float32 if floats else np.uint8)
    if not floats:
        expected = gan.decode(drawn, averaged="--noaveraged" not in flags)
        assert np.abs(found.astype(int) - expected).max() <= 1


def test_a_missing_package_is_one_line(run_dir, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    command = ["export", f"--model={run_dir}", "--format=onnx", "--output=m.onnx"]
    assert main(command) == 1
    error = capsys.readouterr().err
    assert re.fullmatch(r"kgan export: ONNX needs .*'kgan\[onnx\]'.*\n", error)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("argv", "status", "message"),
    [
        ([], 2, "--model must name"),
        (["--model=nowhere"], 1, "nowhere"),
        (["--model=foreign.keras"], 1, "must hold a game.* Received: a Sequential"),
        (["--model=text.keras"], 1, "cannot be loaded as a model"),
        (["--model=RUN", "--version=0"], 2, "version=0.*at least 1"),
        (["--model=RUN", "--format=onyx"], 2, "one of saved_model, onnx, litert"),
        (["--model=RUN", "--max_images=1"], 2, "max_images=1.*at least 2"),
        (["--model=RUN", "--format=tflite", "--version=2"], 2, "--version has no mean"),
        (["--model=RUN", "--output=text.keras"], 1, "text.keras"),
        (["--model=RUN", "--format=onnx", "--license=MIT"], 2, "--license has no mean"),
        (["--model=RUN", "--raw"], 2, "--raw has no meaning for --format=saved_model"),
        (["--model=RUN", "--format=onnx", "--int8"], 2, "--int8 has no meaning for"),
        (["--model=RUN", "--output=m", "--format=onnx"], 2, r"must end in \.onnx"),
        (["--model=UNTRAINED"], 1, "must be trained"),
    ],
)
def test_wrong_use_is_one_line(run_dir, model, argv, status, message, tmp_path, capsys):
    keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)]).save("foreign.keras")
    (tmp_path / "text.keras").write_text("no model")
    before = tiny.files(tmp_path)
    names = {"RUN": str(run_dir), "UNTRAINED": model("images")}
    argv = [re.sub("RUN|UNTRAINED", lambda m: names[m[0]], arg) for arg in argv]
    assert main(["export", *argv]) == status
    error = capsys.readouterr().err
    assert re.fullmatch(rf"kgan export: .*{message}.*\n", error)
    assert tiny.files(tmp_path) == before


def test_a_version_that_exists_is_one_line(run_dir, tmp_path, capsys):
    (tmp_path / "m" / "3").mkdir(parents=True)
    assert main(["export", f"--model={run_dir}", "--output=m", "--version=3"]) == 1
    assert "`version` must be new: m holds 3. Received: 3" in capsys.readouterr().err
