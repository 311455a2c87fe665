import numpy as np
import pytest
import tensorflow as tf

import kgan
from kgan.callbacks.theory.best_response import BestResponse


@pytest.fixture
def data():
    points = np.random.default_rng(0).normal(4, 1.5, (32, 1)).astype(np.float32)
    return tf.data.Dataset.from_tensor_slices(points).batch(8, drop_remainder=True)


def _changed(network, before):
    now = network.get_weights()
    return [not np.array_equal(a, b) for a, b in zip(now, before, strict=True)]


@pytest.mark.parametrize("player", ["generator", "discriminator"])
def test_one_player_learns(points, data, player):
    gan = points()
    response = BestResponse(gan, data)
    copy = getattr(response, f"train_{player}")(6)
    for name in ("generator", "discriminator"):
        changed = _changed(getattr(copy, name), getattr(gan, name).get_weights())
        assert any(changed) if name == player else not any(changed)


def test_the_model_is_left_as_it_is(points, data):
    gan = points()
    before = gan.get_weights()
    response = BestResponse(gan, data)
    for old, new in zip(before, response.copy.get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)
    response.train_discriminator(2)
    response.train_generator(2)
    assert gan.step == 0
    for old, new in zip(before, gan.get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)


@pytest.mark.parametrize(("loss", "kept"), [("minimax", []), ("wasserstein", ["r1"])])
def test_only_critics_keep_their_penalties(points, data, loss, kept):
    gan = points()
    gan.compile(loss=loss, penalties=[kgan.penalties.R1()], run_eagerly=True)
    copy = BestResponse(gan, data).train_discriminator(1)
    assert list(copy.penalties) == kept
    assert type(copy.adversarial_loss) is type(kgan.losses.get(loss))
