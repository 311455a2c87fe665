"""Metrics of the distribution in the logs of a training."""

import csv

import keras
import numpy as np
import pytest
from metric_stand_ins import Means, digits_gan

import kgan
from kgan.callbacks import EvaluateGenerator
from kgan.metrics.frechet import Frechet

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")


def fit(gan, callbacks, epochs=2, steps=3):
    classes = gan.num_classes is not None
    options = {"steps_per_epoch": steps, "with_labels": classes}
    data = kgan.data.load("digits", batch_size=32, **options)
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
    # Epochs end at 3, 6, 9, 12, 15: the first, those after 7 and 14, which is the last.
    history = fit(digits_gan(), [evaluation(extractor, every=7)], epochs=5)
    values = history["frechet_means"]
    assert values[0] == values[1] != values[2] == values[3] != values[4]
    assert extractor.rows == 1797 + 3 * 64


def test_the_last_epoch_is_measured_always():
    gan = digits_gan()
    history = fit(gan, [evaluation(every=100)], epochs=3)
    values = history["frechet_means"]
    assert values[0] == values[1] != values[2]
    measured = kgan.metrics.measure(
        gan, "digits", [Frechet(features=Means())], 64, cache_dir=None
    )
    assert values[2] == measured["frechet_means"]


def test_a_training_that_failed_is_not_measured():
    class Break(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            if epoch == 1:
                weight = self.model.generator.weights[-1]
                weight.assign(np.full(weight.shape, np.nan))
                self.model.stop_training = True

    history = fit(digits_gan(), [Break(), evaluation(averaged=False)], epochs=3)
    assert len(history["frechet_means"]) == 2
    assert np.isfinite(history["frechet_means"]).all()


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
    with two_replicas.scope():
        gan = digits_gan()
    found = fit(gan, [evaluation()])["frechet_means"][-1]
    alone = digits_gan()
    alone.set_weights(gan.get_weights())
    measured = kgan.metrics.measure(
        alone, "digits", [Frechet(features=Means())], 64, cache_dir=None
    )
    assert found == pytest.approx(measured["frechet_means"], rel=1e-6)


@pytest.mark.parametrize("labels", ["data", "balanced"])
def test_classes_are_those_of_the_data_unless_told_otherwise(labels):
    source = kgan.data.source("digits")
    rare = source.read()[source.labels == 3], source.labels[source.labels == 3]
    watch = evaluation(labels=labels)
    watch.dataset = rare
    fit(digits_gan(10), [watch], epochs=1)
    found = watch.last.measurements[0].provenance["labels"]
    assert found == {"data": "of the data"}.get(labels, labels)


def test_labels_of_other_classes_are_told_before_training():
    gan, extractor = digits_gan(10), Means()
    watch = evaluation(extractor)
    watch.dataset = kgan.data.source("digits").read(), np.arange(1797) % 11
    with pytest.raises(ValueError, match=r"`dataset` must have labels"):
        fit(gan, [watch])
    assert (gan.step, extractor.rows) == (0, 0)


def test_missing_data_are_told_before_training():
    gan = digits_gan()
    with pytest.raises(ValueError, match="Did you mean 'digits'"):
        fit(gan, [EvaluateGenerator(["frechet_digits"], "digitz")])
    assert gan.step == 0


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"metrics": ["frechet_digitz"]}, "Did you mean 'digits'"),
        ({"metrics": ["class_agreement_digits"]}, "needs a conditional model"),
        ({"metrics": ["mode_coverage"]}, "`source` must be a mixture"),
        ({"metrics": ["frechet_digits"], "num_images": 60}, "more than 64 examples"),
    ],
)
def test_a_trial_finds_what_cannot_be_measured(options, message):
    watch = EvaluateGenerator(dataset="digits", **options)
    with pytest.raises(ValueError, match=message):
        watch.check(digits_gan())


def test_a_trial_measures_few_and_returns_names():
    extractor = Means()
    watch = evaluation(extractor)
    assert watch.check(digits_gan()) == watch.names == ("frechet_means",)
    assert extractor.rows == 128 + 64
    assert watch.last is None


def test_a_wrong_pace_is_refused():
    with pytest.raises(ValueError, match="`every` must be"):
        EvaluateGenerator(["frechet_digits"], "digits", every=0)
