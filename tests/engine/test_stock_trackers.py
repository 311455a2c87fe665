"""Callbacks that read a model as those of trackers do: what they need is there.

Each reads the same attributes in the same ways as the callback that it stands for; the
packages themselves are tried by scripts/try_trackers.py.
"""

import json

import keras
import networks
import numpy as np
import pytest
import tensorflow as tf

from kgan.callbacks import LearningRates


class LikeWandb(keras.callbacks.Callback):
    """W&B's WandbMetricsLogger: the rate of one optimizer, after each batch."""

    def __init__(self):
        super().__init__()
        self.logged = []

    def _rate(self):
        rate = self.model.optimizer.learning_rate
        is_tensor = isinstance(rate, (tf.Variable, tf.Tensor))
        if is_tensor or (hasattr(rate, "shape") and rate.shape == ()):
            return float(rate.numpy().item())
        return float(rate(step=0).numpy().item())

    def on_train_batch_end(self, batch, logs=None):
        self.logged.append({f"batch/{key}": value for key, value in logs.items()})
        self.logged[-1]["batch/learning_rate"] = self._rate()

    def on_epoch_end(self, epoch, logs=None):
        self.logged.append({f"epoch/{key}": value for key, value in logs.items()})
        self.logged[-1]["epoch/learning_rate"] = self._rate()


class LikeMlflow(keras.callbacks.Callback):
    """MLflow's MlflowCallback: optimizers' arguments, the summary, the iterations."""

    def on_train_begin(self, logs=None):
        config = self.model.optimizer.get_config()
        self.parameters = {f"optimizer_{k}": str(v) for k, v in config.items()}
        lines = []
        self.model.summary(print_fn=lambda line, *args, **kwargs: lines.append(line))
        self.summary = "\n".join(lines)
        self.iterations = []

    def on_batch_end(self, batch, logs=None):
        self.iterations.append(int(self.model.optimizer.iterations.numpy()))


class LikeOthers(keras.callbacks.Callback):
    """What further trackers read: the architecture, sizes, the optimizer's name."""

    def on_train_begin(self, logs=None):
        self.read = {
            "json": json.loads(self.model.to_json()),
            "parameters": self.model.count_params(),
            "optimizer": self.model.optimizer.name,
            "layers": [layer.name for layer in self.model.layers],
            "loss": self.model.loss,
            "weights": len(self.model.weights),
        }


def optimizers(rate):
    return {
        "generator_optimizer": keras.optimizers.Adam(rate),
        "discriminator_optimizer": keras.optimizers.SGD(rate),
    }


def decaying():
    return keras.optimizers.schedules.PolynomialDecay(0.4, 4, 0.0)


@pytest.mark.parametrize("rate", [lambda: 0.25, decaying], ids=["constant", "schedule"])
@pytest.mark.parametrize("policy", ["float32", "mixed_float16"])
def test_a_tracker_of_metrics_finds_rates_of_all_players(rate, policy):
    keras.config.set_dtype_policy(policy)
    gan, tracker = networks.gan(compiled=optimizers(rate())), LikeWandb()
    rates = LearningRates(each_batch=True)
    gan.fit(networks.images(), batch_size=8, verbose=0, callbacks=[rates, tracker])
    first, second, epoch = tracker.logged
    expected = [0.25] * 2 if rate() == 0.25 else [0.3, 0.2]
    for log, value in zip((first, second), expected, strict=True):
        for name in ("learning_rate", "g_learning_rate", "d_learning_rate"):
            assert log[f"batch/{name}"] == pytest.approx(value)
    assert epoch["epoch/g_learning_rate"] == pytest.approx(expected[-1])


def test_the_rate_of_replicas_is_a_number(two_replicas):
    with two_replicas.scope():
        gan = networks.gan(compiled=optimizers(0.25))
    tracker = LikeWandb()
    data = tf.data.Dataset.from_tensor_slices(networks.images(16))
    gan.fit(data.batch(16, drop_remainder=True), verbose=0, callbacks=[tracker])
    assert tracker.logged[0]["batch/learning_rate"] == 0.25


def test_a_tracker_of_parameters_finds_those_of_all_players():
    gan, tracker = networks.gan(compiled=optimizers(decaying())), LikeMlflow()
    gan.fit(networks.images(), batch_size=8, verbose=0, callbacks=[tracker])
    assert tracker.parameters["optimizer_discriminator_momentum"] == "0.0"
    assert tracker.parameters["optimizer_generator_beta_2"] == "0.999"
    assert "PolynomialDecay" in tracker.parameters["optimizer_generator_learning_rate"]
    assert max(map(len, tracker.parameters.values())) < 6000  # MLflow's longest
    assert "generator" in tracker.summary
    assert tracker.iterations == [1, 2]


def test_others_find_what_they_read():
    gan, tracker = networks.gan(), LikeOthers()
    gan.fit(networks.images(), batch_size=8, verbose=0, callbacks=[tracker])
    read = tracker.read
    assert read["json"]["class_name"] == "GAN"
    assert read["parameters"] > 0
    assert read["optimizer"] == "discriminator, generator"
    assert {"generator", "discriminator"} <= set(read["layers"])
    assert read["loss"] is None
    assert read["weights"] == len(gan.weights)


def test_autologging_appends_to_the_list_of_callbacks(monkeypatch):
    """MLflow wraps `keras.Model.fit`, and appends to what it finds there."""
    original, seen = keras.Model.fit, []

    def wrapped(self, *args, **kwargs):
        callbacks = kwargs.get("callbacks", [])
        assert not any(isinstance(each, LikeMlflow) for each in callbacks)
        seen.append(LikeMlflow())
        callbacks.append(seen[-1])
        return original(self, *args, **{**kwargs, "callbacks": callbacks})

    monkeypatch.setattr(keras.Model, "fit", wrapped)
    gan = networks.gan()
    gan.fit(networks.images(), batch_size=8, verbose=0)
    gan.fit(networks.images(), batch_size=8, verbose=0, callbacks=[LikeOthers()])
    assert [tracker.iterations for tracker in seen] == [[1, 2], [3, 4]]


def test_callbacks_of_keras_write_what_they_do_of_a_classifier(tmp_path):
    gan = networks.gan(compiled=optimizers(0.25))
    names = ("d_loss", "val_g_loss", "d_accuracy")
    plateau = keras.callbacks.ReduceLROnPlateau(
        "d_loss", 0.5, 0, mode="min", min_delta=9
    )
    callbacks = [
        keras.callbacks.LearningRateScheduler(lambda epoch, rate: rate * 0.5),
        plateau,
        *(
            keras.callbacks.ModelCheckpoint(
                tmp_path / f"{name}.keras", name, save_best_only=True, mode="min"
            )
            for name in names
        ),
        keras.callbacks.BackupAndRestore(tmp_path / "backup"),
        keras.callbacks.CSVLogger(tmp_path / "log.csv"),
        keras.callbacks.TensorBoard(
            tmp_path / "logs", histogram_freq=1, write_graph=True, update_freq=1
        ),
    ]
    images = networks.images()
    gan.fit(
        *(images,),
        batch_size=8,
        epochs=2,
        verbose=0,
        callbacks=callbacks,
        validation_data=images,
    )
    header = (tmp_path / "log.csv").read_text().splitlines()[0]
    assert {"d_loss", "val_d_loss", "learning_rate_generator"} <= set(header.split(","))
    rate = 0.25 * 0.5**2 * 0.5  # two epochs of the schedule, one of the plateau
    for optimizer in gan.optimizers.values():
        np.testing.assert_allclose(float(optimizer.learning_rate), rate)
    for name in names:
        assert keras.models.load_model(tmp_path / f"{name}.keras").step > 0
    assert list((tmp_path / "logs" / "train").glob("events*"))
