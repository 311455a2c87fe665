import inspect
import json
import time

import keras
import numpy as np
import pytest

from kgan.metrics.features import Application, applications, resizers

# 32 pixels are the fewest that it takes.
SMALL = {"network": "mobilenet", "size": 32}


def _random(*shape):
    return np.random.default_rng(0).integers(0, 256, shape, np.uint8)


@pytest.fixture(scope="module")
def extractor():
    return Application(**SMALL, weights=None)


@pytest.fixture
def home(tmp_path, monkeypatch):
    """An empty folder of models, and nobody who sends any."""
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    monkeypatch.setattr(applications, "_HOST", "http://127.0.0.1:9")
    return tmp_path / "models"


def test_names_are_those_of_keras():
    known = applications.names()
    for name in ("vgg16", "resnet50", "resnet50_v2", "inception_resnet_v2"):
        assert name in known
    for name in ("efficientnet_v2_s", "convnext_xlarge", "nasnet_mobile", "xception"):
        assert name in known
    for name in ("mobilenet", "mobilenet_v2", "mobilenet_v3_small", "densenet121"):
        assert name in known
    public = inspect.getmembers(keras.applications, inspect.isfunction)
    assert len(known) == len(public)


def test_each_has_its_own_preprocessing():
    found = applications._applications()
    for name, module in (("resnet50", "resnet"), ("resnet50_v2", "resnet_v2")):
        expected = getattr(keras.applications, module).preprocess_input
        assert found[name][1] is expected
    v3 = keras.applications.mobilenet_v3.preprocess_input
    assert found["mobilenet_v3_large"][1] is v3


def test_features_are_the_averaged_last_convolution(extractor):
    images = _random(3, 40, 50, 3)
    model = keras.applications.MobileNet(
        include_top=False, weights=None, input_shape=(32, 32, 3)
    )
    model.set_weights(extractor._model.get_weights())
    resized = resizers.clean(images, (32, 32)) / 127.5 - 1
    expected = np.mean(model(resized, training=False), axis=(1, 2))
    outputs = extractor(images)
    assert outputs.features.shape == (3, 1024)
    assert outputs.features.dtype == np.float32
    assert outputs.logits is None
    np.testing.assert_allclose(outputs.features, expected, rtol=1e-3, atol=1e-6)
    assert expected.std() > 0.001


@pytest.mark.parametrize("size", [1, 7])
def test_batches_do_not_matter(extractor, size):
    images = _random(9, 32, 32, 3)
    parts = [extractor(images[i : i + size]).features for i in range(0, 9, size)]
    features = extractor(images).features
    np.testing.assert_allclose(np.concatenate(parts), features, rtol=1e-6, atol=1e-6)


def test_random_weights_are_always_the_same(extractor):
    keras.utils.set_random_seed(99)
    again = Application(**SMALL, weights=None)
    assert again.describe() == extractor.describe()
    assert again.name == "mobilenet_random"


@pytest.mark.parametrize(
    ("shape", "inputs"),
    # A convolution, a depthwise one, a dense layer: of 9 · 64, 9 and 64 inputs.
    [((3, 3, 64, 128), 576), ((3, 3, 1024, 1), 9), ((64, 1024), 64)],
)
def test_random_kernels_keep_the_scale_of_their_inputs(shape, inputs):
    class Model:
        weights = [keras.Variable(np.zeros(shape)), keras.Variable(np.ones(5))]

    applications._draw(Model)
    kernel, bias = Model.weights
    np.testing.assert_allclose(np.std(kernel), np.sqrt(2 / inputs), rtol=0.03)
    np.testing.assert_array_equal(bias, 1)


def test_weights_from_a_file(extractor, tmp_path):
    path = tmp_path / "mine.weights.h5"
    model = keras.applications.MobileNet(
        include_top=False, weights=None, input_shape=(32, 32, 3), pooling="avg"
    )
    model.save_weights(path)
    ours = Application(**SMALL, weights=path)
    assert ours.name == "mobilenet"
    described = json.loads(json.dumps(ours.describe()))
    assert described["weights"] == "mine.weights.h5"
    assert described["sha256"] != extractor.describe()["sha256"]
    images = _random(2, 32, 32, 3)
    expected = model(images / np.float32(127.5) - 1, training=False)
    np.testing.assert_allclose(ours(images).features, expected, rtol=1e-4, atol=1e-5)


def test_a_layer_of_the_network_with_its_classifier():
    chosen = Application(**SMALL, weights=None, layer="conv_pw_1_relu")
    assert chosen.name == "mobilenet_conv_pw_1_relu_random"
    assert chosen(_random(2, 32, 32, 1)).features.shape == (2, 16 * 16 * 64)
    assert chosen.describe()["layer"] == "conv_pw_1_relu"
    wrong = Application(**SMALL, weights=None, layer="conv_pw_1_rleu")
    with pytest.raises(ValueError, match="Did you mean 'conv_pw_1_relu'"):
        wrong(_random(2, 32, 32, 3))


def test_policy_of_the_user_changes_nothing(extractor):
    keras.config.set_dtype_policy("mixed_bfloat16")
    again = Application(**SMALL, weights=None)
    images = _random(2, 32, 32, 3)
    np.testing.assert_array_equal(again(images).features, extractor(images).features)
    assert keras.config.dtype_policy().name == "mixed_bfloat16"


def test_sizes_and_names():
    assert Application("vgg16").size == 224
    assert Application("xception").size == 299
    assert Application("efficientnet_b4").size == 380
    assert Application("vgg16").name == "vgg16"
    assert Application("vgg16", layer="fc2").name == "vgg16_fc2"
    assert Application("inception_v3").name == "inception_v3_keras"
    assert not Application("inception_v3").standard


def test_describe_depends_on_the_size(extractor):
    other = Application("mobilenet", size=48, weights=None).describe()
    assert other != extractor.describe()
    assert other["size"] == [48, 48]
    assert other["resizer"] == "clean"
    assert other["weights"] == "random"


@pytest.mark.parametrize(
    ("arguments", "file"),
    [
        ({}, "vgg16_weights_tf_dim_ordering_tf_kernels_notop.h5"),
        ({"layer": "fc2"}, "vgg16_weights_tf_dim_ordering_tf_kernels.h5"),
    ],
)
def test_offline_it_says_within_seconds_what_to_do(home, arguments, file):
    start = time.monotonic()
    with pytest.raises(ValueError, match=r"127\.0\.0\.1:9 does not answer") as caught:
        Application("vgg16", **arguments)(_random(1, 8, 8, 3))
    assert time.monotonic() - start < 6
    for part in (file, str(home), "weights=PATH", "keras.applications.VGG16", "pixels"):
        assert part in str(caught.value)


def test_what_is_kept_needs_no_server(home):
    home.mkdir()
    assert not applications._is_kept("ResNet50V2", top=False)
    (home / "resnet50v2_weights_tf_dim_ordering_tf_kernels_notop.h5").touch()
    (home / "NASNet-large.h5").touch()
    assert applications._is_kept("ResNet50V2", top=False)
    assert not applications._is_kept("ResNet50V2", top=True)
    assert applications._is_kept("NASNetLarge", top=True)


def test_files_are_named_as_keras_does():
    assert applications._file("resnet50_v2", top=True) == (
        "resnet50v2_weights_tf_dim_ordering_tf_kernels.h5"
    )
    assert applications._file("inception_resnet_v2", top=False) == (
        "inception_resnet_v2_weights_tf_dim_ordering_tf_kernels_notop.h5"
    )
    assert applications._file("mobilenet", top=True) == "*mobilenet*.h5"


def test_wrong_arguments():
    with pytest.raises(
        ValueError, match=r"Did you mean 'resnet50'\? `network` must be"
    ):
        Application("resnet_50")
    with pytest.raises(ValueError, match=r"`weights` must be .*'imagenot'"):
        Application("vgg16", weights="imagenot")
    with pytest.raises(ValueError, match="`size` must be a positive integer"):
        Application("vgg16", size=0)
    with pytest.raises(ValueError, match="'mobilenet_random' must be uint8"):
        Application(**SMALL, weights=None)(np.zeros((1, 32, 32, 3), np.float32))
