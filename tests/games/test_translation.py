"""What a game of translation is used for: `translate`, pictures, examples, serving."""

import contract
import keras
import numpy as np
import pytest
import tensorflow as tf
from contract import network
from PIL import Image

import kgan
from kgan.core.pictures import by_class
from kgan.export import FORMATS
from kgan.games.sampler import to_uint8
from kgan.metrics.examples import Examples

SOURCE, TARGET = (4, 4, 1), (4, 4, 3)
IMAGES = contract.images(7, SOURCE)


@pytest.fixture(scope="module")
def game():
    return make()


def make(**options):
    generator = network([SOURCE], TARGET, dropout=0.5)
    return kgan.Pix2Pix(generator, network([SOURCE, TARGET], (1,)), **options)


def test_translate(game):
    expected = to_uint8(game.generator(IMAGES)).numpy()
    for batch_size in (1, 3, 7, 32):
        found = game.translate(IMAGES, batch_size)
        assert found.dtype == np.uint8
        np.testing.assert_array_equal(found, expected)
    assert expected.shape == (7, *TARGET)
    np.testing.assert_allclose(game(IMAGES), game.generator(IMAGES))
    np.testing.assert_allclose(game.predict(IMAGES, verbose=0), game(IMAGES), atol=1e-6)


def test_another_backend_translates(game, monkeypatch):
    expected, predicted = game.translate(IMAGES), game.predict(IMAGES, verbose=0)
    monkeypatch.setattr(keras.backend, "backend", lambda: "jax")
    np.testing.assert_array_equal(game.translate(IMAGES), expected)
    np.testing.assert_allclose(game.predict(IMAGES, verbose=0), predicted, atol=1e-6)


def test_bytes_are_taken_as_images(game):
    images = to_uint8(IMAGES).numpy()
    np.testing.assert_array_equal(
        game.translate(images), game.translate(images / 127.5 - 1.0)
    )


@pytest.mark.parametrize(
    ("images", "message"),
    [
        (IMAGES[0], r"`images` must have shape \(count, 4, 4, 1\)\. .*\(4, 4, 1\)$"),
        (np.zeros((2, 4, 4, 3)), r"Received: an array of shape \(2, 4, 4, 3\)$"),
        (IMAGES[:0], r"Received: an array of shape \(0, 4, 4, 1\)$"),
        (np.zeros((2, *SOURCE), "uint16"), "`images` must be float32: .*uint16"),
        (np.zeros((2, *SOURCE), "int64"), "`images` must be float32: .*int64"),
        (np.full((2, *SOURCE), 255.0), r"must lie in \[-1, 1\]"),
        (np.full((2, *SOURCE), np.nan), "must be finite"),
    ],
)
def test_other_images_are_refused(game, images, message):
    with pytest.raises(ValueError, match=message):
        game.translate(images)
    with pytest.raises(ValueError, match="`batch_size` must be a positive integer"):
        game.translate(IMAGES, batch_size=0)


def test_the_averaged_generator_translates():
    game = make(ema_momentum=0.9)
    assert game.translator is game.generator  # before `compile` there is no average
    game.compile(dict.fromkeys(game.players, "sgd"))
    assert game.translator is game.ema_generator
    game.ema_generator.set_weights([0 * w for w in game.ema_generator.get_weights()])
    assert (game.translate(IMAGES) == 128).all()
    assert game.averages() == {"generator": 0.9}
    assert make().averages() == {}
    assert game.data_shape == TARGET


def test_weights_of_before_the_first_step_translate():
    game = make(ema_momentum=0.9)
    game.compile(dict.fromkeys(game.players, "sgd"))
    game.generator.set_weights([0 * w for w in game.generator.get_weights()])
    assert (game.translate(IMAGES) == 128).all()
    np.testing.assert_array_equal(game(IMAGES), np.zeros((7, *TARGET)))


def test_pictures(game):
    batch = {"source": IMAGES, "target": contract.images(7, TARGET)}
    shown = game.shown(3, examples=batch)
    assert list(shown) == ["source", "output", "target"]
    np.testing.assert_array_equal(shown["source"], to_uint8(IMAGES[:3]))
    np.testing.assert_array_equal(shown["output"], game.translate(IMAGES[:3]))
    np.testing.assert_array_equal(shown["target"], to_uint8(batch["target"][:3]))
    assert {len(x) for x in game.shown(examples=batch).values()} == {7}
    with pytest.raises(ValueError, match="`examples` must be a batch"):
        game.shown(3)


@pytest.mark.parametrize("classes", [3, 4, 6])
def test_label_maps_are_shown_by_class_and_photos_beside_them_are_not(classes):
    """As many channels as colours have mean a class each on one side alone."""
    shape, draw = (4, 4, classes), np.random.default_rng(0)
    maps = np.eye(classes, dtype="float32")[draw.integers(0, classes, (5, 4, 4))]
    photos = contract.images(5, (4, 4, 3))
    judges = network([shape], (1,)), network([(4, 4, 3)], (1,))
    networks = network([(4, 4, 3)], shape), network([shape], (4, 4, 3)), *judges
    game = kgan.CycleGAN(*networks)
    batch = {"source": photos, "target": 2 * maps - 1}
    shown = game.shown(3, examples=batch)
    for name in ("source", "back to source", "output of target"):
        assert (shown[name].dtype, shown[name].shape) == (np.uint8, (3, 4, 4, 3))
    np.testing.assert_array_equal(shown["source"], to_uint8(photos[:3]))
    np.testing.assert_array_equal(shown["target"], by_class(maps[:3]))
    output = game.translated(photos[:3])
    np.testing.assert_array_equal(shown["output"], by_class(output))
    back = game.translated(game.translated(2 * maps[:3] - 1, "to_source"))
    np.testing.assert_array_equal(shown["back to target"], by_class(back))
    turned = kgan.Pix2Pix(networks[1], network([shape, (4, 4, 3)], (1,)))
    shown = turned.shown(3, examples={"source": maps, "target": photos})
    np.testing.assert_array_equal(shown["source"], by_class(maps[:3]))
    np.testing.assert_array_equal(shown["target"], to_uint8(photos[:3]))


@pytest.fixture(scope="module")
def dataset(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pairs")
    for part, images in (("from", IMAGES), ("to", contract.images(7, TARGET))):
        (folder / part).mkdir()
        for index, pixels in enumerate(to_uint8(images).numpy()):
            path = folder / part / f"{index}.png"
            Image.fromarray(pixels.squeeze()).save(path)
    return kgan.data.Pairs(folder, "from", "to", split="all")


def test_examples_are_translations_in_order(game, dataset):
    examples = game.examples(5, dataset=dataset)
    assert isinstance(examples, Examples)
    assert (examples.count, examples.shape) == (5, TARGET)
    batches = [images for images, labels in examples.batches(2) if labels is None]
    assert [len(images) for images in batches] == [2, 2, 1]
    expected = game.translate(dataset.sources.read(np.arange(5)))
    np.testing.assert_array_equal(np.concatenate(batches), expected)
    assert game.examples(100, dataset=dataset).count == 7  # as many as there are


@pytest.mark.parametrize("dataset", [None, IMAGES])
def test_examples_need_pairs(game, dataset):
    with pytest.raises(ValueError, match="`dataset` must be a source of pairs"):
        game.examples(5, dataset=dataset)


def test_translations_that_are_not_finite_are_no_examples(dataset):
    game = make()
    game.generator.set_weights([np.nan * w for w in game.generator.get_weights()])
    expected = "finite samples.*among translations 0 to 3"
    with pytest.raises(FloatingPointError, match=expected):
        next(game.examples(5, dataset=dataset).batches(4))


def test_pairs_are_measured_by_their_name(game, dataset):
    name = f"pairs:{dataset.sources.name.rpartition(':')[0]}:from:to"
    options = {"split": "all", "allow_few": True, "cache_dir": None}
    which = ["sliced_wasserstein_pixels"]
    found = kgan.metrics.measure(game, name, which, 7, **options)
    assert found.values()["sliced_wasserstein_pixels"] > 0
    with pytest.raises(ValueError, match=r"`labels` must be left out for a Pix2Pix"):
        kgan.metrics.measure(game, name, which, 7, labels="balanced", **options)


def test_endpoints(game):
    endpoints = game.endpoints().endpoints
    assert set(endpoints) == {"serving_default", "translate", "translate_png"}
    images = to_uint8(IMAGES)
    found = endpoints["translate"].function(images)["images"]
    np.testing.assert_array_equal(found, game.translate(images.numpy()))
    (spec,) = endpoints["translate"].specs
    assert (spec.dtype, spec.shape.as_list()) == (tf.uint8, [None, *SOURCE])
    assert endpoints["translate"].networks == (game.translator,)


def test_an_untrained_game_is_not_exported(game, tmp_path):
    game.compile(dict.fromkeys(game.players, "sgd"))
    with pytest.raises(ValueError, match="must be trained before it is exported"):
        game.export(tmp_path / "served")
    path = game.export(tmp_path / "served", version=3, allow_untrained=True)
    assert path.name == "3"
    assert "images" in (path / "README.md").read_text("utf-8")


def test_a_file_for_another_runtime_translates(game, tmp_path):
    for package in FORMATS["onnx"].packages:
        pytest.importorskip(package, reason=f"{package} is not installed")
    game.compile(dict.fromkeys(game.players, "sgd"))
    path = game.export(tmp_path / "m.onnx", "onnx", allow_untrained=True)
    images = to_uint8(IMAGES).numpy()
    found = FORMATS["onnx"].run(path, {"images": images})
    assert found.dtype == np.uint8
    assert np.abs(found.astype(int) - game.translate(images)).max() <= 1
