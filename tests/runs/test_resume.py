"""The newest sound checkpoint of the same recipe is found, or an error says why not."""

import json
import shutil

import numpy as np
import pytest
import tiny
from tiny import DIGITS as TINY

from kgan.runs import directory, prepare, resume


def make(values=None, strategy=None):
    return prepare.prepare(TINY.override(**(values or {})), "not-written", None).game


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    """A run directory with checkpoints of steps 2, 4 and 6, told apart by a weight."""
    run_dir = tmp_path_factory.mktemp("saved")
    gan = make()
    for step in (2, 4, 6):
        gan.clock.rounds.assign(step)
        gan.clock.position.assign(step)
        bias = gan.discriminator.trainable_variables[-1]
        bias.assign(np.full(bias.shape, step))
        path = run_dir / directory.CHECKPOINTS / f"step-{step:08d}.keras"
        directory.save(gan, path)
    return run_dir


@pytest.fixture
def run_dir(saved, tmp_path):
    return shutil.copytree(saved, tmp_path / "run")


def paths(run_dir):
    return sorted((run_dir / directory.CHECKPOINTS).iterdir())


def test_the_newest_is_loaded(run_dir):
    gan = make()
    (line,) = resume.restore(gan, run_dir)
    assert line == f"Going on from {paths(run_dir)[-1]}, step 6."
    assert (gan.step, gan.position) == (6, 6)
    tiny.assert_equal(gan, directory.load_model(run_dir))
    assert float(gan.discriminator.trainable_variables[-1][0]) == 6.0


def cut_short(path):
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def flip(path):
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


@pytest.mark.parametrize("harm", [cut_short, flip, lambda path: path.write_bytes(b"")])
def test_damaged_files_are_left_out_and_named(run_dir, harm):
    *_, fourth, sixth = paths(run_dir)
    harm(sixth)
    gan = make()
    said = resume.restore(gan, run_dir)
    assert gan.step == 4
    assert said[0].startswith(f"{sixth} is damaged and left out: ")
    assert said[1] == f"Going on from {fourth}, step 4."
    assert all("\n" not in line for line in said)


def test_nothing_but_damaged_files_is_an_error(run_dir):
    for path in paths(run_dir):
        cut_short(path)
    with pytest.raises(OSError, match=r"No checkpoint of .* can be read\..*step-0*2"):
        resume.restore(make(), run_dir)
    assert len(paths(run_dir)) == 3


def test_no_checkpoint_is_the_beginning(tmp_path):
    gan = make()
    (line,) = resume.restore(gan, tmp_path)
    assert "starting from the beginning" in line
    assert gan.step == 0


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"seed": 1}, "seed 0 in place of 1"),
        ({"discriminator_steps": 2}, "discriminator_steps 1 in place of 2"),
        ({"ema_momentum": None}, "ema_momentum 0.999 in place of None"),
        ({"loss": "hinge"}, "other loss"),
        ({"penalties": []}, "other penalties"),
        ({"prior": "uniform"}, "other prior"),
        ({"precision": "mixed_bfloat16"}, "other discriminator, other generator"),
        (
            {
                "model_options": {
                    "generator_hidden": [17],
                    "discriminator_hidden": [16],
                }
            },
            "other generator",
        ),
    ],
)
def test_a_checkpoint_of_another_recipe_is_refused(run_dir, values, message):
    gan = make(values)
    before = tiny.state(gan)
    with pytest.raises(ValueError, match=f"must be of the recipe.* {message}"):
        resume.restore(gan, run_dir)
    for name, value in tiny.state(gan).items():
        np.testing.assert_array_equal(value, before[name])


@pytest.mark.parametrize(
    "values",
    [
        {"jit_compile": True, "steps_per_execution": 4, "micro_batches": 2},
        {"generator_learning_rate": 1e-5},
        {"steps": 100, "schedule": "constant"},
    ],
)
def test_how_it_is_played_may_change(run_dir, values):
    gan = make(values)
    resume.restore(gan, run_dir)
    assert gan.step == 6


@pytest.mark.parametrize("schedule", ["exponential", "linear"])
def test_a_longer_run_has_longer_schedules(tmp_path, schedule):
    def made(steps, last=0.1):
        weight = {"schedule": schedule, "first": 0.5, "last": last}
        return make({"steps": steps, "penalties": [{"name": "r1", "weight": weight}]})

    directory.save(made(5), tmp_path / directory.CHECKPOINTS / "step-00000005.keras")
    resume.restore(made(50), tmp_path)
    with pytest.raises(ValueError, match="other penalties"):
        resume.restore(made(5, last=0.2), tmp_path)


def test_a_recipe_is_read(tmp_path):
    (tmp_path / directory.RECIPE).write_text(TINY.to_json(), "utf-8")
    assert resume.read_recipe(tmp_path) == TINY


@pytest.mark.parametrize("name", ["empty", "missing"])
def test_a_directory_without_a_recipe_is_an_error(tmp_path, name):
    (tmp_path / "empty").mkdir()
    with pytest.raises(FileNotFoundError, match=rf"recipe\.json\. Received: .*{name}"):
        resume.read_recipe(tmp_path / name)


@pytest.mark.parametrize("text", ["", "{", json.dumps({"name": "a", "stepz": 3})])
def test_a_broken_recipe_names_its_file(tmp_path, text):
    (tmp_path / directory.RECIPE).write_text(text, "utf-8")
    with pytest.raises(ValueError, match=rf"{tmp_path}.*recipe\.json: "):
        resume.read_recipe(tmp_path)
