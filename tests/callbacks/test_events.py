"""Summaries are on the disk at once; where they cannot be, training goes on."""

import pytest
import tensorflow as tf
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from kgan.callbacks.events import Events


def shown(log_dir, tag):
    events = EventAccumulator(str(log_dir), {"tensors": 0})
    events.Reload()
    return [(e.step, tf.make_ndarray(e.tensor_proto)) for e in events.Tensors(tag)]


def test_summaries_can_be_read_before_the_file_is_closed(tmp_path):
    events = Events(tmp_path / "logs")
    assert not (tmp_path / "logs").exists()
    for step in (3, 5):
        events.write(step, lambda s=step: tf.summary.scalar("twice", 2.0 * s))
    assert shown(tmp_path / "logs", "twice") == [(3, 6.0), (5, 10.0)]
    events.close()
    events.close()


def full(*args, **kwargs):
    raise tf.errors.ResourceExhaustedError(None, None, "{{node a}} No space\nleft")


@pytest.mark.parametrize("step", ["write", "close"])
def test_a_full_disk_is_one_line(tmp_path, step, monkeypatch, capsys):
    events = Events(tmp_path)
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
        Events(tmp_path).write(1, wrong)
