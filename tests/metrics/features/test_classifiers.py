import hashlib
import json

import keras
import numpy as np
import pytest

from kgan.metrics.features import Classifier, classifiers, resizers


def _save(path, shape, layer="features", flat=True):
    keras.utils.set_random_seed(3)
    inputs = keras.Input(shape)
    x = keras.layers.Rescaling(1 / 255)(inputs)
    x = keras.layers.Conv2D(4, 3, activation="relu")(x)
    # Training and inference differ.
    x = keras.layers.Dropout(0.5)(keras.layers.BatchNormalization()(x))
    if flat:
        x = keras.layers.GlobalAveragePooling2D(name=layer)(x)
    else:
        x = keras.layers.MaxPooling2D(name=layer)(x)
        x = keras.layers.Flatten()(x)
    model = keras.Model(inputs, keras.layers.Dense(5)(x))
    model.save(path)
    return model


def _random(*shape):
    return np.random.default_rng(0).integers(0, 256, shape, np.uint8)


@pytest.fixture
def gray(tmp_path):
    path = tmp_path / "mine.keras"
    model = _save(path, (8, 8, 1))
    return Classifier(path), model


def test_features_precede_logits(gray):
    extractor, model = gray
    images = _random(5, 8, 8, 1)
    outputs = extractor(images)
    assert extractor.name == "mine"
    assert not extractor.standard
    assert extractor.num_classes == 5
    expected = model(images.astype("float32"), training=False)
    np.testing.assert_allclose(outputs.logits, expected, rtol=1e-5, atol=1e-6)
    kernel, bias = model.layers[-1].get_weights()
    logits = outputs.features @ kernel + bias
    np.testing.assert_allclose(outputs.logits, logits, rtol=1e-5, atol=1e-6)
    assert outputs.features.dtype == outputs.logits.dtype == np.float32
    assert outputs.images is images


@pytest.mark.parametrize("size", [1, 7])
def test_batches_do_not_matter(gray, size):
    images = _random(131, 8, 8, 1)
    extractor, _ = gray
    parts = [extractor(images[i : i + size]) for i in range(0, 131, size)]
    whole = extractor(images)
    for part, all_ in zip(zip(*parts, strict=True), whole, strict=True):
        np.testing.assert_allclose(np.concatenate(part), all_, rtol=1e-6)


def test_images_of_another_size_are_resized_cleanly(gray):
    extractor, model = gray
    images = _random(3, 20, 15, 1)
    expected = model(resizers.clean(images, (8, 8)), training=False)
    np.testing.assert_allclose(extractor(images).logits, expected, rtol=1e-5, atol=1e-6)


def test_a_gray_network_sees_luma(gray):
    extractor, model = gray
    images = _random(3, 8, 8, 3)
    luma = np.round(images @ [0.299, 0.587, 0.114])[..., None].astype("float32")
    expected = model(luma, training=False)
    np.testing.assert_allclose(extractor(images).logits, expected, rtol=1e-5, atol=1e-6)


def test_a_colour_network_sees_gray_three_times(tmp_path):
    model = _save(tmp_path / "colour.keras", (None, None, 3))
    images = _random(3, 10, 9, 1)
    outputs = Classifier(tmp_path / "colour.keras")(images)
    # Of any size: nothing is resized.
    expected = model(np.repeat(images, 3, 3).astype("float32"), training=False)
    np.testing.assert_allclose(outputs.logits, expected, rtol=1e-5, atol=1e-6)


def test_features_are_flattened(tmp_path):
    _save(tmp_path / "maps.keras", (8, 8, 1), flat=False)
    assert Classifier(tmp_path / "maps.keras")(_random(2, 8, 8, 1)).features.shape == (
        2,
        36,
    )


def test_describe(gray):
    extractor, _ = gray
    described = json.loads(json.dumps(extractor.describe()))
    assert (
        described["sha256"] == hashlib.sha256(extractor.path.read_bytes()).hexdigest()
    )
    assert described["size"] == [8, 8, 1]
    assert described["resizer"] == "clean"


def test_models_of_another_kind_are_refused(tmp_path):
    _save(tmp_path / "x.keras", (8, 8, 1), layer="pool")
    with pytest.raises(ValueError, match=r"a layer named 'features'.*pool, dense"):
        Classifier(tmp_path / "x.keras").describe()
    _save(tmp_path / "y.keras", (8, 8, 4))
    with pytest.raises(ValueError, match=r"1 or 3.*\(None, 8, 8, 4\), \(None, 5\)"):
        Classifier(tmp_path / "y.keras").describe()
    with pytest.raises(ValueError, match=r"must be the path of a \.keras file or one"):
        Classifier(tmp_path / "absent.keras")


def test_rgba_is_refused(gray):
    with pytest.raises(ValueError, match="lay RGBA over a background"):
        gray[0](_random(2, 8, 8, 4))


def test_networks_are_found_without_a_list(tmp_path, monkeypatch):
    monkeypatch.setattr(classifiers, "FOLDER", tmp_path)
    assert classifiers.names() == ()
    _save(tmp_path / "new.keras", (8, 8, 1))
    # What a process that is writing has not renamed yet.
    (tmp_path / ".half.123.keras").touch()
    assert classifiers.names() == ("new",)
    assert Classifier("new").path == tmp_path / "new.keras"


@pytest.mark.parametrize("name", classifiers.names())
def test_networks_that_come_with_kgan(name):
    extractor = Classifier(name)
    images = _random(3, *extractor.image_shape)
    outputs = extractor(images)
    assert extractor.name == name
    assert outputs.logits.shape == (3, extractor.num_classes)
    assert np.isfinite(outputs.features).all()
    model = keras.models.load_model(extractor.path, compile=False)
    expected = model([images.astype("float32")], training=False)
    np.testing.assert_allclose(outputs.logits, expected, rtol=1e-4, atol=1e-4)


def test_digits_are_told_apart():
    import kgan.data

    if "digits" not in classifiers.names():
        pytest.skip("there is no network of digits yet")
    source = kgan.data.source("digits")
    logits = Classifier("digits")(source.read(np.arange(300))).logits
    assert np.mean(logits.argmax(axis=1) == source.labels[:300]) > 0.9
