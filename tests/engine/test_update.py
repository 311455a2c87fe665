"""The two gradients: what they are, what they touch, how they are compiled."""

import keras
import networks
import numpy as np
import pytest
import tensorflow as tf

import kgan
from kgan.core import seeds
from kgan.engine.clock import Turn
from kgan.engine.stateless import Player
from kgan.engine.update import Game


def turn(update=0, seed=1):
    one = tf.constant(1.0)
    step = tf.constant(update, tf.int64)
    return Turn(step, step, one, tf.constant(0), seeds.root(seed))


def linear_game(loss, penalties=(), compiler=lambda f: f):
    """G(z) = a z + b and D(x) = w x + c in one dimension."""
    g = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    d = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    g.set_weights([np.array([[0.5]]), np.array([0.25])])
    d.set_weights([np.array([[2.0]]), np.array([0.0])])
    terms = kgan.penalties.by_name(penalties)
    return Game(
        Player(g),
        Player(d),
        Player(keras.layers.Identity()),
        kgan.losses.get(loss),
        terms,
        compiler=compiler,
    )


REAL = np.array([[0.3], [-0.7], [1.1]], "float32")
LATENTS = np.array([[0.2], [-1.0], [0.6]], "float32")
FAKE = 0.5 * LATENTS + 0.25


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def arguments(game, **changes):
    return (
        game.values(),
        tf.constant(REAL),
        None,
        tf.constant(LATENTS),
        turn(**changes),
    )


def test_discriminator_gradient_is_the_papers():
    game = linear_game("minimax")
    gradients, _, logs = game.discriminator_gradients(*arguments(game))
    real, fake = sigmoid(2 * REAL), sigmoid(2 * FAKE)
    # d/dw of −mean(log D(x) + log(1 − D(G(z))))
    expected_w = np.mean(-(1 - real) * REAL + fake * FAKE)
    expected_c = np.mean(-(1 - real) + fake)
    np.testing.assert_allclose(gradients[0], [[expected_w]], rtol=1e-5)
    np.testing.assert_allclose(gradients[1], [expected_c], rtol=1e-5)
    value = np.mean(np.log(real) + np.log(1 - fake))
    np.testing.assert_allclose(logs["d_loss"], -value, rtol=1e-5)
    np.testing.assert_allclose(logs["d_real"], real.mean(), rtol=1e-5)
    np.testing.assert_allclose(logs["d_fake"], fake.mean(), rtol=1e-5)
    np.testing.assert_allclose(logs["d_accuracy"], np.mean(real > fake))


@pytest.mark.parametrize("loss", ["minimax", "non_saturating"])
def test_generator_gradient_is_the_papers(loss):
    game = linear_game(loss)
    gradients, _, logs = game.generator_gradients(*arguments(game))
    fake = sigmoid(2 * FAKE)
    # d/dx of log(1 − D) is −2 D, of −log D it is −2 (1 − D)
    slope = -2 * fake if loss == "minimax" else -2 * (1 - fake)
    np.testing.assert_allclose(gradients[0], [[np.mean(slope * LATENTS)]], rtol=1e-5)
    np.testing.assert_allclose(gradients[1], [np.mean(slope)], rtol=1e-5)
    value = np.log(1 - fake) if loss == "minimax" else -np.log(fake)
    np.testing.assert_allclose(logs["g_loss"], value.mean(), rtol=1e-5)


def test_relativistic_generator_reads_the_real_logits():
    game = linear_game("relativistic_pairing")
    gradients, _, logs = game.generator_gradients(*arguments(game))
    gap = 2 * FAKE - 2 * REAL
    slope = -2 * sigmoid(-gap)
    np.testing.assert_allclose(gradients[1], [np.mean(slope)], rtol=1e-5)
    np.testing.assert_allclose(logs["g_loss"], np.log1p(np.exp(-gap)).mean(), rtol=1e-5)


@pytest.mark.parametrize("interval", [1, 4])
@pytest.mark.parametrize("jit_compile", [None, True])
def test_penalty_on_a_linear_critic_has_the_closed_form(interval, jit_compile):
    def compiler(function):
        return tf.function(function, autograph=False, jit_compile=jit_compile)

    plain = linear_game("wasserstein")
    base = plain.discriminator_gradients(*arguments(plain))[0]
    game = linear_game(
        "wasserstein",
        [
            kgan.penalties.R1(3.0, interval),
            kgan.penalties.R2(5.0, interval),
            kgan.penalties.GradientPenalty(7.0, interval),
        ],
        compiler,
    )
    for update in (0, 1, 4):
        acts = update % interval == 0
        gradients, _, logs = game.discriminator_gradients(
            *arguments(game, update=update)
        )
        # ∇D = w = 2 everywhere: R1 and R2 give ½ w², the third (w − 1)².
        extra = interval * (3.0 * 2 + 5.0 * 2 + 7.0 * 2 * (2 - 1)) if acts else 0.0
        np.testing.assert_allclose(gradients[0] - base[0], [[extra]], 1e-4, 1e-6)
        np.testing.assert_allclose(gradients[1], base[1], atol=1e-6)
        expected = {"r1": 2.0, "r2": 2.0, "gradient_penalty": 1.0}
        for name, value in expected.items():
            np.testing.assert_allclose(logs[name], value if acts else 0.0, rtol=1e-5)


def test_penalties_share_the_passes_of_the_loss():
    calls = []

    class Counting(keras.layers.Layer):
        def call(self, x):
            calls.append(1)
            return x

    d = keras.Sequential([keras.Input((1,)), Counting(), keras.layers.Dense(1)])
    game = linear_game("hinge", [kgan.penalties.R1(1.0), kgan.penalties.R2(1.0)])
    game.discriminator = Player(d)
    calls.clear()
    game.discriminator_gradients(*arguments(game))
    assert len(calls) == 2


def test_points_and_layers_draw_from_seeds_of_their_own():
    """The place of a penalty's points says nothing about a mask of the critic."""
    drawn = []

    class Drawing(kgan.penalties.GradientPenalty):
        def points(self, real, fake, seed):
            drawn.append(tuple(seed.numpy()))
            return super().points(real, fake, seed)

    class Recording(keras.layers.Layer):
        def __init__(self):
            super().__init__()
            self.seed_generator = keras.random.SeedGenerator(1)

        def call(self, x):
            if tf.is_tensor(x) and hasattr(x, "numpy"):
                drawn.append(tuple(self.seed_generator.next().numpy()))
            return x

    d = keras.Sequential([keras.Input((1,)), Recording(), keras.layers.Dense(1)])
    game = linear_game("hinge", [Drawing(1.0)])
    game.discriminator = Player(d)
    drawn.clear()
    game.discriminator_gradients(*arguments(game))
    assert len(drawn) == len(set(drawn)) == 4  # points; D at real, fake and points


def test_weight_schedules_count_steps():
    schedule = keras.optimizers.schedules.PolynomialDecay(2.0, 10, 0.0)
    game = linear_game("wasserstein", [kgan.penalties.R1(schedule)])
    plain = linear_game("wasserstein")
    base = plain.discriminator_gradients(*arguments(plain))[0][0]
    for update, weight in ((0, 2.0), (5, 1.0), (20, 0.0)):
        gradient = game.discriminator_gradients(*arguments(game, update=update))[0][0]
        np.testing.assert_allclose(gradient - base, [[2.0 * weight]], atol=1e-5)


def test_the_networks_own_losses_count_once():
    d = keras.Sequential(
        [keras.Input((1,)), keras.layers.Dense(1, kernel_regularizer="l2")]
    )
    d.set_weights([np.array([[2.0]]), np.array([0.0])])
    game = linear_game("wasserstein")
    base = game.discriminator_gradients(*arguments(game))[0][0]
    game.discriminator = Player(d)
    gradient = game.discriminator_gradients(*arguments(game))[0][0]
    np.testing.assert_allclose(gradient - base, [[2 * 0.01 * 2.0]], rtol=1e-4)


def test_pure_functions_write_no_variable_and_give_the_new_state():
    model = networks.gan(dropout=0.3)
    game = model._game
    before = networks.weights(model)
    real = tf.constant(networks.images())
    latents = tf.random.stateless_normal((16, networks.LATENT_DIM), [1, 2])
    for gradients_of, player in (
        (game.discriminator_gradients, game.discriminator),
        (game.generator_gradients, game.generator),
    ):
        gradients, state, _ = gradients_of(game.values(), real, None, latents, turn())
        assert len(gradients) == len(player.trainable)
        assert all(float(tf.norm(g)) > 0 for g in gradients[:1])
        moved = [
            np.abs(v - s).max()
            for v, s in zip(player.state, state.network, strict=True)
        ]
        assert min(moved) > 0
    after = networks.weights(model)
    assert all((before[key] == after[key]).all() for key in before)


def test_a_layers_seed_follows_from_the_turn():
    model = networks.gan(dropout=0.5, batch_norm=False)
    player = model._game.discriminator
    real = tf.constant(networks.images())

    def logits(seed):
        return player(player.values(), real, None, turn(seed=seed))[0].numpy()

    assert (logits(1) == logits(1)).all()
    assert (logits(1) != logits(2)).any()


def test_subclassed_networks_train_in_training_mode():
    class Subclassed(keras.Model):
        def __init__(self):
            super().__init__()
            self.norm = keras.layers.BatchNormalization()
            self.dropout = keras.layers.Dropout(0.5)
            self.head = keras.layers.Dense(1)

        def call(self, x):  # no `training`: its layers look the flag up
            return self.head(self.dropout(self.norm(x)))

    network = Subclassed()
    network(tf.constant(REAL))
    player = Player(network)
    outputs, (_, state), _ = player(player.values(), tf.constant(REAL), None, turn())
    np.testing.assert_allclose(state[0], 0.01 * REAL.mean(0), rtol=1e-4)
    other = player(player.values(), tf.constant(REAL), None, turn(seed=5))[0]
    assert (outputs.numpy() != other.numpy()).any()


def test_held_out_moves_nothing_and_reports_the_game():
    game = linear_game("minimax")
    values, real, labels, latents, now = arguments(game)
    logs = game.held_out(values, real, labels, latents, now)
    assert set(logs) == {"d_loss", "g_loss", "d_real", "d_fake", "d_accuracy"}
    np.testing.assert_allclose(logs["d_real"], sigmoid(2 * REAL).mean(), rtol=1e-5)


@pytest.mark.parametrize("num_classes", [None, 3])
@pytest.mark.parametrize(
    ("penalties", "passes"),
    [
        ((), 1),
        ((kgan.penalties.R1(1.0),), 2),
        ((kgan.penalties.R2(1.0, interval=2),), 1),
    ],
    ids=["none", "r1", "lazy r2"],
)
def test_one_pass_over_real_and_fake_is_two(num_classes, penalties, passes):
    generator, discriminator = kgan.models.mlp(
        (8, 8, 1), latent_dim=4, num_classes=num_classes, discriminator_hidden=(16,)
    )
    seen = []
    call = discriminator.call
    discriminator.call = lambda inputs, **kwargs: (
        seen.append(tf.nest.flatten(inputs)[0].shape[0]) or call(inputs, **kwargs)
    )
    gan = kgan.GAN(generator, discriminator)
    gan.compile(penalties=penalties)
    labels = None if num_classes is None else tf.constant([0, 1, 2, 0])
    one = turn(update=1)  # no lazy penalty acts
    latents = gan.prior.sample(4, one.seed)
    batch = (tf.constant(networks.images(4)), labels, latents, one)
    results = []
    for by_example in (True, False):
        gan._game.discriminator.by_example = by_example
        seen.clear()
        results.append(gan._game.discriminator_gradients(gan._game.values(), *batch))
        assert seen[:2] == ([8, *seen[1:2]] if by_example and passes == 1 else [4, 4])
    (together, _, logs), (apart, _, expected) = results
    for ours, theirs in zip(together, apart, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=1e-6)
    for key, value in expected.items():
        np.testing.assert_allclose(logs[key], value, rtol=1e-5, atol=1e-6)
