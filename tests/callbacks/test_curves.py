"""What the callbacks measure reaches all that show it: History, CSV, TensorBoard."""

import csv

import keras
import networks
import numpy as np
import pytest
import tensorflow as tf
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

import kgan
from kgan.callbacks import CollapseWatch, LearningRates, Throughput

KEYS = {
    *("d_loss", "g_loss", "d_real", "d_fake", "d_accuracy", "r1"),
    *("d_gradient_norm", "g_gradient_norm"),
    *("d_learning_rate", "g_learning_rate"),
    *("step_seconds", "images_per_second", "kimg", "seconds_per_kimg"),
    *("diversity", "rollbacks"),
}


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """Two epochs with all of them: `(history, directory)`."""
    directory = tmp_path_factory.mktemp("run")
    real = networks.images(32)
    data = tf.data.Dataset.from_tensor_slices(real).batch(8, drop_remainder=True)
    gan = networks.gan()
    history = gan.fit(
        data,
        epochs=2,
        verbose=0,
        callbacks=[
            Throughput(),
            LearningRates(),
            CollapseWatch(real, action="rollback"),
            kgan.callbacks.logging.Metrics(directory / "metrics.csv"),
            keras.callbacks.TensorBoard(directory / "keras", write_graph=False),
            kgan.callbacks.logging.Board(directory / "board"),
        ],
    )
    return history.history, directory


def _curves(log_dir):
    events = EventAccumulator(str(log_dir), {"tensors": 0})
    events.Reload()
    return {
        tag: [float(tf.make_ndarray(event.tensor_proto)) for event in points]
        for tag in events.Tags()["tensors"]
        if tag != "recipe" and (points := events.Tensors(tag))
    }


def test_history(run):
    history, _ = run
    assert history.keys() == KEYS
    assert all(len(values) == 2 for values in history.values())
    assert all(np.isfinite(values).all() for values in history.values())
    for key in KEYS - {"rollbacks", "d_loss", "g_loss"}:
        assert min(history[key]) > 0.0, key


def test_csv(run):
    history, directory = run
    with (directory / "metrics.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert rows[0].keys() == KEYS | {"epoch", "step"}
    for key in KEYS:
        assert [float(row[key]) for row in rows] == history[key]


def test_tensorboard_of_keras(run):
    history, directory = run
    curves = _curves(directory / "keras" / "train")
    for key in KEYS:
        np.testing.assert_allclose(curves[f"epoch_{key}"], history[key], rtol=1e-6)


def test_board(run):
    history, directory = run
    curves = _curves(directory / "board")
    assert {tag.partition("/")[2] for tag in curves} == KEYS
    assert {tag.partition("/")[0] for tag in curves} == {
        "game", "gradients", "optimizers", "speed",
    }  # fmt: skip
    for tag, values in curves.items():
        np.testing.assert_allclose(values, history[tag.partition("/")[2]], rtol=1e-6)
