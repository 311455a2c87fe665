"""A checkpoint is whole or not there, and training goes on from it exactly."""

import errno
import json

import keras
import numpy as np
import pytest

from kgan.callbacks import Checkpoints, CollapseWatch, checkpoints


def names(directory):
    return sorted(path.name for path in directory.iterdir())


def saved(*numbers):
    return [f"step-{number:08d}.keras" for number in numbers]


def fit(gan, data, *callbacks, **kwargs):
    return gan.fit(data, verbose=0, shuffle=False, callbacks=[*callbacks], **kwargs)


class Log(keras.callbacks.Callback):
    """Puts a value into the logs of each epoch."""

    def __init__(self, *values):
        super().__init__()
        self.values = values

    def on_epoch_end(self, epoch, logs=None):
        logs["fid"] = self.values[epoch]


class Full:
    """A disk that is full from the n-th to the m-th file on."""

    def __init__(self, monkeypatch, gan, first, last=10**9):
        self.count, self.first, self.last = 0, first, last
        self.really = gan.save
        monkeypatch.setattr(gan, "save", self.save)

    def save(self, path):
        self.count += 1
        if self.first <= self.count <= self.last:
            path.write_bytes(b"half")
            raise OSError(errno.ENOSPC, "No space left on device")
        self.really(path)


def test_the_newest_stay(tmp_path, points, rows):
    gan = points()
    fit(gan, rows((1,), batches=2), Checkpoints(tmp_path, keep=2), epochs=4)
    assert names(tmp_path) == saved(6, 8)
    loaded = keras.models.load_model(tmp_path / saved(8)[0])
    assert loaded.step == 8
    np.testing.assert_array_equal(loaded.generate(5), gan.generate(5))


@pytest.mark.parametrize(
    ("every", "expected"),
    [("epoch", [3, 6]), (2, [2, 4, 6]), (4, [4, 6]), (100, [6])],
)
def test_every_so_many_steps_and_at_the_end(tmp_path, points, rows, every, expected):
    fit(points(), rows((1,)), Checkpoints(tmp_path, every, keep=9), epochs=2)
    assert names(tmp_path) == saved(*expected)


def test_a_file_holds_the_state_of_its_step(tmp_path, points, rows):
    data = rows((1,), batches=5)
    fit(points(), data, Checkpoints(tmp_path, every=2, keep=9))
    fit(twin := points(), data.take(2))
    loaded = keras.models.load_model(tmp_path / saved(2)[0])
    assert (loaded.step, loaded.position) == (2, 2)
    assert int(loaded.generator_optimizer.iterations) == 2
    assert twin.step == loaded.step
    # The rest of the data leads to the state at the end.
    fit(loaded, data.skip(2))
    last = keras.models.load_model(tmp_path / saved(5)[0])
    for ours, theirs in zip(loaded.get_weights(), last.get_weights(), strict=True):
        np.testing.assert_array_equal(ours, theirs)


def test_it_does_not_wait_for_every_batch(tmp_path):
    hook = keras.callbacks.Callback.on_train_batch_end
    assert Checkpoints(tmp_path, every=5).on_train_batch_end.__func__ is hook


@pytest.mark.parametrize(
    ("mode", "values", "step", "best"),
    [
        ("min", (3.0, 2.0, 5.0), 6, 2.0),
        ("max", (3.0, 2.0, 5.0), 9, 5.0),
        ("min", (3.0, float("nan"), 3.0), 3, 3.0),
    ],
)
def test_best(tmp_path, points, rows, mode, values, step, best):
    callback = Checkpoints(tmp_path, best="fid", mode=mode)
    fit(points(), rows((1,)), Log(*values), callback, epochs=3)
    assert keras.models.load_model(tmp_path / "best.keras").step == step
    known = json.loads((tmp_path / "best.json").read_text("utf-8"))
    assert known == {"fid": best, "step": step}


def test_the_best_value_outlives_the_process(tmp_path, points, rows):
    gan = points()
    fit(gan, rows((1,)), Log(2.0), Checkpoints(tmp_path, best="fid"))
    fit(gan, rows((1,)), Log(3.0), Checkpoints(tmp_path, best="fid"))
    assert keras.models.load_model(tmp_path / "best.keras").step == 3
    fit(gan, rows((1,)), Log(1.0), Checkpoints(tmp_path, best="fid"))
    assert keras.models.load_model(tmp_path / "best.keras").step == 9
    fit(gan, rows((1,)), Checkpoints(tmp_path, best="d_loss"))
    assert "d_loss" in (tmp_path / "best.json").read_text("utf-8")


def test_an_unknown_key_names_those_there_are(tmp_path, points, rows):
    callback = Checkpoints(tmp_path, best="d_los")
    with pytest.raises(ValueError, match=r"mean 'd_loss'\? .*d_fake, .*'d_los'"):
        fit(points(), rows((1,)), callback)


def test_nan_never_replaces_a_sound_state(tmp_path, points, rows):
    gan = points()
    callback = Checkpoints(tmp_path, keep=1, best="fid")
    values = (1.0, float("nan"), float("-inf"))
    fit(gan, rows((1,)), Log(*values), callback, epochs=3)
    assert names(tmp_path) == ["best.json", "best.keras", *saved(3)]


def test_a_state_that_is_not_saved_is_said(tmp_path, points, rows, capsys):
    gan = points()
    fit(gan, rows((1,)), Log(1.0, float("nan")), Checkpoints(tmp_path), epochs=2)
    assert capsys.readouterr().out == "\nNo checkpoint at step 6: fid is nan.\n"
    weight = gan.generator.trainable_variables[0]
    weight.assign(np.full(weight.shape, np.inf))
    callback = Checkpoints(tmp_path)
    callback.set_model(gan)
    assert not callback.save()
    assert "at step 6: a weight is NaN or infinite." in capsys.readouterr().out


@pytest.mark.parametrize("text", ["", '{"fid": 2.', "[1]"])
def test_half_a_best_value_is_named_and_nothing_is_replaced(
    tmp_path, points, rows, text
):
    fit(points(), rows((1,)), Log(2.0), Checkpoints(tmp_path, best="fid"))
    before = (tmp_path / "best.keras").read_bytes()
    (tmp_path / "best.json").write_text(text)
    with pytest.raises(ValueError, match=r"best\.json must hold the value of best\."):
        Checkpoints(tmp_path, best="fid").read_best()
    (tmp_path / saved(3)[0]).unlink()
    with pytest.raises(ValueError, match=r"best\.json must hold"):
        fit(points(), rows((1,)), Log(9.0), Checkpoints(tmp_path, best="fid"))
    assert (tmp_path / "best.keras").read_bytes() == before


def test_a_kill_between_two_files_loses_no_best_model(tmp_path, points, rows):
    class Killed(Checkpoints):
        def save(self):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fit(points(), rows((1,)), Log(1.0), Killed(tmp_path, best="fid"))
    # The epoch is not in a newest file: it is played again, with its best.
    assert names(tmp_path) == ["best.json", "best.keras"]


def test_a_best_value_that_did_not_fit_is_written_later(
    tmp_path, points, rows, monkeypatch
):
    really, full = checkpoints.attempt, [True]

    def attempt(path, write, durable):
        if path.name == "best.json" and full[0]:
            return False
        return really(path, write, durable)

    monkeypatch.setattr(checkpoints, "attempt", attempt)
    room = keras.callbacks.LambdaCallback(
        on_epoch_begin=lambda epoch, logs: full.__setitem__(0, epoch < 1)
    )
    callback = Checkpoints(tmp_path, best="fid")
    fit(points(), rows((1,)), room, Log(1.0, 2.0), callback, epochs=2)
    known = json.loads((tmp_path / "best.json").read_text("utf-8"))
    assert known == {"fid": 1.0, "step": 3}


def test_a_best_value_that_never_fits_is_an_error(tmp_path, points, rows, monkeypatch):
    really = checkpoints.attempt
    monkeypatch.setattr(
        checkpoints,
        "attempt",
        lambda path, *rest, **how: (
            path.name != "best.json" and really(path, *rest, **how)
        ),
    )
    with pytest.raises(OSError, match=r"best\.json could not be written"):
        fit(points(), rows((1,)), Log(1.0), Checkpoints(tmp_path, best="fid"))
    assert names(tmp_path) == ["best.keras", *saved(3)]


@pytest.mark.parametrize("mode", ["min", "max"])
def test_no_value_that_is_not_finite_is_best(tmp_path, points, rows, mode):
    gan, first = points(), np.array([1.0, np.nan])
    (tmp_path / "best.json").write_text('{"fid": NaN, "step": 1}')  # of an older run
    callback = Checkpoints(tmp_path, best="fid", mode=mode)
    values = (first, np.nan, -np.inf if mode == "min" else np.inf, 2.0)
    fit(gan, rows((1,)), Log(*values), callback, epochs=4)
    known = json.loads((tmp_path / "best.json").read_text("utf-8"))
    assert known == {"fid": 2.0, "step": 12}


@pytest.mark.parametrize("values", [(np.nan, 2.0), (2.0, np.nan)])
def test_what_a_rollback_took_out_of_the_logs_is_not_best(
    tmp_path, points, rows, values
):
    watch = CollapseWatch(action="rollback")
    callbacks = Log(*values), watch, Checkpoints(tmp_path, best="fid")
    fit(points(), rows((1,)), *callbacks, epochs=2)
    known = json.loads((tmp_path / "best.json").read_text("utf-8"))
    assert known["fid"] == 2.0


@pytest.mark.parametrize("network", ["generator", "discriminator"])
def test_nan_in_weights_is_seen_before_logs_tell(tmp_path, points, rows, network):
    gan = points()
    callback = Checkpoints(tmp_path, every=1)
    fit(gan, rows((1,), batches=1), callback)
    weight = getattr(gan, network).trainable_variables[0]
    weight.assign(np.full(weight.shape, np.nan))
    gan.clock.rounds.assign(2)
    assert not callback.save()
    assert names(tmp_path) == saved(1)


def test_a_full_disk_does_not_end_the_run(tmp_path, points, rows, monkeypatch, capsys):
    gan = points()
    Full(monkeypatch, gan, first=2, last=3)
    fit(gan, rows((1,)), Checkpoints(tmp_path, keep=1), epochs=4)
    assert names(tmp_path) == saved(12)
    said = capsys.readouterr().out.strip().splitlines()
    assert [line for line in said if line] == [
        f"{tmp_path / name} could not be written: [Errno 28] No space left on device. "
        "Training goes on."
        for name in saved(6, 9)
    ]


def test_what_is_not_saved_in_the_end_is_an_error(
    tmp_path, points, rows, monkeypatch, capsys
):
    gan = points()
    Full(monkeypatch, gan, first=2)
    with pytest.raises(OSError, match=r"last state, of step 6, could not be"):
        fit(gan, rows((1,)), Checkpoints(tmp_path, keep=1), epochs=2)
    assert names(tmp_path) == saved(3)  # the one before, and no half file
    assert keras.models.load_model(tmp_path / saved(3)[0]).step == 3


def test_a_rollback_takes_its_files_back(tmp_path, points, rows):
    class RollBack(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            if epoch == 2:
                self.model.clock.rounds.assign(3)
                self.model.clock.rollbacks.assign_add(1)

    callbacks = RollBack(), Checkpoints(tmp_path, every=2, keep=9)
    fit(points(), rows((1,)), *callbacks, epochs=3)
    assert names(tmp_path) == saved(2, 3)
    loaded = keras.models.load_model(tmp_path / saved(3)[0])
    assert (loaded.step, loaded.position, loaded.rollbacks) == (3, 9, 1)


def test_a_directory_of_a_longer_run_is_left_alone(tmp_path, points, rows):
    fit(points(), rows((1,)), Checkpoints(tmp_path), epochs=2)
    with pytest.raises(ValueError, match=r"later steps.*, 0\. Received: step-00000006"):
        fit(points(), rows((1,)), Checkpoints(tmp_path))
    assert names(tmp_path) == saved(3, 6)


def test_a_restored_model_is_not_refused(tmp_path, points, rows):
    backup = tmp_path / "backup"

    def interrupt(epoch, logs):
        if epoch == 1:
            raise KeyboardInterrupt

    stop = keras.callbacks.LambdaCallback(on_epoch_end=interrupt)
    restore = keras.callbacks.BackupAndRestore(backup)
    with pytest.raises(KeyboardInterrupt):
        fit(points(), rows((1,)), Checkpoints(tmp_path), restore, stop, epochs=3)
    gan = points()
    restore = keras.callbacks.BackupAndRestore(backup)
    fit(gan, rows((1,)), Checkpoints(tmp_path / "new"), restore, epochs=3)
    assert gan.step == 9


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"every": 0}, "`every`"),
        ({"keep": 0}, "`keep`"),
        ({"mode": "mni"}, "mean 'min'. .*min, max.*'mni'"),
    ],
)
def test_wrong_arguments_are_refused(tmp_path, values, message):
    with pytest.raises(ValueError, match=message):
        Checkpoints(tmp_path, **values)


def test_steps_are_listed_in_order(tmp_path):
    for name in [*saved(10, 9), "best.keras", ".step-00000011.7.keras"]:
        (tmp_path / name).touch()
    assert [p.name for p in checkpoints.steps(tmp_path)] == saved(9, 10)
    assert checkpoints.steps(tmp_path / "none") == []
