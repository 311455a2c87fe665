import contracts
import keras
import numpy as np
import pytest

from kgan.layers import Truncation


def draw(*shape):
    return np.random.default_rng(0).normal(size=shape).astype("float32")


@pytest.fixture
def layer():
    layer = Truncation(num_styles=5)
    layer.build((None, 3))
    layer.center.assign([1.0, -2.0, 0.5])
    return layer


def test_contract():
    arguments = {"num_styles": 5, "decay": 0.9}
    contracts.check_config(Truncation, arguments)
    w = keras.Input((3,))
    model = keras.Model(w, Truncation(**arguments, name="layer")(w))
    contracts.check_saving(model, draw(4, 3))
    contracts.check_modes(model, draw(4, 3))


def test_each_layer_has_the_same_w_bit_by_bit(layer):
    w = draw(4, 3)
    for psi in (1.0, np.float32(1.0)):
        found = layer(w, truncation=psi).numpy()
        np.testing.assert_array_equal(found, np.repeat(w[:, None], 5, axis=1))


@pytest.mark.parametrize("psi", [0.0, 0.7, np.linspace(0, 1, 4, dtype="float32")])
@pytest.mark.parametrize("cutoff", [None, 0, 2, 5])
def test_values(layer, psi, cutoff):
    w = draw(4, 3)
    found = layer(w, truncation=psi, cutoff=cutoff)
    center = layer.center.numpy().astype("float64")
    moved = center + np.reshape(psi, (-1, 1)) * (w - center)
    moves = 5 if cutoff is None else cutoff
    expected = np.stack([moved] * moves + [w] * (5 - moves), axis=1)
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-6)


def test_the_center_follows_in_training_alone(layer):
    w, before = draw(8, 3), layer.center.numpy()
    layer(w)
    np.testing.assert_array_equal(layer.center, before)
    layer(w, training=True)
    expected = 0.995 * before + 0.005 * w.mean(axis=0)
    np.testing.assert_allclose(layer.center, expected, rtol=1e-5)
    assert not layer.center.trainable


def test_bad_arguments():
    with pytest.raises(ValueError, match="`num_styles` must be a positive integer"):
        Truncation(0)
    with pytest.raises(ValueError, match="`decay` must be a number in"):
        Truncation(3, decay=2)
    with pytest.raises(ValueError, match="takes an input of shape"):
        Truncation(3)(draw(2, 3, 4))


@pytest.mark.parametrize(
    ("moved", "message"),
    [
        ({"truncation": 1.5}, r"`truncation` must lie in \[0, 1\]. Received: 1.5"),
        ({"truncation": -1.0}, "`truncation` must lie in"),
        ({"truncation": float("nan")}, "`truncation` must lie in"),
        ({"cutoff": -3}, "`cutoff` must be an integer of at least 0"),
        ({"cutoff": 6}, "`cutoff` must be at most 5, the number of styles"),
    ],
)
def test_numbers_out_of_range(layer, moved, message):
    with pytest.raises(ValueError, match=message):
        layer(draw(4, 3), **moved)
