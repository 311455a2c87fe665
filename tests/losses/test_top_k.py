"""The best samples of a batch, and they alone, train the generator."""

import contracts
import keras
import numpy as np
import pytest
import tensorflow as tf

import kgan
from kgan.losses.top_k import TopK, weights

LOGITS = tf.constant([[0.3], [2.0], [-1.0], [0.7], [5.0], [-4.0]])


@pytest.mark.parametrize(("share", "count"), [(1.0, 6), (0.5, 3), (0.51, 4), (1e-9, 1)])
def test_the_largest_logits_count(share, count):
    order = np.argsort(-LOGITS[:, 0].numpy())
    expected = np.zeros(6)
    expected[order[:count]] = 6 / count
    for run in contracts.modes(lambda logits: weights(logits, share)):
        np.testing.assert_allclose(run(LOGITS)[:, 0], expected, rtol=1e-6)


def test_a_third_of_three_hundred_is_a_hundred():
    # 0.1 · 10 may be a little more than 1 in float32.
    for rows, share, count in ((300, 1 / 3, 100), (10, 0.1, 1), (70, 0.7, 49)):
        logits = tf.reshape(tf.range(rows, dtype=tf.float32), (-1, 1))
        assert np.count_nonzero(weights(logits, share)) == count


def test_equal_logits_are_told_apart():
    assert np.count_nonzero(weights(tf.zeros((8, 1)), 0.5)) == 4


def test_patches_are_ranked_by_their_mean():
    patches = tf.constant([[[9.0], [-9.0]], [[1.0], [1.0]]])
    np.testing.assert_array_equal(weights(patches, 0.5)[:, 0, 0], [0, 2])


@pytest.mark.parametrize("name", kgan.losses.names())
def test_the_mean_is_that_of_the_best(name):
    loss, base = TopK(name, 0.5), kgan.losses.get(name)
    real = -LOGITS
    np.testing.assert_array_equal(
        loss.discriminator_loss(real, LOGITS), base.discriminator_loss(real, LOGITS)
    )
    real = real if loss.relativistic else None
    best = np.argsort(-LOGITS[:, 0].numpy())[:3]
    expected = base.generator_loss(real, LOGITS).numpy()[best].mean()
    for run in contracts.modes(lambda fake: loss.at(0).generator_loss(real, fake)):
        assert float(tf.reduce_mean(run(LOGITS))) == pytest.approx(expected, rel=1e-5)
    assert loss.probabilistic == base.probabilistic
    assert loss.boundary == base.boundary


def test_samples_that_do_not_count_get_no_gradient():
    with tf.GradientTape() as tape:
        tape.watch(LOGITS)
        value = TopK("wasserstein", 0.5).generator_loss(None, LOGITS)
    np.testing.assert_allclose(
        tape.gradient(value, LOGITS)[:, 0], [0, -2, 0, -2, -2, 0]
    )


def test_a_scheduled_share():
    schedule = keras.optimizers.schedules.PolynomialDecay(1.0, 10, 0.5)
    loss = TopK("wasserstein", schedule)
    for step, count in ((0, 6), (10, 3)):
        value = loss.at(tf.constant(step, tf.int64)).generator_loss(None, LOGITS)
        assert np.count_nonzero(value) == count
    saved = keras.saving.serialize_keras_object(loss)
    again = keras.saving.deserialize_keras_object(saved)
    assert again.get_config() == loss.get_config()


@pytest.mark.parametrize("share", [0, -0.5, 1.5, "half"])
def test_share_out_of_range(share):
    with pytest.raises(ValueError, match="`share`"):
        TopK("hinge", share)


def test_it_trains_and_is_saved(tmp_path):
    generator, discriminator = kgan.models.mlp((2,), latent_dim=2)
    gan = kgan.GAN(generator, discriminator)
    gan.compile(loss=TopK("non_saturating", 0.5))
    data = np.random.default_rng(0).normal(size=(64, 2)).astype("float32")
    gan.fit(data, batch_size=16, verbose=0)
    gan.save(tmp_path / "gan.keras")
    again = keras.models.load_model(tmp_path / "gan.keras")
    assert again.adversarial_loss.share == 0.5
    again.fit(data, batch_size=16, verbose=0)


def test_what_d_says_is_read_as_the_loss_reads_it():
    class Squashed(kgan.losses.Hinge):
        def score(self, logits):
            return tf.tanh(logits)

    assert float(TopK(Squashed()).score(3.0)) == pytest.approx(np.tanh(3.0))
    assert float(TopK("non_saturating").score(0.0)) == 0.5
