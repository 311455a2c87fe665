"""The driver: one sweep for all, statistics kept, values with their provenance."""

import json
import pathlib

import keras
import numpy as np
import pytest
import tensorflow as tf
from metric_stand_ins import Means, digits_gan, points_gan
from PIL import Image

import kgan
from kgan import metrics
from kgan.metrics.base import Few, Figure, Metric
from kgan.metrics.feature_rows import Rows
from kgan.metrics.frechet import Frechet, frechet_distance
from kgan.metrics.moments import Moments
from kgan.metrics.precision_recall import PrecisionRecall


class HeldOut(Metric):
    """Reads a held-out set."""

    kind, figures, best = "seen", ("seen",), ("min",)

    def statistics(self):
        return {role: Rows(100, "images") for role in ("real", "held_out", "fake")}

    def compute(self, collected, context):
        count = collected["held_out"].count
        return {"seen": Figure(count, 0.5, "a guess", {"k": 3})}


def measure(gan, dataset="digits", which=None, num_images=128, **options):
    which = which or [Frechet(features=Means())]
    return metrics.measure(gan, dataset, which, num_images, **options)


def test_the_value_is_the_formula_on_the_features():
    gan, extractor = digits_gan(), Means()
    real = Moments().add(extractor(kgan.data.source("digits").read()).features)
    fake = Moments().add(extractor(gan.generate(128, seed=3)).features)
    expected = frechet_distance(
        real.mean, real.covariance(), fake.mean, fake.covariance()
    )
    with pytest.warns(UserWarning, match="2,?048"):
        evaluation = measure(gan, seed=3)
    assert evaluation["frechet_means"] == pytest.approx(expected, rel=1e-9)


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_windows_and_classes_of_a_folder_are_those_of_the_model(tmp_path):
    for name in ("a", "c"):
        (tmp_path / name).mkdir()
        for index in range(8):
            scan = np.arange(64).reshape(8, 8).astype(np.uint16) * 60 + index
            Image.fromarray(scan).save(tmp_path / name / f"{index}.png")
    options = {"windows": {"window": (0, 2000)}, "class_names": ["a", "b", "c"]}
    evaluator = metrics.Evaluator(
        str(tmp_path), [Frechet(features=Means())], 8, allow_few=True, **options
    )
    gan = digits_gan(num_classes=3)
    (found,) = evaluator(gan).measurements
    assert found.provenance["windows"] == {"window": [0, 2000]}
    assert set(evaluator.real.source.labels) == {0, 2}
    plain = measure(digits_gan(), allow_few=True, num_images=9).measurements[0]
    assert "windows" not in plain.provenance
    options["class_names"] = ["a", "b", "d"]
    other = metrics.Evaluator(str(tmp_path), ["kernel_pixels"], 8, **options)
    with pytest.raises(ValueError, match=r"must have classes of the model.*: c in"):
        other(gan)


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_all_metrics_share_one_sweep_of_each_set():
    extractor = Means()
    which = [Frechet(features=extractor), PrecisionRecall(features=extractor)]
    found = measure(digits_gan(), which=which).values()
    assert list(found) == ["frechet_means", "precision_means", "recall_means"]
    assert extractor.rows == 1797 + 128


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_no_value_depends_on_the_size_of_batches():
    gan = digits_gan()
    which = ["frechet_pixels", "kernel_pixels", "precision_recall_digits"]
    options = {"cache_dir": None, "allow_few": True}
    reference = measure(gan, which=which, batch_size=256, **options).values()
    for batch_size in (17, 1000):
        found = measure(gan, which=which, batch_size=batch_size, **options).values()
        assert found == pytest.approx(reference, rel=1e-6)


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_no_value_depends_on_the_number_of_replicas(two_replicas):
    expected = measure(digits_gan(num_classes=10)).values()
    with two_replicas.scope():
        gan = digits_gan(num_classes=10)
    assert measure(gan).values() == pytest.approx(expected, rel=1e-6)


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_the_seed_decides():
    gan = digits_gan()
    first, again, other = (measure(gan, seed=s)["frechet_means"] for s in (1, 1, 2))
    assert first == again
    assert first != other


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_reals_are_extracted_once_for_ever(tmp_path):
    gan = digits_gan()
    rows = []
    for version in (1, 1, 2):
        extractor = Means(version)
        measure(gan, which=[Frechet(features=extractor)], cache_dir=tmp_path)
        rows.append(extractor.rows - 128)
    assert rows == [1797, 0, 1797]
    assert len(list(tmp_path.iterdir())) == 2


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_an_evaluator_sweeps_reals_once_for_many_models(tmp_path):
    extractor = Means()
    evaluator = metrics.Evaluator(
        "digits", [Frechet(features=extractor)], 128, (8, 8, 1), cache_dir=None
    )
    gan = digits_gan()
    values = [evaluator(gan, seed=seed)["frechet_means"] for seed in (0, 0, 1)]
    assert extractor.rows == 1797 + 3 * 128
    assert values[0] == values[1] != values[2]


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_provenance_says_all_that_a_figure_depends_on():
    gan = digits_gan()
    evaluation = measure(gan, num_real=500, truncation=0.9, seed=4)
    (found,) = evaluation.measurements
    expected = {
        "dataset": "digits",
        "num_real": 500,
        "num_fake": 128,
        "generator": "averaged weights",
        "step": 0,
        "truncation": 0.9,
        "seed": 4,
        "real_seed": 0,
        "kgan": kgan.__version__,
        "tensorflow": tf.__version__,
        "extractor": {"name": "means", "version": 1},
        "ddof": 1,
    }
    assert expected.items() <= found.provenance.items()
    assert "num_held_out" not in found.provenance
    assert json.loads(evaluation.to_json())[0]["provenance"]["truncation"] == 0.9
    raw = measure(gan, averaged=False).measurements[0]
    assert raw.provenance["generator"] == "raw weights"


def test_held_out_examples_are_those_that_are_named():
    held_out = kgan.data.source("digits").read()[:40]
    evaluation = measure(
        digits_gan(), which=[HeldOut("pixels")], held_out=held_out, num_images=5
    )
    (found,) = evaluation.measurements
    assert found.metric == "seen_pixels"
    assert found.value == found.provenance["num_held_out"] == 40
    assert (found.uncertainty, found.uncertainty_is) == (0.5, "a guess")
    assert found.provenance["k"] == 3


def test_held_out_examples_that_nobody_named_are_asked_for():
    with pytest.raises(ValueError, match="`held_out` must be given for seen"):
        measure(digits_gan(), which=[HeldOut("pixels")])


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_what_fits_is_measured_where_nothing_is_asked():
    found = metrics.measure(digits_gan(), "digits", num_images=100).values()
    assert {"frechet_digits", "recall_digits", "classes_found_digits"} <= found.keys()
    conditional = metrics.measure(digits_gan(10), "digits", num_images=100)
    assert "class_agreement_digits" in conditional.values()
    ring = metrics.measure(points_gan(), "ring", num_images=500, num_real=500)
    assert {"modes_found", "jensen_shannon"} <= ring.values().keys()


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_equal_distributions_are_near_the_optimum_and_noise_is_not():
    images = kgan.data.source("digits").read()
    noise = np.random.default_rng(0).integers(-60, 60, images.shape)
    noisy = np.clip(images.astype(int) + noise, 0, 255).astype(np.uint8)
    which = ["frechet_digits", "precision_recall_digits"]
    same, worse = (measure(i, which=which, num_images=1797) for i in (images, noisy))
    assert same["frechet_digits"] == pytest.approx(0.0, abs=1e-3)
    assert same["precision_digits"] == same["recall_digits"] == 1.0
    assert worse["frechet_digits"] > 0.3
    assert worse["precision_digits"] < 0.9


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_dropped_modes_cost_recall_and_distance():
    source = kgan.data.source("digits")
    few = source.read()[source.labels < 5]
    which = ["frechet_digits", "recall_digits", "classes_found_digits"]
    found = measure(few, which=which, num_images=1797)
    assert found["frechet_digits"] > 3.0
    assert found["recall_digits"] < 0.8
    assert found["smallest_class_share_digits"] == 0.0
    assert found["classes_kl_digits"] > 0.3


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_a_generator_of_constants_gets_finite_figures():
    constant = np.full((1000, 8, 8, 1), 7, np.uint8)
    which = ["frechet", "kernel", "precision_recall", "density_coverage", "birthday"]
    which += ["sliced_wasserstein", "class_coverage", "bins", "classifier_score"]
    with pytest.warns(UserWarning, match="All 1,000 arrays are equal"):
        found = measure(constant, which=which, num_images=1000, features="digits")
    assert np.isfinite(list(found.values().values())).all()
    assert found["recall_digits"] == 0.0
    assert found["classes_found_digits"] == 1


def class_points(labels, seed):
    """Points around the centre of their class."""
    draw = np.random.default_rng(seed).normal(size=(len(labels), 2))
    return (_CENTERS[labels] + 0.2 * draw).astype("float32")


_CENTERS = np.random.default_rng(7).normal(size=(10, 2)).astype("float32")
# 91% of class 0, 1% of each other.
_RARE = np.repeat(np.arange(10), [9_100] + [100] * 9)


def perfect_gan():
    """A conditional GAN that generates `class_points`."""
    z, label, x = keras.Input((2,)), keras.Input((), dtype="int32"), keras.Input((2,))
    centers = keras.layers.Embedding(10, 2, weights=[_CENTERS])
    scaled = keras.layers.Rescaling(0.2)(z)
    made = keras.layers.Add()([scaled, centers(label)])
    told = keras.layers.Embedding(10, 2)(label)
    judged = keras.layers.Dense(1)(keras.layers.Concatenate()([x, told]))
    networks = keras.Model([z, label], made), keras.Model([x, label], judged)
    gan = kgan.GAN(*networks, ema_momentum=None)
    gan.compile()
    return gan


def test_a_perfect_generator_is_as_near_as_a_second_sample_of_the_data():
    source = kgan.data.source((class_points(_RARE, 1), _RARE))
    gan, options = perfect_gan(), {"metrics": ["frechet"], "num_images": 10_000}
    second = metrics.measure(class_points(_RARE, 2), source, **options)
    assert second["frechet_points"] < 1e-3
    found = metrics.measure(gan, source, **options)
    assert found["frechet_points"] < 1e-3
    assert found.measurements[0].provenance["labels"] == "of the data"
    balanced = metrics.measure(gan, source, labels="balanced", **options)
    assert balanced["frechet_points"] > 0.1
    assert balanced.measurements[0].provenance["labels"] == "balanced"


def test_an_endless_data_set_tells_the_labels_of_its_beginning():
    pair = class_points(_RARE, 1), _RARE
    endless = tf.data.Dataset.from_tensor_slices(pair).shuffle(10_000, seed=1)
    endless = endless.batch(64).repeat()
    options = {"metrics": ["frechet"], "num_images": 10_000, "num_real": 10_000}
    found = metrics.measure(perfect_gan(), endless, **options)
    assert found["frechet_points"] < 2e-3
    assert found.measurements[0].provenance["num_real"] == 10_000


def test_labels_that_do_not_fit_are_refused_before_reals_are_swept():
    extractor = Means()
    with pytest.raises(ValueError, match=r"`dataset` must have labels .*\[0, 3\)"):
        measure(digits_gan(num_classes=3), which=[Frechet(features=extractor)])
    assert extractor.rows == 0


def test_too_few_examples_are_refused_unless_asked_for():
    which = ["frechet_pixels"]
    with pytest.raises(Few, match="64"):
        measure(digits_gan(), which=which, num_images=64)
    with pytest.warns(UserWarning, match="2,?048"):
        found = measure(digits_gan(), which=which, num_images=64, allow_few=True)
    assert found["frechet_pixels"] > 0


@pytest.mark.parametrize(
    ("dataset", "which", "message"),
    [
        ("ring", None, "image_size of ring must be None"),
        (np.zeros((5, 4, 4, 1), np.uint8), None, r"examples of shape \(8, 8, 1\)"),
        (np.full((5, 8, 8, 1), np.nan), None, "finite"),
        ("digits", ["freched"], "Did you mean 'frechet'"),
        ("digits", ["frechet_mnisd"], "Did you mean 'mnist'"),
        ("digits", [], "at least one metric"),
        ("digitz", None, "Did you mean 'digits'"),
        ("digits", ["mode_coverage"], "centers"),
        ("digits", ["jensen_shannon"], "density"),
        ("digits", ["class_agreement_digits"], "conditional"),
        ("digits", ["class_coverage_pixels"], "classif"),
    ],
)
def test_what_does_not_fit_is_refused(dataset, which, message):
    with pytest.raises(ValueError, match=message):
        metrics.measure(digits_gan(), dataset, which, 128)


def test_a_split_that_is_not_there_is_refused():
    with pytest.raises(ValueError, match="split of digits"):
        measure(digits_gan(), split="validation")


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_a_data_set_can_be_the_reference():
    images = kgan.data.source("digits").read()
    dataset = kgan.data.load("digits", batch_size=599, shuffle=False)
    found = measure(images, dataset, ["frechet_digits"], num_images=1797)
    assert found["frechet_digits"] == pytest.approx(0.0, abs=1e-3)


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_a_folder_can_be_what_was_generated(tmp_path):
    from PIL import Image

    images = kgan.data.source("digits").read()[:120]
    for index, image in enumerate(images):
        Image.fromarray(image[..., 0]).save(tmp_path / f"{index:03}.png")
    from_files = measure(str(tmp_path), num_images=120)
    assert from_files.measurements[0].provenance["num_fake"] == 120
    assert from_files["frechet_means"] == pytest.approx(
        measure(images, num_images=120)["frechet_means"], rel=1e-9
    )


def test_two_figures_of_one_name_are_refused():
    which = [PrecisionRecall(k=k, features=Means()) for k in (3, 5)]
    with pytest.raises(ValueError, match="precision_means twice"):
        measure(digits_gan(), which=which)


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_a_ragged_last_batch_counts_what_it_holds():
    images = kgan.data.source("digits").read()[:150]
    ragged = tf.data.Dataset.from_tensor_slices(images).batch(64)
    found = measure(digits_gan(), ragged).measurements[0]
    assert found.provenance["num_real"] == 150


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_counts_are_of_what_a_metric_used():
    which = [PrecisionRecall(limit=120, equal=False, features=Means())]
    found = measure(digits_gan(), which=which).measurements[0]
    assert (found.provenance["num_real"], found.provenance["num_fake"]) == (120, 120)
    (bins,) = [HeldOut("pixels")]
    held_out = kgan.data.source("digits").read()[:40]
    found = measure(digits_gan(), which=[bins], held_out=held_out).measurements[0]
    assert found.provenance["num_real"] == 100


def test_a_folder_can_be_held_out(tmp_path):
    from PIL import Image

    for index, image in enumerate(kgan.data.source("digits").read()[:30]):
        Image.fromarray(image[..., 0]).save(tmp_path / f"{index:03}.png")
    which = [HeldOut("pixels")]
    found = measure(digits_gan(), which=which, held_out=str(tmp_path), num_images=5)
    assert found["seen_pixels"] == 30


def test_the_reference_is_not_held_out():
    source = kgan.data.source("digits")
    with pytest.raises(ValueError, match="`held_out` must be other examples"):
        measure(digits_gan(), which=[HeldOut("pixels")], held_out=source)


def test_held_out_examples_of_another_shape_are_refused():
    with pytest.raises(ValueError, match=r"shape \(4, 4, 1\), as the held-out ones"):
        measure(
            digits_gan(),
            which=[HeldOut("pixels")],
            held_out=np.zeros((5, 4, 4, 1), np.uint8),
        )


DATA = pathlib.Path(__file__).parents[3] / "shared" / "data" / "tfds"


@pytest.mark.skipif(not (DATA / "mnist").exists(), reason="needs MNIST, prepared")
def test_real_held_out_digits_are_near_the_training_digits():
    test = kgan.data.source("mnist", split="test", data_dir=DATA)
    evaluation = metrics.measure(
        test,
        "mnist",
        ["frechet_mnist", "precision_recall_mnist", "memorisation_mnist"],
        num_images=2100,
        num_real=2100,
        data_dir=DATA,
    )
    assert evaluation["frechet_mnist"] < 0.3
    assert evaluation["precision_mnist"] > 0.8
    assert evaluation.measurements[0].provenance["split"] == "train"
