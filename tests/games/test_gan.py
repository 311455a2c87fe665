"""The model: construction, sampling by index, what it refuses."""

import sys

import keras
import moves
import networks
import numpy as np
import pytest
import small_games
import tensorflow as tf

import kgan
from kgan.callbacks import DiscriminatorWon, DiversityLost, GradientVanished


def test_defaults():
    g, d = kgan.models.mlp((8, 8, 1), latent_dim=7)
    gan = kgan.GAN(g, d)
    gan.compile()
    assert gan.prior.get_config() == {"latent_dim": 7}
    assert gan.data_shape == (8, 8, 1)
    assert gan.num_classes is None
    assert gan.step == 0
    assert list(gan.optimizers) == ["discriminator", "generator"]
    assert gan.generator_optimizer is not gan.discriminator_optimizer
    for optimizer in gan.optimizers.values():
        config = optimizer.get_config()
        assert config["learning_rate"] == pytest.approx(2e-4)
        assert config["beta_1"] == 0.5
    assert isinstance(gan.adversarial_loss, kgan.losses.NonSaturating)
    assert gan.penalties == {}
    assert list(gan.get_metrics_result()) == [
        "d_loss",
        "g_loss",
        "d_real",
        "d_fake",
        "d_accuracy",
        "d_gradient_norm",
        "g_gradient_norm",
    ]


def test_a_compile_that_is_refused_changes_nothing():
    gan = networks.gan()
    gan.compile(loss="hinge", penalties=["r1"])
    for wrong in (
        {"penalties": ["r2"], "jit_compile": "never"},
        {"loss": "wasserstein", "generator_optimizer": "no such one"},
        {"loss": "wasserstein", "frozen": ["nobody"]},
    ):
        with pytest.raises(ValueError, match=r"must|Could not"):
            gan.compile(**wrong)
        assert list(gan.penalties) == ["r1"]
        assert isinstance(gan.adversarial_loss, kgan.losses.Hinge)
        gan.fit(networks.images(16), batch_size=8, verbose=0)
        assert "r1" in gan.get_metrics_result()


def test_calling_generates_float_images_of_the_averaged_generator():
    gan = networks.gan()
    for average in gan.ema_generator.weights:
        average.assign(average + 0.1)
    latents = tf.random.stateless_normal((3, networks.LATENT_DIM), [1, 2])
    images = gan(latents)
    assert images.dtype == tf.float32
    assert images.shape == (3, 8, 8, 1)
    assert float(tf.reduce_max(tf.abs(images))) <= 1
    np.testing.assert_array_equal(images, gan.ema_generator(latents))
    assert (images.numpy() != gan.generator(latents).numpy()).any()
    raw, averaged = gan.generate(2, averaged=False), gan.generate(2)
    assert (raw != averaged).any()


def test_without_an_average_the_generator_samples():
    gan = networks.gan(ema_momentum=None)
    assert gan.ema_generator is None
    assert gan.sampler is gan.generator
    gan.fit(networks.images(), batch_size=8, verbose=0)
    assert gan.generate(2).shape == (2, 8, 8, 1)


@pytest.mark.parametrize("batch_size", [1, 7, 64, 300])
def test_an_image_depends_on_its_index_alone(batch_size):
    gan = networks.gan()
    all_images = gan.generate(150, seed=3)
    assert all_images.dtype == np.uint8
    part = gan.generate(40, seed=3, start=90, batch_size=batch_size)
    np.testing.assert_array_equal(part, all_images[90:130])
    assert (gan.generate(150, seed=4) != all_images).any()


def test_far_images_cost_no_more_and_graphs_give_the_same():
    gan = networks.gan()
    far = gan.generate(3, seed=1, start=10**12)
    assert (far != gan.generate(3, seed=1)).any()

    @tf.function
    def in_graph(count, start):
        return gan.generate(count, seed=1, start=start)

    images = in_graph(tf.constant(3), tf.constant(10**12, tf.int64))
    assert images.dtype == tf.uint8
    np.testing.assert_array_equal(images, far)


def test_points_are_float():
    g, d = kgan.models.mlp((2,), latent_dim=3)
    gan = kgan.GAN(g, d, prior=kgan.priors.Uniform(3))
    gan.compile()
    points = gan.generate(5)
    assert points.dtype == np.float32
    assert points.shape == (5, 2)
    gan.fit(np.full((8, 2), 7.0, "float32"), batch_size=4, verbose=0)


def test_conditional_generation():
    gan = networks.gan(num_classes=3)
    assert gan.num_classes == 3
    by_turns = gan.generate(7, seed=2, start=1)
    given = gan.generate(7, seed=2, start=1, labels=[1, 2, 0, 1, 2, 0, 1])
    np.testing.assert_array_equal(by_turns, given)
    ones = gan.generate(7, seed=2, start=1, labels=1)
    np.testing.assert_array_equal(ones[0], given[0])
    assert (ones[1] != given[1]).any()
    latents = tf.zeros((2, networks.LATENT_DIM))
    assert gan([latents, tf.constant([0, 2])]).shape == (2, 8, 8, 1)


def test_discriminate_gives_probabilities_or_scores():
    gan = networks.gan()
    real = networks.images(5)
    logits = gan.discriminator(real, training=False).numpy()[:, 0]
    scores = gan.discriminate(real, batch_size=2)
    np.testing.assert_allclose(scores, 1 / (1 + np.exp(-logits)), rtol=1e-5)
    gan.compile(loss="wasserstein")
    np.testing.assert_allclose(gan.discriminate(real), logits, rtol=1e-5)
    as_bytes = np.arange(64, dtype=np.uint8).reshape(1, 8, 8, 1)
    np.testing.assert_allclose(
        gan.discriminate(as_bytes), gan.discriminate(as_bytes / 127.5 - 1), rtol=1e-5
    )


class Subclassed(keras.Model):
    """A user's own generator."""

    def __init__(self, units=8, **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.hidden = keras.layers.Dense(units, activation="relu")
        self.norm = keras.layers.BatchNormalization()
        self.head = keras.layers.Dense(2)

    def call(self, latents):
        return self.head(self.norm(self.hidden(latents)))

    def get_config(self):
        return {**super().get_config(), "units": self.units}


@pytest.mark.parametrize("kind", ["sequential", "subclassed"])
def test_a_users_own_networks(kind):
    prior = kgan.priors.Normal(3)
    d = keras.Sequential([keras.layers.Dense(8, "relu"), keras.layers.Dense(1)])
    g = Subclassed()
    if kind == "sequential":
        g = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
        prior = None
    gan = kgan.GAN(g, d, prior=prior)
    gan.compile()
    before = networks.weights(gan)
    gan.fit(np.ones((8, 2), "float32"), batch_size=4, verbose=0)
    moved = [k for k, v in networks.weights(gan).items() if (v != before[k]).any()]
    assert len(moved) >= len(gan.trainable_variables)
    assert gan.generate(3).shape == (3, 2)


def refuse(match, make):
    with pytest.raises(ValueError, match=match):
        make()


def test_networks_that_do_not_fit_are_refused():
    g, d = networks.generator(), networks.discriminator()
    points = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    refuse(r"\(8, 8, 1\).*data of shape \(2,\)", lambda: kgan.GAN(g, points))
    refuse(
        "prior.*5 components.*latent_dim=3",
        lambda: kgan.GAN(g, d, kgan.priors.Normal(3)),
    )
    refuse("`prior` must be given", lambda: kgan.GAN(Subclassed(), points))
    labelled = networks.discriminator(num_classes=3)
    refuse("both take labels or both not", lambda: kgan.GAN(g, labelled))
    refuse("num_classes=3", lambda: kgan.GAN(g, d, num_classes=3))
    refuse("discriminator_steps.*0", lambda: kgan.GAN(g, d, discriminator_steps=0))
    refuse("seed.*1.5", lambda: kgan.GAN(g, d, seed=1.5))
    refuse("generator_steps.*1.5", lambda: kgan.GAN(g, d, generator_steps=1.5))
    refuse("ema_momentum.*'0.9'", lambda: kgan.GAN(g, d, ema_momentum="0.9"))
    refuse("ema_momentum.*1.0", lambda: kgan.GAN(g, d, ema_momentum=1.0))
    own = keras.Sequential([keras.layers.Dense(1)])
    own(tf.zeros((1, 3)))
    refuse("discriminator.*does not take|data of shape", lambda: kgan.GAN(g, own))


def test_numbers_and_labels_are_checked_before_generating():
    gan = networks.gan()
    refuse("num_images.*0", lambda: gan.generate(0))
    refuse("start.*-1", lambda: gan.generate(1, start=-1))
    refuse("seed.*1.5", lambda: gan.generate(1, seed=1.5))
    refuse("`labels` must be None", lambda: gan.generate(1, labels=0))
    classes = networks.gan(num_classes=3)
    refuse(r"\[0, 3\)", lambda: classes.generate(1, labels=3))
    refuse("one class or 3", lambda: classes.generate(3, labels=[1, 2]))
    refuse("integers", lambda: classes.generate(1, labels=0.5))


def test_latents_of_the_wrong_size_are_refused():
    gan = networks.gan()
    refuse("latents.*5.*4", lambda: gan(tf.zeros((2, 4))))


def test_compile_refuses_what_it_cannot_use():
    gan = networks.gan()
    refuse("Did you mean 'hinge'.*hinge", lambda: gan.compile(loss="hing"))
    refuse("penalty must be", lambda: gan.compile(penalties=["r3"]))
    refuse("must be a list", lambda: gan.compile(penalties=kgan.penalties.R1()))
    refuse("jit_compile", lambda: gan.compile(jit_compile="yes"))
    adam = keras.optimizers.Adam()
    refuse("two objects.*one Adam", lambda: gan.compile(adam, adam))

    class Clash(kgan.penalties.R1):
        name = "d_loss"

    refuse("name of its own.*d_loss", lambda: gan.compile(penalties=[Clash()]))
    with pytest.raises(TypeError, match="metrics"):
        gan.compile(metrics=["accuracy"])


# === The game ===

REAL = np.array([[0.3], [-0.7], [1.1]], "float32")
LATENTS = np.array([[0.2], [-1.0], [0.6]], "float32")
FAKE = 0.5 * LATENTS + 0.25
BATCH = {"real": tf.constant(REAL), "latents": tf.constant(LATENTS)}


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def test_discriminator_gradient_is_the_papers():
    gan = networks.linear_gan("minimax")
    result = moves.update_of(gan, "discriminator", BATCH)
    kernel, bias = result.gradients["discriminator"]
    real, fake = sigmoid(2 * REAL), sigmoid(2 * FAKE)
    # d/dw of −mean(log D(x) + log(1 − D(G(z))))
    expected_w = np.mean(-(1 - real) * REAL + fake * FAKE)
    expected_c = np.mean(-(1 - real) + fake)
    np.testing.assert_allclose(kernel, [[expected_w]], rtol=1e-5)
    np.testing.assert_allclose(bias, [expected_c], rtol=1e-5)
    value = np.mean(np.log(real) + np.log(1 - fake))
    np.testing.assert_allclose(result.logs["d_loss"], -value, rtol=1e-5)
    np.testing.assert_allclose(result.logs["d_real"], real.mean(), rtol=1e-5)
    np.testing.assert_allclose(result.logs["d_fake"], fake.mean(), rtol=1e-5)
    np.testing.assert_allclose(result.logs["d_accuracy"], np.mean(real > fake))


@pytest.mark.parametrize("loss", ["minimax", "non_saturating"])
def test_generator_gradient_is_the_papers(loss):
    result = moves.update_of(networks.linear_gan(loss), "generator", BATCH)
    kernel, bias = result.gradients["generator"]
    fake = sigmoid(2 * FAKE)
    # d/dx of log(1 − D) is −2 D, of −log D it is −2 (1 − D)
    slope = -2 * fake if loss == "minimax" else -2 * (1 - fake)
    np.testing.assert_allclose(kernel, [[np.mean(slope * LATENTS)]], rtol=1e-5)
    np.testing.assert_allclose(bias, [np.mean(slope)], rtol=1e-5)
    value = np.log(1 - fake) if loss == "minimax" else -np.log(fake)
    np.testing.assert_allclose(result.logs["g_loss"], value.mean(), rtol=1e-5)


def test_relativistic_generator_reads_the_real_logits():
    gan = networks.linear_gan("relativistic_pairing")
    result = moves.update_of(gan, "generator", BATCH)
    gap = 2 * FAKE - 2 * REAL
    slope = -2 * sigmoid(-gap)
    _, bias = result.gradients["generator"]
    np.testing.assert_allclose(bias, [np.mean(slope)], rtol=1e-5)
    value = np.log1p(np.exp(-gap)).mean()
    np.testing.assert_allclose(result.logs["g_loss"], value, rtol=1e-5)


def test_held_out_moves_nothing_and_reports_the_game():
    gan = networks.linear_gan("minimax")
    nets = moves.nets(False, generator=gan.generator, discriminator=gan.discriminator)
    logs = gan.held_out(nets, BATCH)
    assert set(logs) == set(networks.GAME_LOGS)
    np.testing.assert_allclose(logs["d_real"], sigmoid(2 * REAL).mean(), rtol=1e-5)


def test_few_frames_stand_between_the_step_and_the_formula():
    """Who opens a debugger in a loss sees the engine in a few lines."""
    frames = []

    class Looking(kgan.GAN):
        def discriminator_loss(self, nets, batch):
            frame = sys._getframe().f_back
            while frame is not None:
                frames.append(frame.f_code.co_filename)
                frame = frame.f_back
            return super().discriminator_loss(nets, batch)

    base = networks.linear_gan()
    gan = Looking(base.generator, base.discriminator)
    gan.compile(run_eagerly=True)
    gan.train_step(tf.constant(REAL))
    ours = [name for name in frames if "/kgan/" in name and "/tests/" not in name]
    # train_step, the round, the update; the loss itself is the fourth.
    assert len(ours) <= 3


def test_symptoms_are_the_usual_ones():
    gan = small_games.points()
    real = np.zeros((4, 1), "float32")
    kinds = [type(symptom) for symptom in gan.symptoms(real)]
    assert kinds == [DiscriminatorWon, GradientVanished, DiversityLost]
    (won,) = gan.symptoms(patience=7, accuracy=0.9, gradient_share=None)
    assert (won.patience, won.accuracy) == (7, 0.9)


def test_both_networks_are_described():
    described = small_games.images((4, 6, 3)).describe()
    assert list(described) == ["generator", "discriminator"]
    assert described["generator"].endswith(" parameters, from 4 latents to 4 × 6 × 3")
    assert described["discriminator"].endswith(" parameters")


def test_a_generator_that_draws_nothing_is_described_by_its_condition():
    told, data = keras.Input((3,)), keras.Input((2,))
    judged = keras.layers.Dense(1)(keras.layers.Concatenate()([data, told]))
    generator = keras.Model(told, keras.layers.Dense(2)(told))
    gan = kgan.GAN(generator, keras.Model([data, told], judged), prior=False)
    assert gan.describe()["generator"] == "8 parameters, from a condition to 2"
