"""The files of a run: which model is found, and what is kept."""

import keras
import numpy as np
import pytest

import kgan
from kgan import runs


@pytest.fixture
def gan():
    generator, discriminator = kgan.models.mlp(
        (2,), latent_dim=2, generator_hidden=(4,), discriminator_hidden=(4,)
    )
    gan = kgan.GAN(generator, discriminator)
    gan.compile()
    return gan


def test_a_run_gives_its_model_or_its_newest_checkpoint(tmp_path):
    checkpoints = tmp_path / "checkpoints"
    checkpoints.mkdir()
    for step in (9, 10):
        (checkpoints / f"step-{step:08d}.keras").touch()
    newest = checkpoints / "step-00000010.keras"
    assert runs.find_model(tmp_path) == newest
    assert runs.find_model(newest) == newest
    (tmp_path / "gan.keras").touch()
    assert runs.find_model(tmp_path) == tmp_path / "gan.keras"


def test_no_model_is_an_error_that_names_the_path(tmp_path):
    for path in (tmp_path, tmp_path / "missing.keras"):
        with pytest.raises(FileNotFoundError, match=str(path)):
            runs.find_model(path)


def test_a_file_that_is_no_gan_is_refused(tmp_path):
    broken = tmp_path / "broken.keras"
    broken.write_bytes(b"nothing")
    with pytest.raises(ValueError, match=r"broken\.keras cannot be loaded"):
        runs.load_model(broken)
    text = tmp_path / "notes.txt"
    text.touch()
    with pytest.raises(ValueError, match=r"must be a \.keras file"):
        runs.load_model(text)
    other = tmp_path / "other.keras"
    keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)]).save(other)
    with pytest.raises(ValueError, match=r"must hold a kgan\.GAN"):
        runs.load_model(other)


def test_saving_is_atomic(gan, tmp_path, monkeypatch):
    path = tmp_path / "gan.keras"
    runs.save(gan, path)
    before = path.read_bytes()

    def broken(file):
        file.write_bytes(b"half")
        raise OSError("disk is full")

    monkeypatch.setattr(gan, "save", broken)
    with pytest.raises(OSError, match="disk is full"):
        runs.save(gan, path)
    assert path.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["gan.keras"]


def test_the_newest_checkpoints_stay(gan, tmp_path):
    points = np.random.default_rng(0).normal(size=(8, 2)).astype("float32")
    checkpoints = runs.Checkpoints(tmp_path, keep=2)
    gan.fit(points, batch_size=4, epochs=4, callbacks=[checkpoints], verbose=0)
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == ["step-00000006.keras", "step-00000008.keras"]
    loaded = runs.load_model(tmp_path / names[-1])
    assert loaded.step == 8
    np.testing.assert_array_equal(loaded.generate(5), gan.generate(5))


def test_metrics_take_keys_that_come_late(gan, tmp_path):
    metrics = runs.Metrics(tmp_path / "metrics.csv")
    metrics.set_model(gan)
    metrics.on_epoch_end(0, {"d_loss": 1.5})
    metrics.on_epoch_end(1, {"d_loss": 1.25, "fid": 30.0})
    text = (tmp_path / "metrics.csv").read_text()
    assert text.split() == ["epoch,step,d_loss,fid", "0,0,1.5,", "1,0,1.25,30.0"]


def test_a_free_directory_is_new_or_empty(tmp_path):
    runs.check_free(tmp_path)
    runs.check_free(tmp_path / "new")
    (tmp_path / "file").touch()
    with pytest.raises(FileExistsError, match="new or empty"):
        runs.check_free(tmp_path)
