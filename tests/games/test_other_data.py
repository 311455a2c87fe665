"""Series, voxels, sounds, many bands and unscaled images keep their floats."""

import contract
import keras
import numpy as np
import pytest
import tensorflow as tf

import kgan
from kgan.cli import main
from kgan.games.sampler import Sampler, data_name, to_uint8

SHAPES = {
    "series": (6, 3),
    "audio": (16, 1),
    "voxels": (2, 3, 4, 1),
    "bands": (3, 3, 13),
    "unscaled": (3, 3, 1),
}
SCALE = 100.0


def make_gan(kind, num_classes=None, **options):
    """A GAN of data of one kind, with values far beyond 1."""
    keras.utils.set_random_seed(1)
    shape = SHAPES[kind]
    size = int(np.prod(shape))
    z, x = keras.Input((4,)), keras.Input(shape)
    label = keras.Input((), dtype="int32")
    made, flat = z, keras.layers.Flatten()(x)
    if num_classes is not None:
        embed = keras.layers.Embedding(num_classes, 4)
        made = keras.layers.Concatenate()([z, embed(label)])
        flat = keras.layers.Concatenate()([flat, embed(label)])
    made = keras.layers.Rescaling(SCALE)(keras.layers.Dense(size)(made))
    made = keras.layers.Reshape(shape)(made)
    judged = keras.layers.Dense(1)(flat)
    both = (z, x) if num_classes is None else ([z, label], [x, label])
    networks = keras.Model(both[0], made), keras.Model(both[1], judged)
    as_images = False if kind == "unscaled" else None
    gan = kgan.GAN(*networks, as_images=as_images, **options)
    gan.compile()
    return gan


def data(kind, count=200, seed=0):
    draw = np.random.default_rng(seed).normal(size=(count, *SHAPES[kind]))
    return (SCALE * draw).astype("float32")


@pytest.fixture(params=SHAPES)
def kind(request):
    return request.param


def test_what_is_generated_are_floats_of_any_range(kind):
    gan = make_gan(kind)
    found = gan.generate(5, seed=2)
    assert (found.dtype, found.shape) == (np.float32, (5, *SHAPES[kind]))
    assert np.abs(found).max() > 2.0
    latents = kgan.latents.latents_at(gan.prior, kgan.latents.table(2), 0, 5)
    np.testing.assert_array_equal(found, gan.decode(latents.numpy()))
    np.testing.assert_allclose(found, gan(latents), rtol=1e-4)
    ((samples, _),) = gan.examples(5, seed=2).batches(5)
    np.testing.assert_allclose(samples, found, rtol=1e-5)
    assert gan.interpolate(1, 2, steps=3).dtype == np.float32


def test_they_are_scored_as_they_are(kind):
    gan = make_gan(kind)
    real = data(kind, 5)
    expected = tf.sigmoid(gan.discriminator(real))[:, 0]
    np.testing.assert_allclose(gan.discriminate(real), expected, rtol=1e-4, atol=1e-6)


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize("made", [lambda x: x, lambda x: as_dataset(x), lambda x: (x,)])
def test_metrics_compare_all_their_values(kind, made):
    gan, real = make_gan(kind), data(kind)
    dataset = made(real)
    if isinstance(dataset, tuple):
        dataset = (real, np.zeros(len(real), int))
    which = ["sliced_wasserstein", "kernel", "precision_recall"]
    options = {"num_images": 150, "cache_dir": None}
    found = kgan.metrics.measure(gan, dataset, which, **options)
    fakes = gan.generate(150).reshape(150, -1)
    rng = np.random.default_rng(0)
    metric = kgan.metrics.sliced_wasserstein.sliced_wasserstein
    order = np.arange(200)
    if not isinstance(dataset, tf.data.Dataset):
        order = np.random.default_rng(0).permutation(200)
    rows = real.reshape(200, -1)[order]
    expected = metric(rows, fakes, 512, rng).mean()
    assert found["sliced_wasserstein_points"] == pytest.approx(expected, rel=1e-4)
    same = kgan.metrics.measure(gan, gan.generate(150), which, **options)
    assert same["precision_points"] == same["recall_points"] == 1.0


def as_dataset(real):
    return tf.data.Dataset.from_tensor_slices(real).batch(64)


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_what_fits_is_measured_where_nothing_is_asked(kind):
    found = kgan.metrics.measure(make_gan(kind), data(kind), num_images=200)
    assert {"frechet_points", "kernel_points", "recall_points"} <= found.values().keys()


def test_wide_data_have_no_covariance_by_default():
    wide = kgan.metrics.registry.fitting(
        None, None, kgan.metrics.features.Points(), (32, 32, 32, 1)
    )
    assert wide[0] == "sliced_wasserstein"
    assert "frechet" not in wide


def test_an_evaluation_during_training_and_the_watch(kind):
    gan, real = make_gan(kind), as_dataset(data(kind))
    watch = kgan.callbacks.CollapseWatch(real, every=1)
    options = {"num_images": 100, "cache_dir": None}
    measured = kgan.callbacks.EvaluateGenerator(["kernel"], real, **options)
    history = gan.fit(real, epochs=1, callbacks=[watch, measured], verbose=0).history
    assert np.isfinite(history["kernel_points"]).all()
    assert np.isfinite(history["diversity"]).all()


@pytest.mark.parametrize("num_classes", [None, 3])
def test_what_is_served_are_floats(kind, num_classes, tmp_path):
    gan = make_gan(kind, num_classes)
    path = gan.export(tmp_path / "m", allow_untrained=True, discriminator=True)
    served = tf.saved_model.load(path).signatures
    assert set(served) == {"serving_default", "generate", "interpolate", "discriminate"}
    asked = {"num_images": 4, "seed": 7, "truncation": 1.0}
    inputs = {
        "num_images": tf.constant(4),
        "seed": tf.constant(7, tf.int64),
        "truncation": tf.constant(1.0),
    }
    if num_classes:
        inputs["labels"] = tf.constant(-1)
    answer = served["generate"](**inputs)
    assert list(answer) == ["values"]
    expected = gan.generate(asked["num_images"], seed=asked["seed"])
    np.testing.assert_allclose(answer["values"], expected, rtol=1e-5)
    assert "values" in (path / "README.md").read_text("utf-8")
    labels = {"labels": tf.constant([0, 1, 2, 0])} if num_classes else {}
    score = served["discriminate"](values=tf.constant(expected), **labels)
    given = gan.discriminate(expected, labels.get("labels"))
    np.testing.assert_allclose(score["probability"], given, rtol=1e-4, atol=1e-6)


def test_a_command_writes_them_as_an_array(kind, tmp_path, capsys):
    gan = make_gan(kind)
    gan.save(tmp_path / "gan.keras")
    flags = [f"--model={tmp_path / 'gan.keras'}", "--num_images=5", "--seed=2"]
    assert main(["generate", *flags, f"--output={tmp_path / 'all'}"]) == 0
    found = np.load(tmp_path / "all.npy")
    np.testing.assert_array_equal(found, gan.generate(5, seed=2))
    assert main(["generate", *flags, f"--output={tmp_path / 'all.png'}"]) == 1
    assert "for values, in .npy" in capsys.readouterr().err


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_a_page_shows_their_features(kind, tmp_path):
    gan, real = make_gan(kind), data(kind)
    source = kgan.metrics.resolve.Finder(SHAPES[kind], None, None, 0, False)(real)
    evaluation = kgan.metrics.measure(gan, real, ["kernel"], 100, cache_dir=None)
    page = tmp_path / "report.html"
    kgan.report.write(page, gan, evaluation, source.source)
    text = page.read_text("utf-8")
    assert f"values of {' × '.join(map(str, SHAPES[kind]))}" in text
    assert 'id="features"' in text or 'aria-labelledby="features"' in text


def test_a_grid_refuses_them_before_training(kind, tmp_path):
    gan, real = make_gan(kind), as_dataset(data(kind))
    grid = kgan.callbacks.SampleGrid(tmp_path / "samples")
    with pytest.raises(ValueError, match="`SampleGrid` needs a model that generates"):
        gan.fit(real, epochs=1, callbacks=[grid], verbose=0)
    assert gan.step == 0
    assert not (tmp_path / "samples").exists()


def test_an_explorer_refuses_them(kind):
    with pytest.raises(ValueError, match="`gan` must generate images"):
        kgan.explore.Explorer(make_gan(kind))


def test_an_encoder_keeps_bands_as_they_are():
    shape = SHAPES["bands"]
    generator = contract.network([(2,)], shape)
    encoder = contract.network([shape], (2,))
    game = kgan.BiGAN(generator, encoder, contract.network([shape, (2,)], (1,)))
    bands = contract.images(3, shape)
    assert game.reconstruct(bands).dtype == np.float32
    shown = game.shown(2, examples=bands)
    np.testing.assert_array_equal(shown["real"], bands[:2])
    encode = game.endpoints().endpoints["encode"]
    assert [(s.name, s.dtype) for s in encode.specs] == [("values", tf.float32)]
    found = encode.function(values=tf.constant(bands))["latents"]
    np.testing.assert_allclose(found, game.encode(bands), atol=1e-6)


def test_a_translation_of_bands_takes_and_returns_floats():
    bands, picture = SHAPES["bands"], (3, 3, 3)
    generator = contract.network([bands], picture)
    game = kgan.Pix2Pix(generator, contract.network([bands, picture], (1,)))
    given = contract.images(3, bands)
    found = game.translate(given)
    np.testing.assert_array_equal(found, to_uint8(generator(given)))
    endpoint = game.endpoints().endpoints["translate"]
    assert [(s.name, s.dtype) for s in endpoint.specs] == [("values", tf.float32)]
    answer = endpoint.function(values=tf.constant(given))["images"]
    np.testing.assert_array_equal(answer, found)
    generator = contract.network([picture], bands)
    back = kgan.Pix2Pix(generator, contract.network([picture, bands], (1,)))
    images = contract.images(3, picture)
    np.testing.assert_allclose(back.translate(images), generator(images), atol=1e-6)
    batch = {"source": images, "target": given}
    np.testing.assert_array_equal(back.shown(examples=batch)["target"], given)


def test_names_of_data():
    assert data_name(True, (8, 8, 1)) == "images"
    assert data_name(False, (2,)) == "points"
    assert data_name(False, (8, 8, 1)) == data_name(False, (24, 3)) == "values"


def test_series_may_be_images_if_one_says_so():
    latents = keras.Input((3,))
    network = keras.Model(latents, keras.layers.Reshape((3, 1))(latents))
    prior = kgan.priors.Normal(3)
    drawn = np.array([[-1.0, 0.0, 1.0]], "float32")
    found = Sampler(network, prior, None, is_image=True).from_latents(drawn, None)
    np.testing.assert_array_equal(found[0, :, 0], [0, 128, 255])
