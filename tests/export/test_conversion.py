"""Files for other runtimes give what the network gives."""

import importlib.util

import keras
import networks
import numpy as np
import pytest
import small_games
import tensorflow as tf

import kgan
from kgan import export, latents
from kgan.export import formats

NAMES = {"onnx": "m.onnx", "litert": "m.tflite", "openvino": "m.xml"}


@pytest.fixture(params=NAMES)
def format(request):
    """Each format whose packages are installed."""
    needs(request.param)
    return request.param


def needs(format):
    for package in formats.FORMATS[format].packages:
        if not importlib.util.find_spec(package):
            pytest.skip(f"{package} is not installed")


def inputs_of(gan, count, seed=9):
    drawn = latents.latents_at(gan.prior, latents.table(seed), 0, count).numpy()
    if gan.num_classes is None:
        return {"latents": drawn}
    labels = np.arange(count, dtype="int32") % gan.num_classes
    return {"latents": drawn, "labels": labels}


def test_images_are_those_of_generate(trained, format, tmp_path):
    gan, path = trained("classes"), tmp_path / "folder" / NAMES[format]
    assert gan.export(path, format=format) == path
    kind = formats.FORMATS[format]
    assert sorted(path.parent.iterdir()) == sorted(kind.files(path))
    for count in (1, 70):
        found = kind.run(path, inputs_of(gan, count))
        expected = gan.generate(count, seed=9)
        assert found.dtype == np.uint8
        assert found.shape == expected.shape
        assert np.abs(found.astype(int) - expected).max() <= 1


def test_values_are_the_networks(trained, tmp_path):
    needs("onnx")
    gan, path = trained("points"), tmp_path / "m.onnx"
    assert export.convert(gan, path, "onnx") < 1e-5
    found = formats.FORMATS["onnx"].run(path, inputs_of(gan, 6))
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, gan.generate(6, seed=9), atol=1e-5)


def test_raw_images_are_floats_from_minus_one_to_one(trained, tmp_path):
    needs("onnx")
    gan, path = trained("images"), tmp_path / "m.onnx"
    assert export.convert(gan, path, "onnx", raw=True) < 1e-5
    inputs = inputs_of(gan, 6)
    found = formats.FORMATS["onnx"].run(path, inputs)
    expected = gan(tf.constant(inputs["latents"]))
    assert found.dtype == np.float32
    assert found.min() < 0
    np.testing.assert_allclose(found, expected, atol=1e-5)


def test_inputs_and_outputs_have_names_and_a_free_batch(trained, tmp_path):
    onnxruntime = pytest.importorskip("onnxruntime", reason="it is not installed")
    needs("onnx")
    path = trained("classes").export(tmp_path / "m.onnx", "onnx", opset_version=17)
    session = onnxruntime.InferenceSession(path)
    inputs = {given.name: given for given in session.get_inputs()}
    assert set(inputs) == {"latents", "labels"}
    assert inputs["labels"].type == "tensor(int32)"
    assert isinstance(inputs["labels"].shape[0], str)
    (images,) = session.get_outputs()
    assert images.name == "images"
    assert images.shape[1:] == [8, 8, 1]


def spectral(generator):
    """A copy of a generator whose convolutions are spectrally normalised."""

    def wrapped(layer):
        if isinstance(layer, keras.layers.Conv2DTranspose):
            fresh = type(layer).from_config(layer.get_config())
            return kgan.layers.SpectralNormalization(fresh)
        return type(layer).from_config(layer.get_config())

    return keras.models.clone_model(generator, clone_function=wrapped)


def sophisticated(dtype):
    """A GAN with attention, conditional and spectral normalisation."""
    generator = kgan.models.dcgan_generator(
        (16, 16, 1),
        latent_dim=4,
        width=4,
        num_classes=3,
        attention_at=8,
        conditional_normalization=True,
        dtype=dtype,
    )
    generator = spectral(generator)
    draw = np.random.default_rng(0)
    for weight in generator.trainable_variables:  # a gate of attention begins at zero
        weight.assign(draw.normal(0.0, 0.5, weight.shape))
    discriminator = kgan.models.mlp_discriminator((16, 16, 1), num_classes=3)
    gan = kgan.GAN(generator, discriminator, ema_momentum=None)
    gan.compile()
    return gan


@pytest.fixture(scope="module")
def precisions():
    """The same GAN in mixed precision and in float32."""
    mixed, exact = (sophisticated(dtype) for dtype in ("mixed_bfloat16", "float32"))
    exact.set_weights(mixed.get_weights())
    return mixed, exact


def test_attention_normalisations_and_mixed_precision(precisions, format, tmp_path):
    (gan, exact), path = precisions, tmp_path / NAMES[format]
    keras.config.set_dtype_policy("mixed_bfloat16")  # which has no part in it
    try:
        difference = export.convert(gan, path, format, raw=True, allow_untrained=True)
    finally:
        keras.config.set_dtype_policy("float32")
    assert 0 < difference < 0.2  # that of the precision
    inputs = inputs_of(gan, 5)
    found = formats.FORMATS[format].run(path, inputs)
    expected = exact.generator([inputs["latents"], inputs["labels"]])
    assert np.std(expected) > 0.1
    np.testing.assert_allclose(found, expected, atol=1e-5)


def test_int8_is_smaller_where_weights_are_many(tmp_path):
    needs("litert")
    gan = kgan.GAN(*kgan.models.mlp((8, 8, 1), latent_dim=64))
    gan.compile()
    kinds = {"exact": {}, "small": export.INT8}
    exact, small = (
        export.convert(
            gan,
            tmp_path / f"{name}.tflite",
            "tflite",
            raw=True,
            allow_untrained=True,
            **options,
        )
        for name, options in kinds.items()
    )
    assert exact < 1e-5 < small < 0.1
    sizes = [(tmp_path / f"{name}.tflite").stat().st_size for name in kinds]
    assert sizes[1] < 0.3 * sizes[0]


@keras.saving.register_keras_serializable(package="tests")
class IncompleteGamma(keras.layers.Layer):
    def call(self, x):
        return tf.math.igamma(tf.nn.softplus(x), 1.0)


def test_an_operation_without_counterpart_is_refused(format, tmp_path):
    points = keras.Input((4,))
    generator = keras.Model(points, IncompleteGamma()(keras.layers.Dense(4)(points)))
    gan = kgan.GAN(generator, kgan.models.mlp_discriminator((4,)))
    gan.compile()
    title = formats.FORMATS[format].title
    expected = f"^The generator cannot become {title}: it does not know Igamma$"
    with pytest.raises(ValueError, match=expected):
        gan.export(tmp_path / "x" / NAMES[format], format, allow_untrained=True)
    assert not (tmp_path / "x").exists()


def test_any_game_may_name_a_network(format, tmp_path):
    game = small_games.translator(kind=small_games.PortableTranslator)
    path = tmp_path / NAMES[format]
    assert export.convert(game, path, format, allow_untrained=True) < 1e-5
    source = small_games.pairs(3)["source"]
    found = formats.FORMATS[format].run(path, {"images": source})
    np.testing.assert_allclose(found, game.translator(source), atol=1e-5)


@pytest.fixture
def installed(monkeypatch):
    """As if all packages were there: what is refused is refused before."""
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: True)


@pytest.mark.usefixtures("installed")
def test_a_saved_model_is_never_raw(trained, tmp_path):
    with pytest.raises(ValueError, match=r"`raw` has no meaning .*averaged, disc"):
        trained("images").export(tmp_path / "m", raw=True)


@pytest.mark.usefixtures("installed")
def test_games_that_cannot_be_exported(tmp_path):
    with pytest.raises(ValueError, match="must be trained"):
        networks.gan().export(tmp_path / "f" / "m.onnx", "onnx")
    game = small_games.translator(steps=1)
    with pytest.raises(ValueError, match=r"for ONNX.* a Translator, which names none"):
        export.convert(game, tmp_path / "f" / "m.onnx", "onnx")
    assert not (tmp_path / "f").exists()
