"""The files of a run: which model is found, and what is kept."""

import keras
import pytest

import kgan
from kgan.games.exported import Exported
from kgan.runs import directory


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
    assert directory.find_model(tmp_path) == newest
    assert directory.find_model(newest) == newest
    (tmp_path / "gan.keras").touch()
    assert directory.find_model(tmp_path) == tmp_path / "gan.keras"


def test_no_model_is_an_error_that_names_the_path(tmp_path):
    for path in (tmp_path, tmp_path / "missing.keras"):
        with pytest.raises(FileNotFoundError, match=str(path)):
            directory.find_model(path)


def test_an_exported_model_only_generates(gan, tmp_path):
    folder = gan.export(tmp_path / "m", allow_untrained=True)
    for path in (folder, folder.parent):
        generator = directory.load_generator(path)
        assert isinstance(generator, Exported)
        assert generator.data_shape == (2,)
        with pytest.raises(ValueError, match=rf"more than generate\. .* {path}$"):
            directory.load_model(path)
    directory.save(gan, tmp_path / "m.keras")
    with pytest.raises(ValueError, match=r"more than generate, here .*m\.keras\. "):
        directory.load_model(folder)
    assert isinstance(directory.load_generator(tmp_path / "m.keras"), kgan.GAN)


def test_a_file_that_is_no_gan_is_refused(tmp_path):
    broken = tmp_path / "broken.keras"
    broken.write_bytes(b"nothing")
    with pytest.raises(ValueError, match=r"broken\.keras cannot be loaded"):
        directory.load_model(broken)
    text = tmp_path / "notes.txt"
    text.touch()
    with pytest.raises(ValueError, match=r"a \.keras file, StyleGAN2's \.pkl, or the"):
        directory.load_model(text)
    other = tmp_path / "other.keras"
    keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)]).save(other)
    with pytest.raises(ValueError, match=r"must hold a game, such as kgan\.GAN"):
        directory.load_model(other)


def test_saving_is_atomic(gan, tmp_path, monkeypatch):
    path = tmp_path / "gan.keras"
    directory.save(gan, path)
    before = path.read_bytes()

    def broken(file):
        file.write_bytes(b"half")
        raise OSError("disk is full")

    monkeypatch.setattr(gan, "save", broken)
    with pytest.raises(OSError, match="disk is full"):
        directory.save(gan, path)
    assert path.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["gan.keras"]


def test_tidying_removes_halves_and_sets_damaged_checkpoints_aside(tmp_path):
    names = ["recipe.json", ".recipe.7.json", ".git", "checkpoints/best.keras"]
    names += [f"checkpoints/step-0000000{step}.keras" for step in (1, 2, 3)]
    names += ["checkpoints/.step-00000004.7.keras", "samples/.step-00000004.7.png"]
    for name in names:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    directory.tidy(tmp_path, step=2)
    files = (p for p in tmp_path.rglob("*") if p.is_file())
    assert {str(path.relative_to(tmp_path)) for path in files} == {
        "recipe.json",
        ".git",
        "checkpoints/best.keras",
        "checkpoints/step-00000001.keras",
        "checkpoints/step-00000002.keras",
        "checkpoints/step-00000003.damaged",
    }


def test_a_free_directory_is_new_or_empty(tmp_path):
    directory.check_free(tmp_path)
    directory.check_free(tmp_path / "new")
    (tmp_path / ".recipe.123.json").touch()  # of a process that was killed
    directory.check_free(tmp_path)
    (tmp_path / "file").touch()
    with pytest.raises(FileExistsError, match="new or empty"):
        directory.check_free(tmp_path)


def _begun(run_dir, beside):
    """Writes what stands there before `recipe.json`; returns the first weights."""
    first = run_dir / directory.FIRST
    first.parent.mkdir()
    for path in (run_dir / beside, run_dir / directory.DATA, first):
        path.touch()
    return first


def test_what_a_killed_start_left_beside_its_lock_is_free(tmp_path):
    first = _begun(tmp_path, beside=".lock")
    (first.parent / ".step-00000000.7.keras").touch()
    directory.check_free(tmp_path)
    for name in (directory.RECIPE, "checkpoints/step-00000002.keras"):
        (tmp_path / name).touch()
        with pytest.raises(FileExistsError, match="new or empty"):
            directory.check_free(tmp_path)
        (tmp_path / name).unlink()
    (tmp_path / ".lock").unlink()  # no kgan wrote this data.json
    with pytest.raises(FileExistsError, match="new or empty"):
        directory.check_free(tmp_path)


def test_clearing_leaves_what_is_of_others(tmp_path):
    _begun(tmp_path, beside="mine")
    directory.clear(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]
    directory.clear(tmp_path)
