"""A recipe becomes a run directory, and goes on as if it had never been stopped."""

import csv
import dataclasses
import errno
import json
import os
import shutil
import signal

import keras
import numpy as np
import pytest
import tensorflow as tf
import tiny
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tiny import DIGITS as TINY
from tiny import files

from kgan import recipes
from kgan.callbacks import checkpoints
from kgan.distribute import workers
from kgan.engine import train_function
from kgan.runs import directory, interrupts, lock, prepare, train


@pytest.fixture(scope="module")
def digits(tmp_path_factory):
    """A finished run of a few steps: its directory and the model."""
    run_dir = tmp_path_factory.mktemp("runs") / "tiny"
    return run_dir, train.train(TINY, run_dir, verbose=0)


def test_a_run_plays_exactly_its_steps(digits):
    _, gan = digits
    assert gan.step == 5
    assert int(gan.discriminator_optimizer.iterations) == 5


def test_a_run_leaves_its_directory(digits):
    run_dir, _ = digits
    names = {name for name in files(run_dir) if not name.startswith("logs")}
    assert names == {
        "recipe.json",
        "data.json",
        "gan.keras",
        "metrics.csv",
        "checkpoints/step-00000002.keras",
        "checkpoints/step-00000004.keras",
        "checkpoints/step-00000005.keras",
        "samples/step-00000000.png",
        "samples/step-00000002.png",
        "samples/step-00000004.png",
        "samples/step-00000005.png",
        "samples/samples.gif",
    }
    assert list((run_dir / "logs").rglob("events.out.tfevents*"))


def test_the_written_recipe_is_resolved_and_trains_the_same(digits):
    run_dir, gan = digits
    text = (run_dir / "recipe.json").read_text("utf-8")
    recipe = recipes.Recipe.from_json(text)
    assert recipe.image_size == 8
    assert recipe.sample_every == 2
    written = {"weight": 0.5, "interval": 1, "through_augmentation": False}
    assert recipe.penalties == ({"name": "r1", **written},)
    again = prepare.prepare(recipe, run_dir / "again").game
    first = prepare.prepare(TINY, run_dir / "again").game
    for ours, theirs in zip(again.get_weights(), first.get_weights(), strict=True):
        np.testing.assert_array_equal(ours, theirs)
    assert again.get_config()["prior"] == gan.get_config()["prior"]


def test_metrics_are_a_line_an_epoch(digits):
    with (digits[0] / "metrics.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [int(row["step"]) for row in rows] == [2, 4, 5]
    logged = {"d_loss", "g_loss", "d_real", "d_fake", "d_accuracy", "r1"}
    watched = {"g_gradient_norm", "d_gradient_norm", "diversity"}
    speed = {"images_per_second", "step_seconds", "g_learning_rate", "d_learning_rate"}
    speed |= {"kimg", "seconds_per_kimg"}
    assert set(rows[0]) == {"epoch", "step"} | logged | watched | speed
    shown = [round(1000 * float(row["kimg"])) for row in rows]
    assert shown == [64, 128, 160]
    assert all(np.isfinite(float(row["d_loss"])) for row in rows)


def test_the_saved_model_is_the_trained_one(digits):
    run_dir, gan = digits
    expected = gan.generate(4, seed=3)
    for path in (run_dir, run_dir / "gan.keras"):
        np.testing.assert_array_equal(
            directory.load_model(path).generate(4, 3), expected
        )


def test_equal_seeds_give_equal_runs(digits, tmp_path):
    gan = train.train(TINY, tmp_path / "again", verbose=0)
    for ours, theirs in zip(gan.get_weights(), digits[1].get_weights(), strict=True):
        np.testing.assert_array_equal(ours, theirs)


def test_points_get_density_plots(tmp_path):
    train.train(tiny.POINTS, tmp_path, verbose=0)
    assert {"samples/density.gif", "four_panels.png"} <= files(tmp_path)


def test_several_updates_of_d_in_a_round(tmp_path):
    recipe = TINY.override(discriminator_steps=2, steps=3, conditional=True)
    gan = train.train(recipe, tmp_path, verbose=0)
    assert gan.step == 3
    assert gan.num_classes == 10
    assert int(gan.discriminator_optimizer.iterations) == 6
    assert int(gan.generator_optimizer.iterations) == 3


@pytest.mark.parametrize("first", [True, False])
def test_nan_ends_the_run_without_a_model(first, tmp_path, monkeypatch):
    broken = TINY.override(discriminator_learning_rate=1e30, steps=50)
    message = r"move of .* must be finite" if first else r"stopped at step .* is "
    if not first:  # as it comes in a later step
        monkeypatch.setattr(train_function, "_check_finite", lambda *_: None)
    with pytest.raises(FloatingPointError, match=message):
        train.train(broken, tmp_path, verbose=0)
    assert not {name for name in files(tmp_path) if name.endswith(".keras")}


def test_a_directory_that_holds_something_is_left_alone(tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(FileExistsError, match="new or empty"):
        train.train(TINY, tmp_path, verbose=0)
    with pytest.raises(FileExistsError, match="new or empty"):
        train.train(TINY, tmp_path / "notes.txt", verbose=0)
    assert files(tmp_path) == {"notes.txt"}


def test_a_recipe_from_a_file_of_this_version_loads(digits):
    values = json.loads((digits[0] / "recipe.json").read_text("utf-8"))
    recipe = recipes.Recipe.from_json(json.dumps(values))
    assert set(values) == {f.name for f in dataclasses.fields(recipe)}


def stop_at(monkeypatch, step, number=signal.SIGINT):
    """Sends this process a signal while training is before the step after `step`."""
    real = interrupts.StopBetweenSteps.on_train_batch_begin

    def on_train_batch_begin(self, batch, logs=None):
        if self.model.step == step:
            os.kill(os.getpid(), number)
        real(self, batch, logs)

    monkeypatch.setattr(
        interrupts.StopBetweenSteps, "on_train_batch_begin", on_train_batch_begin
    )


def broken_off(recipe, run_dir, step, number=signal.SIGINT):
    """Trains until a signal comes."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        stop_at(monkeypatch, step, number)
        with pytest.raises(interrupts.Stopped) as stopped:
            train.train(recipe, run_dir, verbose=0)
    return stopped.value


@pytest.mark.parametrize(
    ("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)]
)
def test_a_signal_leaves_a_checkpoint_and_says_how_to_go_on(tmp_path, number, status):
    before = signal.getsignal(number)
    stopped = broken_off(TINY, tmp_path / "run", 3, number)
    assert stopped.status == status
    assert str(stopped) == (
        "stopped at step 3 of 5; a checkpoint was written. "
        f"Go on with: kgan train --resume={tmp_path / 'run'}"
    )
    assert signal.getsignal(number) is before
    names = {name for name in files(tmp_path / "run") if not name.startswith("logs")}
    assert names == {
        "recipe.json",
        "data.json",
        "metrics.csv",
        "checkpoints/step-00000002.keras",
        "checkpoints/step-00000003.keras",
        "samples/step-00000000.png",
        "samples/step-00000002.png",
    }
    assert directory.load_model(tmp_path / "run").step == 3


def curves(run_dir):
    events = EventAccumulator(str(run_dir / "logs"), {"tensors": 0})
    events.Reload()
    return {
        tag: [event.step for event in events.Tensors(tag)]
        for tag in events.Tags()["tensors"]
    }


EXACT = {
    "in the middle of an epoch": ({}, 3),
    "at an epoch's end": ({}, 4),
    "before the first step": ({}, 0),
    "several updates, by class, with a schedule": (
        {
            "discriminator_steps": 3,
            "generator_steps": 2,
            "sample_every": 3,
            "checkpoint_every": 1,
            "conditional": True,
            "schedule": "cosine",
        },
        2,
    ),
    "several steps at a time in float16, clipped, in parts": (
        {
            "steps": 9,
            "sample_every": 6,
            "steps_per_execution": 2,
            "precision": "mixed_float16",
            "clip_norm": 1.0,
            "micro_batches": 2,
        },
        4,
    ),
    "bfloat16, compiled, mirrored": (
        {"precision": "mixed_bfloat16", "jit_compile": True, "mirror": True},
        3,
    ),
}


@pytest.mark.parametrize(("values", "step"), EXACT.values(), ids=EXACT)
def test_a_resumed_run_equals_one_that_was_never_stopped(
    values, step, digits, tmp_path
):
    whole_dir, whole = digits
    if values:
        whole_dir = tmp_path / "whole"
        whole = train.train(TINY.override(**values), whole_dir, verbose=0)
    run_dir = tmp_path / "parts"
    broken_off(TINY.override(**values), run_dir, step)
    tiny.assert_equal(train.resume(run_dir, verbose=0), whole)
    tiny.assert_equal(directory.load_model(run_dir), whole)
    # What else there is stands at the same steps.
    assert pictures(run_dir) == pictures(whole_dir)
    assert lines(run_dir) == lines(whole_dir)
    assert curves(run_dir)["game/d_loss"] == curves(whole_dir)["game/d_loss"]


def pictures(run_dir):
    return {path.name: path.read_bytes() for path in (run_dir / "samples").iterdir()}


def lines(run_dir):
    return [(int(row["epoch"]), int(row["step"])) for row in rows(run_dir)]


def rows(run_dir):
    with (run_dir / "metrics.csv").open() as file:
        return list(csv.DictReader(file))


def test_a_run_can_be_stopped_again_and_again(digits, tmp_path, monkeypatch):
    broken_off(TINY, tmp_path / "run", 1)
    for step in (2, 3):
        with monkeypatch.context() as patch:
            stop_at(patch, step)
            with pytest.raises(interrupts.Stopped, match=f"at step {step} of 5"):
                train.resume(tmp_path / "run", verbose=0)
    tiny.assert_equal(train.resume(tmp_path / "run", verbose=0), digits[1])
    assert [int(row["step"]) for row in rows(tmp_path / "run")] == [2, 4, 5]


def test_a_longer_run_equals_one_that_was_long_from_the_start(tmp_path):
    train.train(TINY.override(steps=4), tmp_path / "short", verbose=0)
    longer = train.resume(tmp_path / "short", steps=8, verbose=0)
    whole = train.train(TINY.override(steps=8), tmp_path / "whole", verbose=0)
    tiny.assert_equal(longer, whole)
    recipe = json.loads((tmp_path / "short" / "recipe.json").read_text("utf-8"))
    assert recipe["steps"] == 8
    tiny.assert_equal(directory.load_model(tmp_path / "short"), whole)


def test_a_finished_run_is_left_as_it_is(digits):
    run_dir, gan = digits
    before = {name: (run_dir / name).stat().st_mtime_ns for name in files(run_dir)}
    tiny.assert_equal(train.resume(run_dir, verbose=0), gan)
    assert before == {
        name: (run_dir / name).stat().st_mtime_ns for name in files(run_dir)
    }


def test_a_run_that_was_killed_before_its_model_was_written(digits, tmp_path):
    run_dir = tmp_path / "run"
    train.train(TINY, run_dir, verbose=0)
    (run_dir / "gan.keras").unlink()
    (run_dir / "samples" / "samples.gif").unlink()
    (run_dir / "checkpoints" / ".step-00000009.7.keras").write_bytes(b"half")
    tiny.assert_equal(train.resume(run_dir, verbose=0), digits[1])
    assert {"gan.keras", "samples/samples.gif"} <= files(run_dir)
    assert not list(run_dir.rglob(".*"))


def test_a_damaged_checkpoint_gives_way_to_the_one_before(digits, tmp_path, capsys):
    run_dir = tmp_path / "run"
    broken_off(TINY, run_dir, 3)
    newest = checkpoints.steps(run_dir / "checkpoints")[-1]
    newest.write_bytes(newest.read_bytes()[:-500])
    plan = prepare.prepare_to_resume(run_dir)
    assert plan.game.step == 2
    tiny.assert_equal(train.run(plan, verbose=0), digits[1])
    assert newest.with_suffix(".damaged").exists()


def test_a_run_without_a_checkpoint_starts_again(digits, tmp_path):
    run_dir = tmp_path / "run"
    run_dir.mkdir()
    (run_dir / "recipe.json").write_text(TINY.to_json(), "utf-8")
    plan = prepare.prepare_to_resume(run_dir)
    assert "No checkpoint" in prepare.describe(plan)
    tiny.assert_equal(train.run(plan, verbose=0), digits[1])


def test_first_weights_from_elsewhere_are_not_forgotten(digits, tmp_path):
    recipe = TINY.override(seed=3)

    def start(name):
        return prepare.prepare(recipe, tmp_path / name, init_from=digits[0])

    whole = train.run(start("whole"), verbose=0)
    with pytest.MonkeyPatch.context() as monkeypatch:
        stop_at(monkeypatch, 0, signal.SIGTERM)
        monkeypatch.setattr(train.callbacks.Checkpoints, "save", lambda self: False)
        with pytest.raises(interrupts.Stopped, match="could not be saved"):
            train.run(start("parts"), verbose=0)
    tiny.assert_equal(train.resume(tmp_path / "parts", verbose=0), whole)


def test_another_number_of_replicas_goes_on(tmp_path, two_replicas):
    recipe = TINY.override(clip_norm=1.0)
    whole = train.train(recipe, tmp_path / "whole", verbose=0)
    broken_off(recipe, tmp_path / "parts", 3)
    resumed = train.resume(tmp_path / "parts", verbose=0, strategy=two_replicas)
    assert resumed.distribute_strategy is two_replicas
    pairs = zip(resumed.get_weights(), whole.get_weights(), strict=True)
    for ours, theirs in pairs:
        np.testing.assert_allclose(ours, theirs, atol=2e-4)


def test_a_rollback_does_not_shorten_the_run(tmp_path, monkeypatch):
    class RollBack(keras.callbacks.Callback):
        """Rolls the second epoch back."""

        def on_epoch_end(self, epoch, logs=None):
            if epoch == 1:
                self.model.clock.rounds.assign(2)
                self.model.clock.rollbacks.assign_add(1)

    monkeypatch.setattr(train, "_guards", lambda plan: [RollBack()])
    gan = train.train(TINY, tmp_path, verbose=0)
    assert (gan.step, gan.position, gan.rollbacks) == (5, 7, 1)
    assert lines(tmp_path) == [(0, 2), (1, 2), (2, 4), (3, 5)]


def test_a_full_disk_is_said_and_the_run_goes_on(tmp_path, monkeypatch, capsys):
    really, count = keras.Model.save, iter(range(100))

    def save(self, path, **kwargs):
        if next(count) == 1:
            path.write_bytes(b"half")
            raise OSError(errno.ENOSPC, "No space left on device")
        really(self, path, **kwargs)

    monkeypatch.setattr(keras.Model, "save", save)
    train.train(TINY, tmp_path / "run", verbose=0)
    assert "step-00000004.keras could not be written: [Errno 28] No space left" in (
        capsys.readouterr().out
    )
    names = {p.name for p in (tmp_path / "run" / "checkpoints").iterdir()}
    assert names == {"step-00000002.keras", "step-00000005.keras"}


def test_a_disk_that_is_full_in_the_end_says_how_to_try_again(
    digits, tmp_path, monkeypatch
):
    really = directory.save

    def save(gan, path):
        raise OSError(errno.ENOSPC, "No space left on device")

    run_dir = tmp_path / "run"
    monkeypatch.setattr(directory, "save", save)
    with pytest.raises(OSError, match=r"gan\.keras.*No space.*--resume=.*run"):
        train.train(TINY, run_dir, verbose=0)
    monkeypatch.setattr(directory, "save", really)
    tiny.assert_equal(train.resume(run_dir, verbose=0), digits[1])
    tiny.assert_equal(directory.load_model(run_dir / "gan.keras"), digits[1])


def test_a_failed_game_ends_the_run_with_its_reason(tmp_path, monkeypatch):
    class Watch(keras.callbacks.Callback):
        reason = None

        def on_epoch_end(self, epoch, logs=None):
            self.reason = "D has won."
            self.model.stop_training = True

    monkeypatch.setattr(train, "_guards", lambda plan: [Watch()])
    with pytest.raises(FloatingPointError, match=r"D has won\."):
        train.train(TINY, tmp_path, verbose=0)
    assert "gan.keras" not in files(tmp_path)


def test_the_board_shows_curves_and_the_recipe(digits):
    shown = curves(digits[0])
    assert shown["game/d_loss"] == shown["gradients/g_gradient_norm"] == [2, 4, 5]
    assert shown["recipe"] == [0]
    assert {"game/r1", "optimizers/g_learning_rate", "speed/step_seconds"} <= {*shown}


@pytest.mark.parametrize(
    ("on_collapse", "watched"),
    [("warn", True), ("stop", True), ("rollback", True), ("none", False)],
)
def test_who_watches(on_collapse, watched, tmp_path):
    plan = prepare.prepare(TINY.override(on_collapse=on_collapse), tmp_path)
    names = [type(guard).__name__ for guard in train._guards(plan)]
    assert ("CollapseWatch" in names) is watched
    assert "TerminateOnNaN" in names


def test_only_the_chief_writes(tmp_path, monkeypatch):
    monkeypatch.setattr(train.distribute, "is_chief", lambda: False)
    assert train.train(TINY, tmp_path / "run", verbose=0).step == 5
    assert not (tmp_path / "run").exists()


def test_a_lost_worker_ends_the_run_with_one_sentence(tmp_path, monkeypatch):
    def play(*args):
        raise tf.errors.UnavailableError(None, None, "a long story")

    monkeypatch.setattr(train.epochs, "play", play)
    with pytest.raises(tf.errors.UnavailableError):
        train.train(TINY, tmp_path / "alone", verbose=0)
    monkeypatch.setattr(workers, "is_lost_worker", lambda error: True)
    monkeypatch.setattr(workers, "lost_workers", lambda: "worker 1")
    with pytest.raises(ConnectionError, match=r"Lost worker 1.*--resume=.*together"):
        train.train(TINY, tmp_path / "together", verbose=0)


# === Data, other processes, and directories that cannot be written ===


def state_of(run_dir):
    return {
        name: (run_dir / name).read_bytes()
        for name in files(run_dir)
        if name != lock.NAME
    }


def test_changed_data_are_refused_before_anything_is_written(digits, tmp_path):
    run_dir = shutil.copytree(digits[0], tmp_path / "run")
    path = run_dir / directory.DATA
    known = json.loads(path.read_text("utf-8"))
    path.write_text(json.dumps(known | {"examples": 1900}), "utf-8")
    before = state_of(run_dir)
    with pytest.raises(ValueError, match="examples were 1900 and are 1797"):
        train.resume(run_dir, steps=7, verbose=0)
    assert state_of(run_dir) == before
    train.resume(run_dir, steps=7, verbose=0, allow_changed_data=True)
    assert json.loads(path.read_text("utf-8")) == known
    train.resume(run_dir, steps=8, verbose=0)


def test_a_run_of_before_gets_to_know_its_data(digits, tmp_path):
    run_dir = shutil.copytree(digits[0], tmp_path / "run")
    known = (run_dir / directory.DATA).read_bytes()
    (run_dir / directory.DATA).unlink()
    plan = prepare.prepare_to_resume(run_dir, steps=7)
    assert "No data.json in" in prepare.describe(plan)
    train.run(plan, verbose=0)
    assert (run_dir / directory.DATA).read_bytes() == known


def test_a_second_process_writes_nothing(digits, tmp_path):
    run_dir = shutil.copytree(digits[0], tmp_path / "run")
    before = state_of(run_dir)
    new, plan = tmp_path / "new", prepare.prepare_to_resume(run_dir, steps=7)
    late = prepare.prepare(TINY, new)
    with lock.held(run_dir), lock.held(new):
        for second in (
            lambda: train.resume(run_dir, steps=7, verbose=0),
            lambda: train.run(plan, verbose=0),
            lambda: train.train(TINY, new, verbose=0),
            lambda: train.run(late, verbose=0),
        ):
            with pytest.raises(BlockingIOError, match="written by another run, proc"):
                second()
        assert state_of(run_dir) == before
        assert files(new) == {lock.NAME}
    (new / lock.NAME).touch()  # of a process that was killed at once
    train.run(late, verbose=0)
    assert lock.NAME not in files(new)


def test_a_run_that_went_on_meanwhile_is_not_taken_back(digits, tmp_path):
    broken_off(TINY, tmp_path, 3)
    plan = prepare.prepare_to_resume(tmp_path)
    train.resume(tmp_path, verbose=0)
    before = state_of(tmp_path)
    with pytest.raises(OSError, match="Another process has gone on"):
        train.run(plan, verbose=0)
    assert state_of(tmp_path) == before


@pytest.mark.parametrize("which", ["write_atomically", "data"])
def test_a_disk_that_is_full_at_the_start_loses_nothing(
    digits, tmp_path, monkeypatch, which
):
    def full(*args, **kwargs):
        raise OSError(errno.ENOSPC, "No space left on device")

    run_dir = shutil.copytree(digits[0], tmp_path / "run")
    owner, name = (train, which) if which != "data" else (train.data_identity, "write")
    monkeypatch.setattr(owner, name, full)
    before = state_of(run_dir)
    for start in (
        lambda: train.resume(run_dir, steps=7, verbose=0),
        lambda: train.train(TINY, tmp_path / "new", verbose=0),
    ):
        with pytest.raises(
            OSError, match=r"(run|new) could not be written: .*No space"
        ):
            start()
    lost = before.keys() - state_of(run_dir).keys()
    assert not lost  # gan.keras among them


@pytest.mark.parametrize("which", ["data", "weights", "recipe"])
def test_a_start_that_fails_is_no_run_and_can_be_made_again(
    digits, tmp_path, monkeypatch, which
):
    def full(*args, **kwargs):
        raise OSError(errno.ENOSPC, "No space left on device")

    owner, name = {
        "data": (train.data_identity, "write"),
        "weights": (directory, "save"),
        "recipe": (train, "write_atomically"),
    }[which]
    with monkeypatch.context() as patch:
        patch.setattr(owner, name, full)
        with pytest.raises(OSError, match="No space"):
            train.train(TINY, tmp_path / "run", init_from=digits[0], verbose=0)
    assert list((tmp_path / "run").iterdir()) == []


def test_weights_of_a_start_that_was_killed_are_not_those_of_the_next(digits, tmp_path):
    (tmp_path / directory.CHECKPOINTS).mkdir()
    shutil.copy(digits[0] / directory.MODEL, tmp_path / directory.FIRST)
    (tmp_path / lock.NAME).touch()
    train.run(prepare.prepare(TINY, tmp_path), verbose=0)
    assert not (tmp_path / directory.FIRST).exists()


def test_half_a_best_value_is_found_before_anything_is_written(tmp_path):
    recipe = TINY.override(best="d_loss")
    train.train(recipe, tmp_path / "run", verbose=0)
    (tmp_path / "run" / "checkpoints" / "best.json").write_text('{"d_l')
    before = state_of(tmp_path / "run")
    with pytest.raises(ValueError, match=r"best\.json must hold"):
        train.resume(tmp_path / "run", steps=7, verbose=0)
    assert state_of(tmp_path / "run") == before


def test_a_file_is_no_run_directory(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(FileExistsError, match="must be new or empty"):
        train.train(TINY, tmp_path / "file", verbose=0)
    with pytest.raises(OSError, match=r"must be a directory that can be written"):
        train.train(TINY, tmp_path / "file" / "run", verbose=0)
