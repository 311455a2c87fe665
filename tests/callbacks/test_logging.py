"""What is noted after each epoch outlives the process; a full disk ends no run."""

import os
import types

import pytest
import tensorflow as tf
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from kgan.callbacks import logging


@pytest.fixture
def play():
    """Plays epochs of two steps without a game, with given logs."""

    def play(callback, first, *epochs):
        callback.set_model(types.SimpleNamespace(step=2 * first))
        callback.on_train_begin()
        for epoch, logs in enumerate(epochs, start=first):
            callback.on_epoch_begin(epoch)
            callback.model.step += 2
            callback.on_epoch_end(epoch, logs)

    return play


def lines(path):
    return path.read_text("utf-8").split()


def test_metrics_take_keys_that_come_late(play, tmp_path):
    path = tmp_path / "new" / "metrics.csv"
    metrics = logging.Metrics(path)
    play(metrics, 0, {"d_loss": 1.5}, {"d_loss": 1.25, "fid": 30.0})
    assert lines(path) == ["epoch,step,d_loss,fid", "0,2,1.5,", "1,4,1.25,30.0"]


def test_metrics_of_a_resumed_run_keep_the_epochs_before(play, tmp_path):
    path = tmp_path / "metrics.csv"
    play(logging.Metrics(path), 0, {"a": 1.0}, {"a": 2.0}, {"a": 3.0})
    play(logging.Metrics(path), 2, {"a": 4.0}, {"a": 5.0, "b": 6.0})
    assert lines(path) == [
        "epoch,step,a,b",
        "0,2,1.0,",
        "1,4,2.0,",
        "2,6,4.0,",
        "3,8,5.0,6.0",
    ]


def test_metrics_of_another_run_are_replaced(play, tmp_path):
    path = tmp_path / "metrics.csv"
    play(logging.Metrics(path), 0, {"a": 1.0}, {"a": 2.0})
    play(logging.Metrics(path), 0, {"b": 3.0})
    assert lines(path) == ["epoch,step,b", "0,2,3.0"]


def test_a_full_disk_costs_no_line(play, tmp_path, monkeypatch, capsys):
    metrics = logging.Metrics(tmp_path / "metrics.csv")
    with monkeypatch.context() as patch:

        def full(path):
            raise OSError(28, "No space left on device")

        patch.setattr(metrics, "_write", full)
        play(metrics, 0, {"a": 1.0})
    assert "metrics.csv could not be written" in capsys.readouterr().out
    metrics.on_epoch_end(1, {"a": 2.0})
    assert lines(metrics.path) == ["epoch,step,a", "0,2,1.0", "1,2,2.0"]


def test_a_last_line_that_did_not_fit_is_written_in_the_end(
    play, tmp_path, monkeypatch
):
    metrics = logging.Metrics(tmp_path / "metrics.csv")
    with monkeypatch.context() as patch:
        patch.setattr(logging, "attempt", lambda path, write: False)
        play(metrics, 0, {"a": 1.0})
    assert not metrics.path.exists()
    metrics.on_train_end()
    assert lines(metrics.path) == ["epoch,step,a", "0,2,1.0"]


@pytest.mark.parametrize("rest", ["2", "2,6", "2,6,1.0,5.0", "\0"])
def test_half_a_line_of_metrics_is_left_out(play, tmp_path, rest):
    path = tmp_path / "metrics.csv"
    play(logging.Metrics(path), 0, {"a": 1.0}, {"a": 2.0})
    path.write_text(path.read_text() + rest)
    assert [row["step"] for row in logging.read_metrics(path)] == ["2", "4"]
    play(logging.Metrics(path), 2, {"a": 3.0})
    assert lines(path) == ["epoch,step,a", "0,2,1.0", "1,4,2.0", "2,6,3.0"]
    assert logging.read_metrics(tmp_path / "none.csv") == []


def shown(log_dir):
    events = EventAccumulator(str(log_dir), {"tensors": 0})
    events.Reload()
    return {tag: events.Tensors(tag) for tag in events.Tags()["tensors"]}


def test_board_shows_curves_over_the_step_and_the_text(play, tmp_path):
    board = logging.Board(tmp_path, "the *recipe*")
    play(board, 3, {"d_loss": 1.5}, {"d_loss": 1.25, "fid": 30.0})
    # Before the training ends: what a killed process has written must be there.
    tags = shown(tmp_path)
    assert [event.step for event in tags["game/d_loss"]] == [8, 10]
    assert [event.step for event in tags["game/fid"]] == [10]
    (text,) = tags["recipe"]
    assert (text.step, list(text.tensor_proto.string_val)) == (6, [b"the *recipe*"])
    board.on_train_end()
    board.on_train_end()


def test_curves_of_a_kind_stand_together(play, tmp_path):
    keys = [
        *("d_real", "r1", "diversity", "rollbacks", "g_gradient_norm"),
        *("d_learning_rate", "g_loss_scale", "step_seconds", "images_per_second"),
        *("kimg", "seconds_per_kimg"),
        "val_d_real",
    ]
    play(logging.Board(tmp_path), 0, dict.fromkeys(keys, 1.0))
    assert sorted(shown(tmp_path)) == [
        "game/d_real",
        "game/diversity",
        "game/r1",
        "game/rollbacks",
        "gradients/g_gradient_norm",
        "optimizers/d_learning_rate",
        "optimizers/g_loss_scale",
        "recipe",
        "speed/images_per_second",
        "speed/kimg",
        "speed/seconds_per_kimg",
        "speed/step_seconds",
        "validation/val_d_real",
    ]


def test_board_writes_nothing_before_training(tmp_path):
    board = logging.Board(tmp_path / "logs")
    board.on_train_end()
    assert not (tmp_path / "logs").exists()


# === Summaries ===


def tensors(log_dir, tag):
    events = EventAccumulator(str(log_dir), {"tensors": 0})
    events.Reload()
    return [(e.step, tf.make_ndarray(e.tensor_proto)) for e in events.Tensors(tag)]


def test_summaries_can_be_read_before_the_file_is_closed(tmp_path):
    events = logging.Events(tmp_path / "logs")
    assert not (tmp_path / "logs").exists()
    for step in (3, 5):
        events.write(step, lambda s=step: tf.summary.scalar("twice", 2.0 * s))
    assert tensors(tmp_path / "logs", "twice") == [(3, 6.0), (5, 10.0)]
    events.close()
    events.close()


def full(*args, **kwargs):
    raise tf.errors.ResourceExhaustedError(None, None, "{{node a}} No space\nleft")


@pytest.mark.parametrize("step", ["write", "close"])
def test_a_full_disk_is_one_line(tmp_path, step, monkeypatch, capsys):
    events = logging.Events(tmp_path)
    events.write(1, lambda: tf.summary.scalar("a", 1.0))
    if step == "write":
        events.write(2, full)
    else:
        monkeypatch.setattr(events._writer, "close", full)
        events.close()
    assert capsys.readouterr().out == (
        f"\n{tmp_path} could not be written: No space left. Training goes on.\n"
    )


def test_an_error_of_the_caller_is_not_hidden(tmp_path):
    def wrong():
        raise TypeError("a bug")

    with pytest.raises(TypeError, match="a bug"):
        logging.Events(tmp_path).write(1, wrong)


@pytest.mark.parametrize("whole", [False, True])
def test_what_a_full_disk_broke_off_is_written_again(
    tmp_path, whole, monkeypatch, capsys
):
    events = logging.Events(tmp_path)

    def write(step):
        events.write(step, lambda: tf.summary.scalar("a", 1.0 * step))

    write(1)
    (first,) = tmp_path.iterdir()
    flush, before = events._writer.flush, first.stat().st_size

    def full():
        # TensorFlow says nothing: a part of the summary, or all of it, is not there.
        flush()
        os.truncate(first, before if whole else first.stat().st_size - 1)

    monkeypatch.setattr(events._writer, "flush", full)
    write(2)
    assert "could not be written: [Errno 28] No space left" in capsys.readouterr().out
    write(3)
    events.close()
    assert tensors(tmp_path, "a") == [(1, 1.0), (2, 2.0), (3, 3.0)]


def test_summaries_that_are_switched_off_are_no_full_disk(tmp_path, play, capsys):
    events = logging.Events(tmp_path)
    with tf.summary.record_if(False):
        events.write(1, lambda: tf.summary.scalar("a", 1.0))
    events.write(2, lambda: tf.summary.scalar("a", 2.0))
    events.close()
    play(logging.Board(tmp_path / "board"), 0, {}, None, {"d_loss": 1.5})
    assert capsys.readouterr().out == ""
    assert tensors(tmp_path, "a") == [(2, 2.0)]


def test_what_could_not_be_written_is_tried_again_at_the_end(tmp_path, capsys):
    events, room = logging.Events(tmp_path), []

    def summarise():
        if not room:
            full()
        tf.summary.scalar("a", 1.0)

    events.write(4, summarise)
    assert capsys.readouterr().out.count("could not be written") == 1
    room.append(True)
    events.close()
    assert tensors(tmp_path, "a") == [(4, 1.0)]
