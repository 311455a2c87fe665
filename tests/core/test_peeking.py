import numpy as np
import pytest
import tensorflow as tf

import kgan
from kgan.core import peeking
from kgan.data import stream
from kgan.engine import feeding


def windows(dataset):
    return [tuple(int(end) for end in window) for window in dataset]


def test_a_look_moves_nothing():
    dataset = stream.windows(0, 5, moving=True)
    with peeking.uncounted(), peeking.uncounted():
        assert not peeking.count()
        assert windows(dataset) == [(0, 5)]
    with peeking.uncounted():
        assert windows(dataset) == [(0, 5)]
    assert peeking.count()
    assert windows(dataset) == [(0, 5)]
    with pytest.raises(KeyError), peeking.uncounted():
        raise KeyError
    assert windows(dataset) == [(5, 10)]


def test_the_check_of_a_first_batch_takes_none():
    train = kgan.data.load("digits", batch_size=64, seed=3)
    looked = next(feeding.peek(train, None, 32)[0])
    np.testing.assert_array_equal(looked, next(iter(train)))


def test_epochs_go_on_between_two_fits():
    """Two fits of an epoch see what one fit of two epochs sees."""
    seen = []

    class Recorder(kgan.GAN):
        def train_step(self, data):
            tf.numpy_function(
                lambda x: seen.append(x[0].sum()) or np.float32(0), [data], tf.float32
            )
            return super().train_step(data)

    def recorder():
        seen.clear()
        gan = Recorder(
            *kgan.models.mlp(
                (8, 8, 1),
                latent_dim=2,
            )
        )
        gan.compile(run_eagerly=True)
        return gan, kgan.data.load("digits", 64, seed=3, steps_per_epoch=3)

    gan, train = recorder()
    gan.fit(train, epochs=2, verbose=0)
    whole = list(seen)
    gan, train = recorder()
    gan.fit(train, verbose=0)
    gan.fit(train, verbose=0)
    assert len(whole) == 6
    assert seen == whole
