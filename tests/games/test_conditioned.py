"""What is served of generators that are told a structure, or draw nothing."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import kgan
from kgan.export import FORMATS
from kgan.games import conditioned

ROWS = 5


def networks(latents, told):
    """A generator and a discriminator of points that are told a nest of tensors."""
    condition = {
        name: keras.Input(shape, dtype=dtype, name=name)
        for name, (shape, dtype) in told.items()
    }
    flat = [
        keras.layers.Flatten()(keras.ops.cast(part, "float32"))
        for part in condition.values()
    ]
    z, x = keras.Input((3,), name="latents"), keras.Input((2,), name="points")
    made = keras.layers.Concatenate()([*([z] if latents else []), *flat])
    judged = keras.layers.Concatenate()([x, *flat])
    return (
        keras.Model([z, condition] if latents else condition, _dense(made, 2)),
        keras.Model([x, condition], _dense(judged, 1)),
    )


def _dense(x, units):
    return keras.layers.Dense(units)(keras.layers.Dense(4, "tanh")(x))


TOLD = {
    "age": ((1,), "float32"),
    "words": ((4,), "int32"),
}


def conditions(rows=ROWS):
    draw = np.random.default_rng(0)
    return {
        "age": draw.normal(size=(rows, 1)).astype("float32"),
        "words": draw.integers(0, 9, (rows, 4)).astype("int32"),
    }


@pytest.mark.parametrize("latents", [True, False])
def test_an_exported_generator_is_told_each_part(latents, tmp_path):
    gan = kgan.GAN(*networks(latents, TOLD), prior=None if latents else False)
    gan.compile()
    told = conditions()
    points = np.random.default_rng(1).normal(size=(ROWS, 2)).astype("float32")
    data = tf.data.Dataset.from_tensors((points, told))
    gan.fit(data, epochs=2, verbose=0)
    served = tf.saved_model.load(gan.export(tmp_path / "model"))
    drawn = np.random.default_rng(2).normal(size=(ROWS, 3)).astype("float32")
    given = {"condition_0": told["age"], "condition_1": told["words"]}
    inputs = {k: tf.constant(v) for k, v in given.items()}
    if latents:
        inputs["latents"] = tf.constant(drawn)
    answer = served.signatures["serving_default"](**inputs)["points"]
    expected = gan([drawn, told] if latents else told)
    np.testing.assert_allclose(answer, expected, atol=1e-6)
    assert np.ptp(np.asarray(expected)[:, 0]) > 0.0
    if latents:
        np.testing.assert_allclose(gan.decode(drawn, told), expected, atol=1e-6)
    assert gan.generate(ROWS, labels=told).shape == (ROWS, 2)
    with pytest.raises(ValueError, match="condition must be given for each sample"):
        gan.generate(ROWS)
    with pytest.raises(ValueError, match="needs a discriminator of one array"):
        gan.export(tmp_path / "model", discriminator=True)
    assert [path.name for path in (tmp_path / "model").iterdir()] == ["1"]


def test_the_names_of_the_inputs():
    gan = kgan.GAN(*networks(True, {"age": TOLD["age"]}))
    (endpoint,) = conditioned.servable(gan, gan.raw_sampler).endpoints.values()
    assert [spec.name for spec in endpoint.specs] == ["latents", "condition"]
    assert endpoint.outputs == {"points": "float32 (batch, 2)"}


def test_pictures_and_the_watch_take_the_condition_of_their_examples():
    gan = kgan.GAN(*networks(True, TOLD))
    gan.compile()
    points = np.random.default_rng(1).normal(size=(ROWS, 2)).astype("float32")
    data = tf.data.Dataset.from_tensors((points, conditions()))
    shown = gan.shown(3, examples=next(iter(data)), columns=2)
    assert [samples.shape for samples in shown.values()] == [(3, 2), (3, 2)]
    watch = kgan.callbacks.CollapseWatch(data, every=1)
    history = gan.fit(data, epochs=2, verbose=0, callbacks=[watch]).history
    assert np.isfinite(history["diversity"]).all()
    with pytest.raises(ValueError, match="`discriminate` needs a discriminator of one"):
        gan.discriminate(points)


def class_gan():
    """A GAN whose generator takes a class alone, and returns its place on a line."""
    label, x = keras.Input((), dtype="int32"), keras.Input((1,))
    made = keras.layers.Embedding(3, 1, weights=[np.arange(3.0)[:, None]])(label)
    told = keras.layers.Embedding(3, 1)(label)
    judged = keras.layers.Dense(1)(keras.layers.Concatenate()([x, told]))
    networks = keras.Model(label, made), keras.Model([x, label], judged)
    return kgan.GAN(*networks, prior=False, ema_momentum=None)


def test_a_generator_may_take_a_class_alone(tmp_path):
    gan = class_gan()
    assert gan.num_classes == 3
    np.testing.assert_array_equal(gan.generate(4, start=1)[:, 0], [1, 2, 0, 1])
    np.testing.assert_array_equal(gan.generate(3, labels=2)[:, 0], [2, 2, 2])
    labels = np.arange(6) % 3
    examples = gan.examples(30, dataset=(gan.generate(6), np.minimum(labels, 1)))
    assert set(examples.labels) == {0, 1}
    gan.compile()
    pairs = tf.data.Dataset.from_tensors((gan.generate(6), labels))
    gan.fit(pairs, epochs=2, verbose=0)
    served = tf.saved_model.load(gan.export(tmp_path / "model"))
    told = tf.constant([2, 0], tf.int32)
    serve = served.signatures["serving_default"]
    answer = serve(labels=told)["points"]
    np.testing.assert_allclose(answer, gan.generate(2, labels=[2, 0]), atol=1e-6)
    with pytest.raises(tf.errors.InvalidArgumentError, match=r"lie in \[0, 2\]"):
        serve(labels=tf.constant([3], tf.int32))


def test_a_generator_without_latents_says_so():
    gan = class_gan()
    assert gan.latents_in_words == "none, its condition alone"
    for ask in (lambda: gan.interpolate(1, 2), lambda: gan.decode(np.zeros((2, 3)))):
        with pytest.raises(ValueError, match="needs a generator that takes latents"):
            ask()


@pytest.mark.parametrize("latents", [True, False])
def test_a_file_for_another_runtime_is_told_each_part(latents, tmp_path):
    for package in FORMATS["onnx"].packages:
        pytest.importorskip(package, reason=f"{package} is not installed")
    gan = kgan.GAN(*networks(latents, TOLD), prior=None if latents else False)
    gan.compile()
    told = conditions()
    path = gan.export(tmp_path / "m.onnx", "onnx", allow_untrained=True)
    drawn = np.random.default_rng(2).normal(size=(ROWS, 3)).astype("float32")
    given = {"condition_0": told["age"], "condition_1": told["words"]}
    if latents:
        given["latents"] = drawn
    expected = gan([drawn, told] if latents else told)
    found = FORMATS["onnx"].run(path, given)
    np.testing.assert_allclose(found, expected, atol=1e-5)
