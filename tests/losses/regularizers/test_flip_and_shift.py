import contracts
import keras
import numpy as np
import pytest

from kgan.losses.regularizers import FlipAndShift


def _images(count=4, height=8, width=16, channels=2):
    shape = (count, height, width, channels)
    return np.random.default_rng(0).normal(size=shape).astype("float32")


def _expected(image, flipped, rows, columns):
    """Mirrors the border, cuts out, and turns round."""
    height, width, _ = image.shape
    wide = np.pad(image, ((4, 4), (4, 4), (0, 0)), mode="reflect")
    if flipped:
        wide = wide[:, ::-1]
    return wide[4 + rows : 4 + rows + height, 4 + columns : 4 + columns + width]


def test_contract(two_replicas):
    def build():
        images = keras.Input((8, 16, 2))
        return keras.Model(images, FlipAndShift(seed=7, name="layer")(images))

    contracts.check_config(FlipAndShift, {"seed": 7})
    contracts.check_saving(build(), _images())
    contracts.check_modes(build(), _images())
    # Augmentations are float32 under any policy.
    for policy in contracts.MIXED_POLICIES:
        contracts.check_precision(build, _images(), policy, "float32", tolerance=0)
    contracts.check_replicas(build, _images(), two_replicas)


def test_an_image_is_its_mirrored_and_shifted_self():
    images = _images(6)
    uniform = np.array(
        [
            *([0.0, 0.5, 0.5], [0.9, 0.5, 0.5], [0.9, 0.0, 0.5]),
            *([0.9, 0.5, 0.999], [0.9, 0.999, 0.0], [0.4, 0.999, 0.0]),
        ],
        "float32",
    )
    # One row and two columns of 8 × 16 pixels; 0.5 is no shift. In a mirrored image a
    # shift by −2 is one to the other side.
    expected = [
        *((True, 0, 0), (False, 0, 0), (False, -1, 0)),
        *((False, 0, 2), (False, 1, -2), (True, 1, -2)),
    ]
    for mode in contracts.modes(FlipAndShift().augment):
        outputs = mode(images, uniform).numpy()
        for output, image, place in zip(outputs, images, expected, strict=True):
            flipped, rows, columns = place
            np.testing.assert_array_equal(
                output, _expected(image, flipped, rows, columns)
            )


def test_all_places_are_equally_likely():
    ramp = np.arange(32.0)[:, None] * 100 + np.arange(32.0)[None, :]
    images = np.tile(ramp[None, :, :, None], (18000, 1, 1, 1)).astype("float32")
    outputs = FlipAndShift(seed=0)(images, training=True).numpy()
    # The pixel in the middle tells the shifts, its neighbour to which side.
    rows, columns = np.divmod(outputs[:, 16, 16, 0], 100)
    mirrored = outputs[:, 16, 17, 0] < outputs[:, 16, 16, 0]
    places = np.stack([rows, np.where(mirrored, 31 - columns, columns), mirrored])
    kinds, counts = np.unique(places, axis=1, return_counts=True)
    assert kinds.shape == (3, 9 * 9 * 2)
    assert (kinds.min(1)[:2] == 12).all()
    assert (kinds.max(1)[:2] == 20).all()
    spread = np.sum((counts - 18000 / 162) ** 2 / (18000 / 162))
    assert spread < 161 + 4 * np.sqrt(2 * 161)


def test_identity_outside_training():
    images = _images()
    np.testing.assert_array_equal(FlipAndShift()(images, training=False), images)


def test_small_images_stay_inside():
    images = _images(height=3, width=1)
    outputs = FlipAndShift(seed=1)(images, training=True)
    np.testing.assert_array_equal(outputs, images)  # no shift, nothing to mirror


def test_points_are_refused():
    with pytest.raises(ValueError, match="takes images of shape"):
        FlipAndShift()(np.zeros((4, 2), "float32"), training=True)
