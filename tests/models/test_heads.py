"""How a discriminator is told the class, and what it says."""

import keras
import numpy as np
import pytest

from kgan.layers import Projection, SpectralNormalization
from kgan.models.heads import CONDITIONINGS, check_conditioning, judge, normalized

FEATURES = np.random.default_rng(0).normal(size=(5, 4)).astype("float32")
LABELS = np.array([0, 2, 1, 2, 0], "int32")


def judged(
    conditioning="none",
    heads=None,
    num_classes=None,
    spectral=False,
    initializer="random_normal",
):
    inputs = keras.Input((4,), name="data")
    return judge(
        inputs, inputs, num_classes, conditioning, heads, spectral, initializer, "judge"
    )


def test_classes_are_joined_to_the_input_by_concatenation_alone():
    assert check_conditioning("concatenation", None) is None
    assert check_conditioning("concatenation", 3) == 3
    assert check_conditioning("projection", 3) is None
    assert check_conditioning("none", 3) is None
    assert set(CONDITIONINGS) == {"concatenation", "projection", "none"}


@pytest.mark.parametrize(
    ("conditioning", "num_classes", "message"),
    [
        ("projecting", 3, "mean 'projection'. `conditioning` must be one of"),
        ("projection", None, "`conditioning` must not be 'projection' without labels"),
        ("projection", 1, "`num_classes` must be an integer of at least 2"),
        (None, 3, "`conditioning` must be one of.*Received: None"),
    ],
)
def test_conditionings_that_make_no_sense(conditioning, num_classes, message):
    with pytest.raises(ValueError, match=message):
        check_conditioning(conditioning, num_classes)


def test_a_layer_is_wrapped_if_it_is_asked_for():
    layer = keras.layers.Dense(3, name="linear")
    assert normalized(layer, spectral=False) is layer
    wrapper = normalized(layer, spectral=True)
    assert isinstance(wrapper, SpectralNormalization)
    assert (wrapper.layer, wrapper.name) == (layer, "linear")


@pytest.mark.parametrize("spectral", [False, True])
def test_every_kernel_of_a_projection_is_drawn_as_it_is_told(spectral):
    network = judged(
        num_classes=3,
        conditioning="projection",
        initializer="zeros",
        spectral=spectral,
    )
    head = network.get_layer("logits")
    kernels = [head.linear, head.embedding]
    kernels = [layer.layer for layer in kernels] if spectral else kernels
    assert not np.any(kernels[0].kernel)
    assert not np.any(kernels[1].embeddings)


@pytest.mark.parametrize("heads", [None, {}])
def test_without_further_heads_there_are_logits_alone(heads):
    network = judged(heads=heads)
    kernel, bias = network.get_layer("logits").get_weights()
    np.testing.assert_allclose(network(FEATURES), FEATURES @ kernel + bias, rtol=1e-5)
    assert network.name == "judge"
    assert network.output_shape == (None, 1)


def test_further_heads_stand_beside_the_logits():
    network = judged(heads={"classes": 3, "codes": 3})
    outputs = network(FEATURES)
    shapes = {name: tuple(output.shape) for name, output in outputs.items()}
    assert shapes == {"logits": (5, 1), "classes": (5, 3), "codes": (5, 3)}
    for name, output in outputs.items():
        kernel, bias = network.get_layer(name).get_weights()
        np.testing.assert_allclose(output, FEATURES @ kernel + bias, rtol=1e-5)


def test_kernels_of_equal_shape_differ():
    network = judged(heads={"a": 3, "b": 3})
    first, second = (network.get_layer(name).kernel.numpy() for name in "ab")
    assert np.all(first != second)


@pytest.mark.parametrize("spectral", [False, True])
@pytest.mark.parametrize("heads", [None, {"styles": 2}])
def test_a_projection_reads_the_labels(spectral, heads):
    network = judged("projection", heads, num_classes=3, spectral=spectral)
    assert [tuple(x.shape) for x in network.inputs] == [(None, 4), (None,)]
    layer = network.get_layer("logits")
    assert isinstance(layer, Projection)
    assert (layer.num_classes, layer.spectral_normalization) == (3, spectral)
    outputs = network([FEATURES, LABELS], training=False)
    logits = outputs["logits"] if heads else outputs
    np.testing.assert_array_equal(logits, layer([FEATURES, LABELS], training=False))
    assert logits.shape == (5, 1)
    others = network([FEATURES, (LABELS + 1) % 3], training=False)
    assert np.all((others["logits"] if heads else others).numpy() != logits.numpy())


def test_spectral_normalisation_is_of_all_linear_maps():
    network = judged(heads={"styles": 2}, spectral=True)
    kinds = {layer.name: type(layer) for layer in network.layers[1:]}
    assert kinds == dict.fromkeys(("logits", "styles"), SpectralNormalization)
    for _ in range(30):  # u finds the largest singular value
        outputs = network(FEATURES, training=True)
    kernel, bias = (v.numpy() for v in network.get_layer("styles").layer.weights)
    sigma = np.linalg.svd(kernel, compute_uv=False)[0]
    expected = FEATURES @ kernel / sigma + bias
    np.testing.assert_allclose(outputs["styles"], expected, rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize("policy", ["mixed_bfloat16", "mixed_float16"])
@pytest.mark.parametrize("conditioning", ["none", "projection"])
@pytest.mark.parametrize("spectral", [False, True])
def test_outputs_are_float32_under_any_policy(policy, conditioning, spectral):
    keras.config.set_dtype_policy(policy)
    network = judged(conditioning, {"classes": 3}, num_classes=3, spectral=spectral)
    given = [FEATURES, LABELS] if conditioning == "projection" else FEATURES
    assert {output.dtype.name for output in network(given).values()} == {"float32"}


@pytest.mark.parametrize(
    ("heads", "message"),
    [
        (["classes"], r"`heads` must be a dictionary.*Received: \['classes'\]"),
        ({"logits": 2}, r"other than 'logits'.*Received: \{'logits': 2\}"),
        ({3: 2}, r"dictionary of names.*Received: \{3: 2\}"),
        ({"data": 2, "classes": 3}, "other names than the layers.*Received: data"),
        ({"classes": 0}, r"heads\['classes'\].*integer of at least 1.*0"),
        ({"classes": "ten"}, r"heads\['classes'\].*'ten'"),
    ],
)
def test_heads_that_are_none(heads, message):
    with pytest.raises(ValueError, match=message):
        judged(heads=heads)
