"""The newest sound checkpoint of the same recipe is found, or an error says why not."""

import io
import json
import shutil
import zipfile

import h5py
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


# === Checkpoints of other versions ===


def rewrite(path, config=None, weights=None):
    """Changes the config of a checkpoint, a dictionary, or its h5py file."""
    with zipfile.ZipFile(path) as archive:
        content = {name: archive.read(name) for name in archive.namelist()}
    if config is not None:
        model = json.loads(content["config.json"])
        config(model)
        content["config.json"] = json.dumps(model)
    if weights is not None:
        memory = io.BytesIO(content["model.weights.h5"])
        with h5py.File(memory, "a") as file:
            weights(file)
        content["model.weights.h5"] = memory.getvalue()
    with zipfile.ZipFile(path, "w") as archive:
        for name, each in content.items():
            archive.writestr(name, each)


def without_arguments(model):
    """As an older kgan and Keras wrote it, which did not know these arguments."""
    for name in ("ema_momentum", "generator_steps", "as_images"):
        del model["config"][name]
    for layer in model["config"]["generator"]["config"]["layers"]:
        layer["config"].pop("use_bias", None)
    del model["compile_config"]["penalties"][0]["config"]["interval"]


def test_arguments_that_an_older_version_did_not_know_have_their_default(run_dir):
    rewrite(paths(run_dir)[-1], without_arguments)
    gan = make()
    resume.restore(gan, run_dir)
    tiny.assert_equal(gan, directory.load_model(run_dir))
    with pytest.raises(ValueError, match=r"ema_momentum 0\.999 in place of 0\.5$"):
        resume.restore(make({"ema_momentum": 0.5}), run_dir)


def unknown_argument(model):
    model["config"]["further"] = 3


def unknown_class(model):
    model["config"]["prior"] |= {"class_name": "Further", "registered_name": "kgan>F"}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (unknown_argument, "another: further 3 .* cannot build it: .*'further'"),
        (unknown_class, "another: other prior.*cannot build it: .*'Further'"),
    ],
)
def test_what_a_newer_version_wrote_is_one_sentence(run_dir, change, message):
    rewrite(paths(run_dir)[-1], change)
    gan = make()
    before = tiny.state(gan)
    with pytest.raises(ValueError, match=message) as error:
        resume.restore(gan, run_dir)
    assert "\n" not in str(error.value)
    for name, value in tiny.state(gan).items():
        np.testing.assert_array_equal(value, before[name])


def optimizer_without(file):
    del file["generator_optimizer/vars/5"]


def game_without(group):
    def change(file):
        del file[group]

    return change


@pytest.mark.filterwarnings("ignore:Skipping nested container")
@pytest.mark.parametrize(
    ("change", "message"),
    [
        (optimizer_without, "optimizer 'adam', because it has 10 variables whereas"),
        (game_without("clock"), "received 0 variables"),
        (game_without("ema_generator"), "received 0 variables"),
    ],
)
def test_a_checkpoint_that_lacks_weights_is_refused(run_dir, change, message):
    rewrite(paths(run_dir)[-1], weights=change)
    with pytest.raises(
        ValueError, match=f"step-00000006.keras must hold all weights.*{message}"
    ) as error:
        resume.restore(make(), run_dir)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("name", "message"), [("sgd", "Adam in place of SGD"), ("adamax", "of Adamax")]
)
def test_the_state_of_another_optimizer_is_not_taken(run_dir, name, message):
    values = {"optimizers": {"generator": {"name": name, "learning_rate": 1e-3}}}
    with pytest.raises(ValueError, match=f"another: generator_optimizer .*{message}"):
        resume.restore(make(values), run_dir)


def test_a_run_that_another_process_went_on_with_is_left_alone(run_dir):
    gan = make()
    resume.restore(gan, run_dir)
    resume.check_newest(gan, run_dir)
    gan.clock.rounds.assign(4)
    with pytest.raises(OSError, match=r"gone on with .*run, to step-00000006\.keras"):
        resume.check_newest(gan, run_dir)
    cut_short(paths(run_dir)[-1])  # what could not be restored is no other process's
    resume.check_newest(gan, run_dir)
