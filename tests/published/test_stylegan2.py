import dataclasses
import json
import pathlib

import keras
import numpy as np
import pickles
import published_stylegan2 as theirs
import pytest
import tensorflow as tf
from published_stylegan2 import Networks, discriminator, generator, written

import kgan
from kgan.published.stylegan2 import load_stylegan2

SHARED = pathlib.Path(__file__).parents[3] / "shared/fixtures/stylegan2"
CASES = {
    "unconditional": Networks(size=16),
    "classes, one color": Networks(classes=3, colors=1, seed=1),
    "orig": Networks(architecture="orig", latents=6, mapping_layers=3, seed=2),
    # A clamp so low that it changes all activations.
    "of StyleGAN3's repository": Networks(clamp=0.6, classes=2, seed=3),
}


@pytest.fixture
def path(tmp_path):
    return tmp_path / "published.pkl"


def load(path, data):
    path.write_bytes(data)
    return load_stylegan2(path)


def _drawn(case, count=4):
    rng = np.random.default_rng(9)
    latents = rng.normal(size=(count, case.latents))
    labels = rng.integers(0, max(case.classes, 1), count).astype("int32")
    one_hot = np.eye(case.classes)[labels] if case.classes else None
    return latents, labels, one_hot


def _inputs(first, case, labels):
    first = np.asarray(first, "f4")
    return [first, labels] if case.classes else first


@pytest.fixture(scope="module", params=CASES)
def case(request):
    return CASES[request.param]


@pytest.fixture(scope="module")
def gan(case, tmp_path_factory):
    return load(tmp_path_factory.mktemp("pickle") / "published.pkl", case.pickle())


def _images(case, seed, latents, one_hot):
    tensors = case.generator(seed)
    w = theirs.mapping(tensors, latents, one_hot)
    images = theirs.synthesis(tensors, w, case.sizes, case.clamp)
    return images.transpose(0, 2, 3, 1)


def test_the_averaged_generator_is_g_ema(case, gan):
    latents, labels, one_hot = _drawn(case)
    inputs = _inputs(latents, case, labels)
    for ours, seed in ((gan.ema_generator, 1), (gan.generator, 0)):
        tensors = case.generator(seed)
        w = theirs.mapping(tensors, latents, one_hot, truncation=0.7)
        styles = ours.mapping(inputs, truncation=0.7)
        np.testing.assert_allclose(styles[:, 0], w, atol=1e-5)
        np.testing.assert_allclose(styles[:, -1], w, atol=1e-5)
        images = _images(case, seed, latents, one_hot)
        np.testing.assert_allclose(ours(inputs), images, atol=2e-4)
    found = gan.predict(inputs, verbose=0)
    images = _images(case, 1, latents, one_hot)
    np.testing.assert_allclose(found, images, atol=2e-4)


def test_the_discriminator_is_d(case, gan):
    _, labels, one_hot = _drawn(case)
    shape = (4, case.colors, case.size, case.size)
    images = np.random.default_rng(3).uniform(-1, 1, shape)
    residual = case.architecture == "resnet"
    tensors, clamp = case.discriminator(), case.clamp
    logits = theirs.judge(tensors, images, one_hot, case.sizes, residual, clamp=clamp)
    inputs = _inputs(images.transpose(0, 2, 3, 1), case, labels)
    np.testing.assert_allclose(gan.discriminator(inputs), logits, atol=1e-4)
    # In the order of the batch, of which rows at equal distances form a group.
    assert abs(logits - logits[0]).max() > 1e-2


def test_the_clamp_of_its_case_changes_images():
    case = CASES["of StyleGAN3's repository"]
    latents, _, one_hot = _drawn(case)
    clamped, free = (
        _images(dataclasses.replace(case, clamp=clamp), 1, latents, one_hot)
        for clamp in (case.clamp, None)
    )
    assert abs(clamped - free).max() > 0.5


@pytest.mark.skipif(not SHARED.exists(), reason="the shared fixture is not there")
def test_the_fixture_is_what_its_makers_program_computes():
    gan = load_stylegan2(SHARED / "tiny.pkl")
    with np.load(SHARED / "expected.npz") as expected:
        labels = expected["c"].argmax(axis=1).astype("int32")
        averaged = gan.ema_generator
        styles = averaged.mapping([expected["z"], labels], truncation=0.7)
        np.testing.assert_allclose(styles, expected["ws"], rtol=0, atol=1e-6)
        images = expected["img"].transpose(0, 2, 3, 1)
        found = averaged.synthesis(styles)
        np.testing.assert_allclose(found, images, rtol=0, atol=1e-5)
        logits = gan.discriminator([images, labels])
        np.testing.assert_allclose(logits, expected["d"], rtol=0, atol=1e-5)


def test_weights_of_float16_with_their_channels_last(path):
    case = Networks()
    half = "synthesis.b8.conv1.weight"
    gan = load(path, case.pickle(**generator(half=(half,))))
    layer = gan.ema_generator.synthesis.get_layer("b8_conv1")
    expected = case.generator(1)[half].astype("f2").transpose(2, 3, 1, 0)
    np.testing.assert_array_equal(layer.kernel, expected)


def test_without_g_both_generators_are_g_ema(path):
    gan = load(path, Networks().pickle(G=None))
    pairs = zip(gan.generator.weights, gan.ema_generator.weights, strict=True)
    assert all(np.array_equal(*pair) for pair in pairs)


def test_it_prints_whose_terms_go_on_applying(path, capsys):
    gan = load(path, Networks().pickle())
    assert capsys.readouterr().out == f"{gan.notice}.\n"
    assert "published.pkl" in gan.notice
    assert "license of its maker" in gan.notice


def test_the_public_name():
    assert kgan.models.load_stylegan2 is load_stylegan2


# === Round trips ===


def test_a_saved_file_is_the_same_game(gan, tmp_path):
    gan.save(tmp_path / "gan.keras")
    loaded = keras.models.load_model(tmp_path / "gan.keras")
    assert loaded.notice == gan.notice
    for ours, other in zip(gan.weights, loaded.weights, strict=True):
        np.testing.assert_array_equal(ours, other)
    images = [game.generate(3, seed=1, truncation=0.7) for game in (gan, loaded)]
    np.testing.assert_array_equal(*images)


def test_what_is_served_is_what_it_generates(path, tmp_path):
    gan = load(path, Networks(size=4, classes=3, colors=1).pickle())
    folder = kgan.export.saved_model(gan, tmp_path / "served")
    served = tf.saved_model.load(folder).signatures["generate"]
    images = served(
        num_images=tf.constant(3),
        seed=tf.constant(1, tf.int64),
        labels=tf.constant(-1),
        truncation=tf.constant(0.7),
    )["images"]
    np.testing.assert_array_equal(images, gan.generate(3, seed=1, truncation=0.7))
    assert gan.notice in (folder / "README.md").read_text("utf-8")
    assert json.loads((folder / "kgan.json").read_text("utf-8"))["notice"] == gan.notice


def test_it_trains(path):
    gan = load(path, Networks(size=4, classes=2).pickle())
    images = np.random.default_rng(0).uniform(-1, 1, (8, 4, 4, 3)).astype("f4")
    labels = np.arange(8, dtype="int32") % 2
    before = [w.numpy() for w in gan.generator.trainable_weights]
    averaged = _kernel(gan.ema_generator)
    data = tf.data.Dataset.from_tensor_slices((images, labels)).batch(4)
    gan.run_eagerly = True  # tracing takes longer than two rounds
    history = gan.fit(data, epochs=1, verbose=0).history
    assert history.keys() > {"d_loss", "g_loss", "r1", "g_path_length"}
    assert np.isfinite([values[-1] for values in history.values()]).all()
    after = [w.numpy() for w in gan.generator.trainable_weights]
    assert any((old != new).any() for old, new in zip(before, after, strict=True))
    # The average is one of a long run, which does not begin anew with the first round.
    moved = abs(_kernel(gan.ema_generator) - averaged).max()
    assert 0 < moved < 0.01 * abs(_kernel(gan.generator) - averaged).max()


@pytest.mark.parametrize(("batch_size", "expected"), [(None, 32), (8, 8)])
def test_settings_follow_the_batch_size(path, batch_size, expected):
    path.write_bytes(Networks(size=4).pickle())
    gan = load_stylegan2(path, batch_size=batch_size)
    half_life = gan.ema_momentum.get_config()
    assert half_life["batch_size"] == expected
    assert half_life["kimg"] == 10 / 32 * expected
    r1 = gan.get_compile_config()["terms"][0]["config"]
    assert r1["weight"] == pytest.approx(0.0002 * 16 / expected)


@pytest.mark.parametrize("batch_size", [0, 1.5, True, "8"])
def test_other_batch_sizes_are_refused(path, batch_size):
    with pytest.raises(ValueError, match="`batch_size` must be a positive integer"):
        load_stylegan2(path, batch_size=batch_size)


def _kernel(generator):
    return generator.synthesis.get_layer("b4_conv1").kernel.numpy()


# === Other files ===


OTHERS = {
    "a pickle without G_ema": {"G_ema": None},
    "a pickle without D": {"D": None},
    "whose D is a Generator": {"D": generator()["G_ema"]},
    "whose G_ema is a Odd": {"G_ema": written("Odd", {})},
    "StyleGAN3, which have other layers": generator(
        tensors={"synthesis.input.weight": np.ones(3)}
    ),
    "img_resolution differ: 16, 8": generator((5, 0, 6, 16, 3)),
    "networks of another form: `image_shape` must": {
        **generator((5, 0, 6, 24, 3)),
        **discriminator((0, 24, 3)),
    },
    "there is no synthesis.b8.conv0.bias": generator(
        without=("synthesis.b8.conv0.bias",)
    ),
    "is no tensor": {"G_ema": pickles.network("Generator", {"synthesis.b4.w": 3})},
}


@pytest.mark.parametrize("reason", OTHERS)
def test_other_networks_are_refused_by_what_they_are(path, reason):
    expected = "`path` must be a pickle with networks of StyleGAN2.*Received: .*"
    with pytest.raises(ValueError, match=expected + reason) as caught:
        load(path, Networks().pickle(**OTHERS[reason]))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("data", "reason"),
    [(b"", "an empty file"), (b"\x1f\x8b..", "gzipped"), (b"\x80\x04N", "cut off")],
)
def test_other_files_are_refused_by_what_they_are(path, data, reason):
    with pytest.raises(ValueError, match=rf"Received: .*published\.pkl, .*{reason}"):
        load(path, data)


def test_missing_files_and_folders(tmp_path):
    with pytest.raises(FileNotFoundError):
        load_stylegan2(tmp_path / "none.pkl")
    with pytest.raises(ValueError, match="a folder"):
        load_stylegan2(tmp_path)
