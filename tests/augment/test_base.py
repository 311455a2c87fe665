import keras
import numpy as np
import pytest
import tensorflow as tf

import kgan
from kgan.augment import Augment, Augmentation, DiffAugment

IMAGES = np.random.default_rng(0).uniform(-1, 1, (4, 6, 5, 3)).astype("float32")


class Fade(Augmentation):
    numbers = 2

    def augment(self, images, uniform):
        return images * uniform[:, 1, None, None, None]


def test_numbers_are_those_of_the_bits():
    rows = tf.zeros((4, 2))
    uniform = kgan.seeds.uniform_like(rows, tf.constant([5, 0])).numpy()
    outputs = Fade(seed=5)(IMAGES, training=True)
    np.testing.assert_array_equal(outputs, IMAGES * uniform[:, 1, None, None, None])


def test_draws_anew_at_each_call():
    layer = Fade(seed=5)
    first, second = layer(IMAGES, training=True), layer(IMAGES, training=True)
    assert np.all(np.asarray(first) != np.asarray(second))


@pytest.mark.parametrize("layer_class", [Augment, DiffAugment])
def test_identity_in_inference(layer_class):
    np.testing.assert_array_equal(layer_class()(IMAGES, training=False), IMAGES)
    np.testing.assert_array_equal(layer_class()(IMAGES), IMAGES)


@pytest.mark.parametrize("layer_class", [Augment, DiffAugment])
def test_symbolic_batch_keeps_the_shape(layer_class):
    outputs = layer_class()(keras.Input((5, 4, 1)), training=True)
    assert outputs.shape == (None, 5, 4, 1)
    assert outputs.dtype == "float32"


@pytest.mark.parametrize("shape", [(2,), (None, None, 3), (4, 4)])
@pytest.mark.parametrize("layer_class", [Augment, DiffAugment])
def test_refuses_points_and_unknown_sizes(layer_class, shape):
    message = rf"`{layer_class.__name__}` takes images .* points do not have\. Received"
    with pytest.raises(ValueError, match=message):
        layer_class()(keras.Input(shape))


@pytest.mark.parametrize("layer_class", [Fade, Augment, DiffAugment])
def test_computes_in_float32_whatever_the_policy(layer_class):
    keras.config.set_dtype_policy("mixed_float16")
    for layer in (layer_class(), layer_class(dtype="float16")):
        assert layer.compute_dtype == "float32"
        outputs = layer(IMAGES.astype("float16"), training=True)
        assert outputs.dtype == "float32"
