import keras
import numpy as np
import pytest

from kgan.models import inputs


@pytest.mark.parametrize(
    ("shape", "expected"), [((2,), (2,)), ([8, 8, 1], (8, 8, 1)), ([np.int64(3)], (3,))]
)
def test_data_shape(shape, expected):
    assert inputs.check_data_shape(shape) == expected
    assert all(type(side) is int for side in inputs.check_data_shape(shape))


@pytest.mark.parametrize(
    "shape",
    [(), (0,), (8, 8), (8, 8, 0), (None, 8, 1), (1, 8, 8, 1), (2.5,), 784, "abc", None],
)
def test_bad_data_shape(shape):
    with pytest.raises(ValueError, match=r"`data_shape` must be .* Received:") as error:
        inputs.check_data_shape(shape)
    assert repr(shape) in str(error.value)


@pytest.mark.parametrize("shape", [(4,), (8, 8), (8, -1, 3), (8, None, 3), (True,) * 3])
def test_bad_image_shape(shape):
    with pytest.raises(ValueError, match=r"`image_shape` must be \(height, width, cha"):
        inputs.check_image_shape(shape)


@pytest.mark.parametrize("num_classes", [0, 1, -3, 2.0, "ten", True])
def test_bad_num_classes(num_classes):
    with pytest.raises(ValueError, match="`num_classes` must be an integer of at leas"):
        inputs.check_num_classes(num_classes)


@pytest.mark.parametrize("latent_dim", [0, -1, 1.5, None, False])
def test_bad_latent_dim(latent_dim):
    with pytest.raises(ValueError, match="`latent_dim` must be an integer of at least"):
        inputs.latent_inputs(latent_dim)


def test_classes_are_found_in_the_embedding():
    (latents, labels), features = inputs.latent_inputs(5, num_classes=3)
    model = keras.Model([latents, labels], features)
    embedding = model.get_layer("class_embedding")
    assert isinstance(embedding, keras.layers.Embedding)
    assert embedding.input_dim == 3
    assert labels.dtype == "int32"
    z = np.arange(20, dtype="float32").reshape(4, 5)
    values = model([z, np.array([0, 1, 2, 1], "int32")]).numpy()
    np.testing.assert_array_equal(values[:, :5], z)
    np.testing.assert_array_equal(values[:, 5:], np.eye(3)[[0, 1, 2, 1]])
