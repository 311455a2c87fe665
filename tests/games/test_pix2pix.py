"""Pix2pix: its losses in NumPy, its contract, what it refuses."""

import contract
import keras
import numpy as np
import pytest
import tensorflow as tf
from contract import Case, Contract, network

import kgan

SOURCE, TARGET = (4, 4, 1), (4, 4, 3)


def pix2pix(random=False, **options):
    dropout = 0.3 if random else 0.0
    generator = network([SOURCE], TARGET, dropout)
    discriminator = network([SOURCE, TARGET], (2, 2, 1), dropout)
    return kgan.Pix2Pix(generator, discriminator, **{"l1": 1.0, **options})


def pairs(count):
    return {
        "source": contract.images(count, SOURCE),
        "target": contract.images(count, TARGET, seed=1),
    }


class TestContract(Contract):
    case = Case(
        lambda random: pix2pix(random, ema_momentum=0.9),
        pairs,
        columns=("source", "output", "target"),
        endpoints=("serving_default", "translate", "translate_png"),
    )


def softplus(x):
    return np.mean(np.logaddexp(0.0, x))


def by_hand(game, batch):
    """D's logits of real and of translated pairs, and the mean of |y − G(x)|."""
    source, target = batch["source"], batch["target"]
    fake = np.asarray(game.generator(source))
    real_logits = np.asarray(game.discriminator([source, target]), "float64")
    fake_logits = np.asarray(game.discriminator([source, fake]), "float64")
    return real_logits, fake_logits, np.abs(target - fake).mean()


def losses(game, batch, step=0):
    """`(scalar, logs)` of both moves."""
    game.compile(dict.fromkeys(game.players, "sgd"))
    batch = {name: tf.constant(x) for name, x in batch.items()}
    return [move.loss(contract.networks_of(game, step), batch) for move in game.moves()]


def test_losses():
    game, batch = pix2pix(l1=100.0), pairs(5)
    real, fake, l1 = by_hand(game, batch)
    (d, d_logs), (g, g_logs) = losses(game, batch)
    d_loss, g_loss = softplus(-real) + softplus(fake), softplus(-fake)
    np.testing.assert_allclose(d_logs["d_loss"], d_loss, rtol=1e-5)
    np.testing.assert_allclose(d, 0.5 * d_loss, rtol=1e-5)  # D's loss is halved
    np.testing.assert_allclose(g_logs["g_loss"], g_loss, rtol=1e-5)
    np.testing.assert_allclose(g_logs["l1_loss"], l1, rtol=1e-5)
    np.testing.assert_allclose(g, g_loss + 100.0 * l1, rtol=1e-5)


def test_the_strength_of_l1_may_follow_a_schedule():
    schedule = keras.optimizers.schedules.PolynomialDecay(8.0, 4, 0.0)
    game, batch = pix2pix(l1=schedule), pairs(5)
    _, fake, l1 = by_hand(game, batch)
    for step, strength in ((0, 8.0), (1, 6.0), (4, 0.0)):
        g, _ = losses(game, batch, step)[1]
        expected = softplus(-fake) + strength * l1
        np.testing.assert_allclose(g, expected, rtol=1e-5)


def test_other_losses():
    batch = pairs(5)
    game = pix2pix(l1=0.0, adversarial_loss="least_squares")
    real, fake, _ = by_hand(game, batch)
    (d, _), (g, _) = losses(game, batch)
    squares = game.adversarial_loss
    expected = [
        0.5 * np.mean(squares.discriminator_loss(*map(tf.constant, (real, fake)))),
        np.mean(squares.generator_loss(None, tf.constant(fake))),
    ]
    np.testing.assert_allclose([d, g], expected, rtol=1e-5)
    game = pix2pix(l1=0.0, adversarial_loss="relativistic_pairing")
    real, fake, _ = by_hand(game, batch)
    (d, _), (g, _) = losses(game, batch)
    np.testing.assert_allclose(d, 0.5 * softplus(fake - real), rtol=1e-5)
    np.testing.assert_allclose(g, softplus(real - fake), rtol=1e-5)


def test_published_networks(tmp_path, bare_process):
    generator = kgan.models.unet((16, 16, 3), 1, width=4)
    discriminator = kgan.models.patchgan((16, 16, 3), (16, 16, 1), width=4, depth=2)
    data = {
        "source": contract.images(4, (16, 16, 3)),
        "target": contract.images(4, (16, 16, 1)),
    }
    game = kgan.Pix2Pix(generator, discriminator)
    contract.check_own_networks(game, data, tmp_path, bare_process, "translate")


def of(source=SOURCE, target=TARGET, **options):
    return kgan.Pix2Pix(
        network([SOURCE], TARGET), network([source, target], (1,)), **options
    )


def sigmoid():
    inputs = keras.Input(SOURCE), keras.Input(TARGET)
    flat = [keras.layers.Flatten()(x) for x in inputs]
    x = keras.layers.Dense(1, "sigmoid")(keras.layers.Concatenate()(flat))
    return kgan.Pix2Pix(network([SOURCE], TARGET), keras.Model(inputs, x))


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: of(target=SOURCE), r"`discriminator` must take source of shape "
         r"\(4, 4, 1\) and target of shape \(4, 4, 3\)\. Received: .*\(4, 4, 1\)$"),
        (lambda: of(source=(8, 4, 1)), r"Received: .* \(8, 4, 1\) and \(4, 4, 3\)$"),
        (sigmoid, "`discriminator` must give logits, without a sigmoid"),
        (lambda: of(l1=-1.0), "`l1` must be a non-negative number"),
        (lambda: of(adversarial_loss="gan"), "must be .* one of minimax"),
        (lambda: of(ema_momentum=2.0), "`ema_momentum`"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_refused(make, message):
    with pytest.raises(ValueError, match=message) as error:
        make()
    assert "\n" not in str(error.value)


GOOD = pairs(8)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"source": GOOD["source"]}, r"fields source, target\. Received: source$"),
        (GOOD | {"class": np.zeros(8)}, r"Received: class, source, target$"),
        (GOOD | {"target": GOOD["source"]}, r"'target' must have .* \(4, 4, 3\)"),
        (GOOD | {"target": np.zeros((8, 4, 4, 3), "uint8")}, r"must be float32.*uint8"),
        (GOOD | {"source": 9 * GOOD["source"]}, r"'source' must lie in \[-1, 1\]"),
        (GOOD | {"source": np.nan * GOOD["source"]}, r"'source' must be finite"),
        (GOOD | {"target": GOOD["target"][:4]}, r"one number of rows\. .* 4 and 8"),
    ],
)
def test_other_data_are_refused(data, message):
    game = pix2pix()
    game.compile(dict.fromkeys(game.players, "sgd"), run_eagerly=True)
    with pytest.raises(ValueError, match=message) as error:
        game.fit(data, batch_size=4, verbose=0)
    assert "\n" not in str(error.value)
    assert game.step == 0


def masks(shape):
    classes = np.random.default_rng(0).integers(0, shape[2], (8, *shape[:2]))
    return np.eye(shape[2], dtype="float32")[classes]


@pytest.mark.parametrize("classes", [3, 19])
def test_sources_may_be_masks(classes):
    shape = (4, 4, classes)
    generator = network([shape], TARGET)
    game = kgan.Pix2Pix(generator, network([shape, TARGET], (2, 2, 1)))
    game.compile(dict.fromkeys(game.players, "sgd"))
    data = {"source": masks(shape), "target": contract.images(8, TARGET)}
    game.fit(data, batch_size=4, verbose=0)
    assert game.step == 2
    bright = {**data, "target": (data["target"] + 1) / 2}
    with pytest.raises(ValueError, match=r"'target' must have values below 0.*x \* 2"):
        game.fit(bright, batch_size=4, verbose=0)


def test_targets_may_be_shares_of_classes():
    shape = (4, 4, 19)
    x = source = keras.Input(SOURCE)
    x = keras.layers.Conv2D(19, 1, activation="softmax")(x)
    discriminator = network([SOURCE, shape], (2, 2, 1))
    game = kgan.Pix2Pix(keras.Model(source, x), discriminator)
    game.compile(dict.fromkeys(game.players, "sgd"))
    data = {"source": contract.images(8, SOURCE), "target": masks(shape)}
    game.fit(data, batch_size=4, verbose=0)
    assert game.step == 2
