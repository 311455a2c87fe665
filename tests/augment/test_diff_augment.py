import contracts
import keras
import numpy as np
import pytest
import tensorflow as tf

import kgan
from kgan.augment import DiffAugment

IMAGES = np.random.default_rng(0).uniform(-1, 1, (4, 8, 9, 3)).astype("float32")


def _model():
    images = keras.Input((8, 9, 3))
    changed = DiffAugment(seed=7, name="augmentation")(images)
    return keras.Model(images, keras.layers.Dense(1, name="dense")(changed))


def _layer_alone():
    images = keras.Input((8, 9, 3))
    return keras.Model(images, DiffAugment(seed=7)(images))


def test_contract(two_replicas):
    contracts.check_config(DiffAugment, {"policy": ("color", "cutout"), "seed": 7})
    contracts.check_saving(_model(), IMAGES)
    contracts.check_modes(_model(), IMAGES)
    contracts.check_replicas(_layer_alone, IMAGES, two_replicas)
    for policy in contracts.MIXED_POLICIES:
        contracts.check_precision(_layer_alone, IMAGES, policy, "float32", 1e-6)


def _color(image, u):
    image = image + u[0] - 0.5
    grey = image.mean(-1, keepdims=True)
    image = (image - grey) * 2 * u[1] + grey
    return (image - image.mean()) * (u[2] + 0.5) + image.mean()


def _translation(image, u):
    moved = np.zeros_like(image)
    height, width, _ = image.shape
    rows, columns = int(u[3] * 3) - 1, int(u[4] * 3) - 1  # r = 1 for sides of 8 and 9
    for i, j in np.ndindex(height, width):
        if 0 <= i - rows < height and 0 <= j - columns < width:
            moved[i, j] = image[i - rows, j - columns]
    return moved


def _cutout(image, u):
    image = np.array(image)
    row, column = int(u[5] * 9) - 2, int(u[6] * 9) - 2  # 4 of 8 rows, 5 of 9 columns
    image[max(row, 0) : row + 4, max(column, 0) : column + 5] = 0
    return image


FORMULAS = {"color": _color, "translation": _translation, "cutout": _cutout}


@pytest.mark.parametrize(
    "policy", ["color", "translation", "cutout", "color,translation,cutout"]
)
def test_changes_as_a_loop_does(policy):
    rows = tf.zeros((4, 7))
    uniform = kgan.seeds.uniform_like(rows, tf.constant([3, 0])).numpy()
    outputs = DiffAugment(policy, seed=3)(IMAGES, training=True).numpy()
    for image, output, u in zip(IMAGES, outputs, uniform, strict=True):
        expected = image
        for name in policy.split(","):
            expected = FORMULAS[name](expected, u)
        np.testing.assert_allclose(output, expected, atol=1e-6)


def test_unknown_name():
    with pytest.raises(ValueError, match="Did you mean 'translation'"):
        DiffAugment("translate")
