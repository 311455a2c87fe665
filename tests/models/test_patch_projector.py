import contracts
import keras
import numpy as np
import pytest

from kgan import models


def draw(*shape):
    return np.random.default_rng(0).normal(size=shape).astype("float32")


@pytest.fixture(scope="module")
def projector():
    projector = models.patch_projector([3, 5], width=4)
    for weight in projector.trainable_weights:
        if weight.name == "bias":  # so that no ReLU is 0 throughout
            weight.assign(keras.ops.full(weight.shape, 0.5))
    return projector


def test_it_is_built_at_once(projector):
    names = [weight.path for weight in projector.trainable_weights]
    assert len(names) == 8
    assert projector.count_params() == (3 * 4 + 4) + (5 * 4 + 4) + 2 * (4 * 4 + 4)


def test_each_layer_has_a_network_of_its_own(projector):
    features = [draw(2, 7, 3), 2 * draw(2, 6, 5)]
    found = projector(features)
    assert [x.shape for x in found] == [(2, 7, 4), (2, 6, 4)]
    for place, (x, y) in enumerate(zip(features, found, strict=True)):
        first, second = (
            projector.get_layer(f"layer_{place}_dense_{n}").get_weights()
            for n in (0, 1)
        )
        hidden = np.maximum(x.astype("float64") @ first[0] + first[1], 0)
        expected = hidden @ second[0] + second[1]
        expected /= np.linalg.norm(expected, axis=-1, keepdims=True)
        np.testing.assert_allclose(y, expected, atol=1e-4)
        np.testing.assert_allclose(np.linalg.norm(y, axis=-1), 1.0, atol=1e-5)


def test_it_takes_the_features_of_a_generator(tmp_path):
    generator = models.resnet_translator((8, 8, 2), width=2, blocks=2)
    projector = models.patch_projector(generator.encoder.outputs, width=8)
    assert [x.shape[-1] for x in projector.inputs] == [2, 4, 8, 8, 8]
    features = [
        keras.ops.reshape(x, (3, -1, x.shape[-1]))
        for x in generator.features(draw(3, 8, 8, 2))
    ]
    found = projector(features)
    assert all(x.shape[-1] == 8 for x in found)
    projector.save(tmp_path / "projector.keras")
    loaded = keras.models.load_model(tmp_path / "projector.keras")
    for x, y in zip(found, loaded(features), strict=True):
        np.testing.assert_array_equal(x, y)


def test_it_works_in_float32():
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        projector = models.patch_projector([3], width=4)
    finally:
        keras.config.set_dtype_policy("float32")
    hidden = contracts.computing_layers(projector)
    assert {layer.compute_dtype for layer in hidden} == {"float32"}


def test_kernels_begin_as_published():
    kernel = models.patch_projector([512], 512).trainable_weights[0].numpy()
    expected = 0.02 * np.sqrt(2 / 1024)
    assert kernel.std() == pytest.approx(expected, rel=0.03)


def test_bad_input():
    with pytest.raises(ValueError, match="`features` must name at least one layer"):
        models.patch_projector([])
    with pytest.raises(ValueError, match="`features`"):
        models.patch_projector([3, 0])
    with pytest.raises(ValueError, match="`width`"):
        models.patch_projector([3], width=0)
