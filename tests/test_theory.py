"""What the paper proves, seen in training."""

import keras
import numpy as np
import tensorflow as tf

import kgan


def normal_density(x, mean, stddev):
    return np.exp(-0.5 * ((x - mean) / stddev) ** 2) / (stddev * np.sqrt(2 * np.pi))


def test_proposition_1_the_best_discriminator_for_a_fixed_generator():
    """G frozen, D alone comes to p_data / (p_data + p_g)."""
    source = kgan.data.source("gaussian")
    (mean,), stddev = source.centers[0], float(np.max(source.stddev))
    latents = keras.Input((1,))
    generator = keras.Model(latents, keras.layers.Dense(1)(latents))
    generator.set_weights([np.array([[1.0]]), np.array([3.0])])  # p_g = N(3, 1)
    discriminator = kgan.models.mlp_discriminator((1,), hidden=(32, 32))
    gan = kgan.GAN(generator, discriminator, ema_momentum=None)
    schedule = keras.optimizers.schedules.CosineDecay(1e-2, 600)
    gan.compile(
        discriminator_optimizer=keras.optimizers.Adam(schedule, beta_1=0.9),
        steps_per_execution=50,
        frozen=["generator"],
    )
    gan.fit(kgan.data.load("gaussian", batch_size=512, steps_per_epoch=600), verbose=0)
    np.testing.assert_array_equal(generator.get_weights()[0], [[1.0]])

    draw = np.random.default_rng(0)
    real, fake = draw.normal(mean, stddev, 2000), draw.normal(3.0, 1.0, 2000)
    x = np.concatenate([real, fake])
    p_data, p_g = normal_density(x, mean, stddev), normal_density(x, 3.0, 1.0)
    best = p_data / (p_data + p_g)
    learnt = gan.discriminate(x[:, None].astype("float32"))
    assert np.mean(np.abs(learnt - best)) < 0.03
    # It would not pass for a D that says 1/2 everywhere.
    assert np.mean(np.abs(0.5 - best)) > 0.1


def test_theorem_1_equal_distributions_have_value_minus_log_4():
    """Where p_g = p_data, D cannot do better than 1/2, and V(D, G) = −log 4."""
    generator = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    generator.set_weights([np.array([[1.5]]), np.array([4.0])])
    discriminator = kgan.models.mlp_discriminator((1,), hidden=(32,))
    gan = kgan.GAN(generator, discriminator, ema_momentum=None)
    adam = keras.optimizers.Adam(3e-3)
    gan.compile(loss="minimax", discriminator_optimizer=adam, frozen=["generator"])
    train = kgan.data.load("gaussian", batch_size=1024, steps_per_epoch=300)
    gan.fit(train, verbose=0)
    held_out = kgan.data.load("gaussian", batch_size=4096, seed=1, steps_per_epoch=4)
    logs = gan.evaluate(held_out, verbose=0, return_dict=True)
    np.testing.assert_allclose(-logs["d_loss"], -np.log(4), atol=0.01)
    np.testing.assert_allclose([logs["d_real"], logs["d_fake"]], 0.5, atol=0.03)


def test_the_generator_descends_towards_the_data():
    """An update of G raises D(G(z)) for the D that it was taken against."""
    generator = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    discriminator = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    discriminator.set_weights([np.array([[1.0]]), np.array([0.0])])
    gan = kgan.GAN(generator, discriminator, ema_momentum=None)
    sgd = keras.optimizers.SGD(0.5)
    gan.compile(generator_optimizer=sgd, frozen=["discriminator"])
    latents = tf.random.stateless_normal((512, 1), [1, 2])
    before = float(tf.reduce_mean(discriminator(generator(latents))))
    gan.fit(np.zeros((64, 1), "float32"), batch_size=32, verbose=0)
    after = float(tf.reduce_mean(discriminator(generator(latents))))
    assert after > before + 0.1
