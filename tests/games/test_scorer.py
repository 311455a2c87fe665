import keras
import numpy as np
import pytest

from kgan import losses
from kgan.games.sampler import to_float
from kgan.games.scorer import Scorer


def _critic(shape, classes=False, patch=False):
    """Returns the mean of the data, plus the class; or the mean of each quarter."""
    data = keras.Input(shape)
    inputs = data
    if patch:
        x = keras.layers.AveragePooling2D(2)(data)
    else:
        x = keras.layers.Flatten()(data)
        mean = keras.initializers.Constant(1 / np.prod(shape))
        x = keras.layers.Dense(1, kernel_initializer=mean)(x)
    if classes:
        labels = keras.Input((), dtype="int32")
        numbers = np.arange(5, dtype="float32")[:, None]
        x = keras.layers.Add()(
            [x, keras.layers.Embedding(5, 1, weights=[numbers])(labels)]
        )
        inputs = [data, labels]
    return keras.Model(inputs, x)


def _scorer(shape=(4, 4, 1), loss="wasserstein", classes=None, **kwargs):
    critic = _critic(shape, classes is not None, **kwargs)
    is_image = len(shape) == 3
    return Scorer(critic, losses.get(loss), shape, classes, is_image=is_image)


def _images(count=7, dtype="uint8"):
    images = np.random.default_rng(0).integers(0, 256, (count, 4, 4, 1), dtype="uint8")
    return images if dtype == "uint8" else to_float(images).numpy().astype(dtype)


def _means(images):
    return images.astype("float64").mean(axis=(1, 2, 3))


def test_scores_of_a_critic():
    scores = _scorer()(_images(dtype="float32"), None, 128)
    assert scores.dtype == np.float32
    assert scores.shape == (7,)
    np.testing.assert_allclose(scores, _means(_images(dtype="float64")), atol=1e-6)


def test_probabilities_where_there_are_some():
    expected = 1 / (1 + np.exp(-_means(_images(dtype="float64"))))
    scores = _scorer(loss="non_saturating")(_images(dtype="float32"), None, 128)
    np.testing.assert_allclose(scores, expected, atol=1e-6)


def test_bytes_are_scaled():
    scorer = _scorer()
    np.testing.assert_array_equal(
        scorer(_images(), None, 128), scorer(_images(dtype="float32"), None, 128)
    )


@pytest.mark.parametrize("dtype", ["float16", "float64"])
def test_other_floats_are_taken(dtype):
    scores = _scorer()(_images(dtype=dtype), None, 128)
    assert scores.dtype == np.float32
    np.testing.assert_allclose(scores, _means(_images(dtype=dtype)), atol=1e-3)


@pytest.mark.parametrize("batch_size", [1, 3, 7])
def test_batch_size_changes_nothing(batch_size):
    scorer = _scorer(classes=5)
    labels = np.array([0, 4, 1, 1, 2, 3, 0])
    whole = scorer(_images(), labels, 128)
    np.testing.assert_allclose(scorer(_images(), labels, batch_size), whole, atol=1e-6)


def test_labels():
    scorer, means = _scorer(classes=5), _means(_images(dtype="float32"))
    labels = np.array([0, 4, 1, 1, 2, 3, 0], "uint8")
    np.testing.assert_allclose(scorer(_images(), labels, 4), means + labels, atol=1e-5)
    np.testing.assert_allclose(scorer(_images(), 2, 4), means + 2, atol=1e-5)


def test_score_of_patches_is_their_mean():
    scores = _scorer(patch=True)(_images(), None, 128)
    np.testing.assert_allclose(scores, _means(_images(dtype="float32")), atol=1e-6)


def test_points():
    points = np.array([[1.0, 3.0], [200.0, 0.0]])
    scores = _scorer(shape=(2,))(points, None, 128)
    np.testing.assert_allclose(scores, [2.0, 100.0])


@pytest.mark.parametrize(
    ("data", "labels", "message"),
    [
        (np.zeros((2, 4, 4, 3)), 0, r"\(count, 4, 4, 1\).*\(2, 4, 4, 3\)"),
        (np.zeros((2, 4, 4, 1), "int32"), 0, r"float32.*int32"),
        (np.full((2, 4, 4, 1), 255.0), 0, r"\[-1, 1\].*255"),
        (np.full((2, 4, 4, 1), np.nan), 0, "finite"),
        (np.zeros((2, 4, 4, 1)), None, r"\(images, labels\)"),
        (np.zeros((2, 4, 4, 1)), 5, r"\[0, 5\)"),
        (np.zeros((2, 4, 4, 1)), 1.0, "integers"),
        (np.zeros((2, 4, 4, 1)), [1, 2, 3], "labels"),
    ],
)
def test_data_that_do_not_fit(data, labels, message):
    with pytest.raises(ValueError, match=message):
        _scorer(classes=5)(data, labels, 128)


@pytest.mark.parametrize("shape", [(4, 3), (2, 2, 2, 1), (3, 3, 7)])
def test_bytes_of_other_data_than_images_are_refused(shape):
    critic = keras.Sequential([keras.Input(shape), keras.layers.Flatten()])
    critic.add(keras.layers.Dense(1))
    scorer = Scorer(critic, losses.get("wasserstein"), shape, None, is_image=False)
    with pytest.raises(ValueError, match=r"`data` must be float32: .*uint8"):
        scorer(np.zeros((2, *shape), "uint8"), None, 8)


def test_labels_without_classes():
    with pytest.raises(ValueError, match="images alone"):
        _scorer()(_images(), 1, 128)


@pytest.mark.parametrize("batch_size", [0, -1, 2.5])
def test_batch_size_is_positive(batch_size):
    with pytest.raises(ValueError, match=r"`batch_size` must be a positive integer"):
        _scorer()(_images(), None, batch_size)
