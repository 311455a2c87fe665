import contracts
import keras
import numpy as np
import pytest

from kgan.core import independence
from kgan.layers.conditional_batch_normalization import ConditionalBatchNormalization

CLASSES, CONDITION = 3, 5
SHAPES = [(6, 4), (6, 3, 2, 4)]


def _inputs(shape, num_classes):
    draw = np.random.default_rng(0)
    features = draw.normal(2.0, 3.0, size=shape).astype("float32")
    if num_classes:
        return [features, draw.integers(num_classes, size=shape[0]).astype("int32")]
    return [features, draw.normal(size=(shape[0], CONDITION)).astype("float32")]


def _model(shape, num_classes, **arguments):
    features = keras.Input(shape[1:], name="features")
    kind = ((), "int32") if num_classes else ((CONDITION,), "float32")
    condition = keras.Input(kind[0], dtype=kind[1], name="condition")
    layer = ConditionalBatchNormalization(
        num_classes=num_classes, **arguments, name="normalization"
    )
    return keras.Model([features, condition], layer([features, condition]))


def _moved(model):
    """Sets all weights to values at which no term vanishes."""
    draw = np.random.default_rng(1)
    model.set_weights([draw.uniform(0.3, 0.9, w.shape) for w in model.get_weights()])
    return model


def _expected(layer, inputs, mean, variance, epsilon):
    features, condition = inputs
    if layer.num_classes:
        gain, bias = (
            table.embeddings.numpy()[condition] for table in (layer.gain, layer.bias)
        )
    else:
        gain, bias = (
            condition @ dense.kernel.numpy() for dense in (layer.gain, layer.bias)
        )
    shape = (len(features), *[1] * (features.ndim - 2), -1)
    normalized = (features - mean) / np.sqrt(variance + epsilon)
    return (1 + gain.reshape(shape)) * normalized + bias.reshape(shape)


@pytest.mark.parametrize("num_classes", [CLASSES, None])
@pytest.mark.parametrize("shape", SHAPES)
def test_contract(shape, num_classes):
    inputs = _inputs(shape, num_classes)
    model = _moved(_model(shape, num_classes))
    contracts.check_saving(model, inputs)
    contracts.check_modes(model, inputs)
    for policy in contracts.MIXED_POLICIES:
        contracts.check_precision(
            lambda: _moved(_model(shape, num_classes)),
            inputs,
            policy,
            policy.split("_")[1],
        )


def test_config_and_names():
    arguments = {
        "momentum": 0.8,
        "epsilon": 1e-3,
        "num_classes": None,
        "kernel_initializer": keras.initializers.RandomNormal(seed=1),
    }
    contracts.check_config(ConditionalBatchNormalization, arguments)
    contracts.check_config(ConditionalBatchNormalization, {"num_classes": CLASSES})
    for num_classes in (CLASSES, None):
        contracts.check_names(lambda count=num_classes: _model((2, 4), count))


@pytest.mark.parametrize("num_classes", [CLASSES, None])
def test_two_replicas_with_equal_rows_give_what_one_gives(two_replicas, num_classes):
    def build():
        joined = keras.Input((12 + CONDITION,))
        features = keras.ops.reshape(joined[:, :12], (-1, 3, 2, 2))
        labels = keras.ops.cast(3 * keras.ops.sigmoid(joined[:, -1]), "int32")
        condition = labels if num_classes else joined[:, 12:]
        layer = ConditionalBatchNormalization(num_classes=num_classes)
        return _moved(keras.Model(joined, layer([features, condition])))

    own = np.random.default_rng(0).normal(size=(4, 12 + CONDITION)).astype("float32")
    contracts.check_replicas(build, np.concatenate([own, own]), two_replicas)


@pytest.mark.parametrize("num_classes", [CLASSES, None])
@pytest.mark.parametrize("shape", SHAPES)
def test_closed_form(shape, num_classes):
    inputs = _inputs(shape, num_classes)
    model = _moved(_model(shape, num_classes, momentum=0.8, epsilon=0.1))
    layer = model.get_layer("normalization")
    statistics = layer.normalization
    old = statistics.moving_mean.numpy(), statistics.moving_variance.numpy()
    axes = tuple(range(len(shape) - 1))
    batch = inputs[0].mean(axes), inputs[0].var(axes)
    np.testing.assert_allclose(
        model(inputs, training=False),
        _expected(layer, inputs, *old, epsilon=0.1),
        rtol=1e-5,
        atol=1e-5,
    )
    np.testing.assert_array_equal(statistics.moving_mean, old[0])
    np.testing.assert_allclose(
        model(inputs, training=True),
        _expected(layer, inputs, *batch, epsilon=0.1),
        rtol=1e-4,
        atol=1e-5,
    )
    new = statistics.moving_mean.numpy(), statistics.moving_variance.numpy()
    for moved, before, seen in zip(new, old, batch, strict=True):
        np.testing.assert_allclose(moved, 0.8 * before + 0.2 * seen, rtol=1e-5)


def test_all_classes_start_from_the_plain_normalisation():
    features, labels = _inputs((6, 4), CLASSES)
    layer = ConditionalBatchNormalization(num_classes=CLASSES)
    plain = keras.layers.BatchNormalization(momentum=0.9, epsilon=1e-5)
    np.testing.assert_array_equal(
        layer([features, labels], training=True), plain(features, training=True)
    )


def test_both_linear_maps_start_apart():
    layer = ConditionalBatchNormalization()
    layer(_inputs((6, 4), None))
    assert np.any(layer.gain.kernel.numpy() != layer.bias.kernel.numpy())


def test_couples_examples():
    assert not independence.independent(
        ConditionalBatchNormalization(num_classes=CLASSES)
    )


def test_symbolic_batch_keeps_the_shape():
    assert _model((6, 3, 2, 4), CLASSES).output_shape == (None, 3, 2, 4)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"momentum": 1.0}, r"`momentum` must lie in \[0, 1\). Received: 1.0"),
        ({"epsilon": -1e-5}, r"`epsilon` must be positive. Received: -1e-05"),
        ({"num_classes": 0}, r"`num_classes` must be a positive .* Received: 0"),
    ],
)
def test_bad_arguments(arguments, message):
    with pytest.raises(ValueError, match=message):
        ConditionalBatchNormalization(**arguments)


def test_bad_inputs():
    features, labels = _inputs((6, 4), CLASSES)
    vector = _inputs((6, 4), None)[1]
    with pytest.raises(ValueError, match=r"\[features, labels\] .* and \(batch,\)"):
        ConditionalBatchNormalization(num_classes=CLASSES)([features, vector])
    message = r"\[features, condition\] .* and \(batch, condition\)"
    for inputs in (features, [features], [features, labels], [labels, vector]):
        with pytest.raises(ValueError, match=message):
            ConditionalBatchNormalization()(inputs)
