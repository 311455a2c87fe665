import contracts
import keras
import numpy as np
import pytest

from kgan.core import independence
from kgan.games import network_checks
from kgan.layers.projection import Projection
from kgan.layers.spectral_normalization import SpectralNormalization

FEATURES, CLASSES = 6, 3


def _inputs(count=4):
    draw = np.random.default_rng(0)
    features = draw.normal(size=(count, FEATURES)).astype("float32")
    return [features, draw.integers(CLASSES, size=count).astype("int32")]


def _model(**arguments):
    features = keras.Input((FEATURES,), name="features")
    labels = keras.Input((), dtype="int32", name="labels")
    layer = Projection(CLASSES, **arguments, name="projection")
    return keras.Model([features, labels], layer([features, labels]))


def _of_one_array():
    """The same layer behind one array whose last column are the labels."""
    joined = keras.Input((FEATURES + 1,))
    labels = keras.ops.cast(joined[:, -1], "int32")
    return keras.Model(joined, Projection(CLASSES)([joined[:, :-1], labels]))


@pytest.mark.parametrize("normalized", [False, True])
def test_contract(normalized):
    arguments = {
        "kernel_initializer": keras.initializers.RandomNormal(seed=2),
        "embeddings_initializer": keras.initializers.RandomNormal(seed=1),
        "spectral_normalization": normalized,
    }
    contracts.check_config(Projection, {"num_classes": CLASSES, **arguments})
    contracts.check_names(lambda: _model(**arguments))
    model = _model(**arguments)
    contracts.check_saving(model, _inputs())
    contracts.check_modes(model, _inputs())
    for policy in contracts.MIXED_POLICIES:
        contracts.check_precision(
            lambda: _model(**arguments), _inputs(), policy, policy.split("_")[1]
        )
        contracts.check_precision(
            lambda: _model(**arguments, dtype="float32"), _inputs(), policy, "float32"
        )


def test_two_replicas_give_what_one_gives(two_replicas):
    features, labels = _inputs()
    joined = np.concatenate([features, labels[:, None].astype("float32")], axis=1)
    contracts.check_replicas(_of_one_array, joined, two_replicas)


def test_closed_form():
    features, labels = _inputs(8)
    layer = Projection(CLASSES, embeddings_initializer="random_normal")
    logits = layer([features, labels])
    layer.linear.bias.assign([0.7])
    shifted = layer([features, labels])
    embeddings = layer.embedding.embeddings.numpy()
    expected = features @ layer.linear.kernel.numpy()
    expected += np.sum(embeddings[labels] * features, axis=1, keepdims=True)
    np.testing.assert_allclose(logits, expected, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(shifted, expected + 0.7, rtol=1e-5, atol=1e-6)


def test_both_maps_have_the_spectral_norm_one():
    inputs = _inputs(8)
    layer = Projection(CLASSES, spectral_normalization=True)
    layer(inputs)
    kernel = layer.linear.layer.kernel.numpy()
    embeddings = layer.embedding.layer.embeddings.numpy()
    layer.embedding.u.assign(np.linalg.svd(embeddings)[2][0])
    logits = layer(inputs, training=True)
    features, labels = inputs
    expected = features @ kernel / np.linalg.norm(kernel)
    rows_of_class = embeddings[labels] / np.linalg.norm(embeddings, 2)
    expected += np.sum(rows_of_class * features, axis=1, keepdims=True)
    np.testing.assert_allclose(logits, expected, rtol=1e-4, atol=1e-5)
    assert isinstance(layer.linear, SpectralNormalization)
    assert layer.embedding.u.shape == (FEATURES,)


def test_inference_moves_no_vector():
    layer = Projection(CLASSES, spectral_normalization=True)
    layer(_inputs())
    before = layer.embedding.u.numpy()
    layer(_inputs())
    np.testing.assert_array_equal(layer.embedding.u, before)
    layer(_inputs(), training=True)
    assert np.any(layer.embedding.u.numpy() != before)


def test_tells_the_number_of_classes_and_whether_it_couples_examples():
    assert network_checks.find_num_classes(_model()) == CLASSES
    assert independence.independent(Projection(CLASSES))
    assert not independence.independent(
        Projection(CLASSES, spectral_normalization=True)
    )


def test_symbolic_batch_gives_a_known_shape():
    assert _model().output_shape == (None, 1)


@pytest.mark.parametrize("num_classes", [0, 2.5, None])
def test_bad_num_classes(num_classes):
    message = f"`num_classes` must be a positive integer. Received: {num_classes}"
    with pytest.raises(ValueError, match=message):
        Projection(num_classes)


def test_bad_inputs():
    features, labels = _inputs()
    layer = Projection(CLASSES)
    message = r"takes \[features, labels\] of shapes \(batch, features\) and \(batch,\)"
    for inputs in (features, [features], [features[:, None], labels]):
        with pytest.raises(ValueError, match=message):
            layer(inputs)
    with pytest.raises(ValueError, match=message):
        layer([features, labels[:, None]])
