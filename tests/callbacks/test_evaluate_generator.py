"""Metrics of the distribution in the logs of a training."""

import csv

import keras
import pytest
from metric_stand_ins import Means, digits_gan

import kgan
from kgan.callbacks import EvaluateGenerator
from kgan.metrics.frechet import Frechet

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")


def fit(gan, callbacks, epochs=2, steps=3):
    data = kgan.data.load("digits", batch_size=32, steps_per_epoch=steps)
    return gan.fit(data, epochs=epochs, callbacks=callbacks, verbose=0).history


def evaluation(extractor=None, **options):
    which = [Frechet(features=extractor or Means())]
    return EvaluateGenerator(which, "digits", num_images=64, cache_dir=None, **options)


def test_each_epoch_gets_the_figure_of_its_end():
    gan = digits_gan()
    history = fit(gan, [evaluation()])
    assert len(set(history["frechet_means"])) == 2
    measured = kgan.metrics.measure(
        gan, "digits", [Frechet(features=Means())], 64, cache_dir=None
    )
    assert history["frechet_means"][-1] == measured["frechet_means"]


def test_reals_are_swept_once_for_all_trainings():
    extractor = Means()
    gan, watch = digits_gan(), evaluation(extractor)
    for _ in range(2):
        fit(gan, [watch])
    assert extractor.rows == 1797 + 4 * 64


def test_between_two_evaluations_the_last_figure_is_repeated():
    extractor = Means()
    # Steps 3, 6, 9, 12; due at 5, at 10, and after the first epoch.
    history = fit(digits_gan(), [evaluation(extractor, every=5)], epochs=4)
    values = history["frechet_means"]
    assert values[0] != values[1] == values[2] != values[3]
    assert extractor.rows == 1797 + 3 * 64


def test_those_who_come_later_see_it(tmp_path):
    callbacks = [
        evaluation(),
        keras.callbacks.ModelCheckpoint(
            tmp_path / "best.keras",
            monitor="frechet_means",
            mode="min",
            save_best_only=True,
        ),
        keras.callbacks.CSVLogger(tmp_path / "log.csv"),
        kgan.callbacks.Checkpoints(tmp_path / "c", best="frechet_means"),
    ]
    history = fit(digits_gan(), callbacks)
    assert (tmp_path / "best.keras").exists()
    assert (tmp_path / "c" / "best.keras").exists()
    with (tmp_path / "log.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    logged = [float(row["frechet_means"]) for row in rows]
    assert logged == pytest.approx(history["frechet_means"])


def test_on_two_replicas_the_figure_is_that_of_one(two_replicas):
    expected = fit(digits_gan(), [evaluation()])["frechet_means"]
    with two_replicas.scope():
        gan = digits_gan()
    found = fit(gan, [evaluation()])["frechet_means"]
    assert found == pytest.approx(expected, rel=1e-2)


def test_missing_data_are_told_before_training():
    gan = digits_gan()
    with pytest.raises(ValueError, match="did you mean digits"):
        fit(gan, [EvaluateGenerator(["frechet_digits"], "digitz")])
    assert gan.step == 0


def test_a_wrong_pace_is_refused():
    with pytest.raises(ValueError, match="`every` must be"):
        EvaluateGenerator(["frechet_digits"], "digits", every=0)
