"""Lazy terms as steps of their own: against Adam by hand, in every mode."""

import math

import keras
import moves
import networks
import numpy as np
import pytest
import tensorflow as tf

import kgan
from kgan.losses import regularizers
from kgan.losses.term import LossTerm

REAL = np.linspace(-1.0, 0.5, 8, dtype="float32")[:, None]
FAKE = 0.25  # all that G makes
R1, INTERVAL, ROUNDS = 3.0, 2, 5


class OfG(LossTerm):
    """Half the square of G's bias; counts how often it acted."""

    kind = "of_g_apart"

    def __init__(self, weight=1.0, interval=1):
        super().__init__(weight, interval=interval)
        self.count = self.add_weight(
            name="count", shape=(), initializer="zeros", trainable=False
        )

    def generator_term(self, view):
        self.count.assign(self.count + 1.0)
        return 0.5 * tf.square(view.weights[1])


def linear(optimizer, strategy=None, terms=(), **compiled):
    """G(z) = 1/4, which stands still, and D(x) = 2 x with R1 as a step of its own."""
    with (strategy or tf.distribute.get_strategy()).scope():
        g, d = (
            keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
            for _ in range(2)
        )
        g.set_weights([np.array([[0.0]]), np.array([FAKE])])
        d.set_weights([np.array([[2.0]]), np.array([0.0])])
        gan = kgan.GAN(g, d, ema_momentum=None)
        compiled = {"lazy": "own_step", "jit_compile": False, **compiled}
        gan.compile(
            compiled.pop("generator_optimizer", keras.optimizers.SGD(0.0)),
            optimizer(),
            loss="wasserstein",
            terms=[kgan.penalties.R1(R1, INTERVAL), *terms],
            **compiled,
        )
    return gan


def play(gan, rounds=ROUNDS):
    data = np.tile(REAL, (rounds, 1))
    return gan.fit(data, batch_size=8, shuffle=False, verbose=0).history


class Adam:
    """Adam on one number by hand, in float64."""

    def __init__(self, rate, beta_1, beta_2, epsilon=1e-3):
        self.rate, self.betas, self.epsilon = rate, (beta_1, beta_2), epsilon
        self.moments, self.count = [0.0, 0.0], 0

    def step(self, gradient):
        self.count += 1
        for place, beta in enumerate(self.betas):
            new = gradient ** (place + 1)
            self.moments[place] += (1 - beta) * (new - self.moments[place])
        first, second = (
            moment / (1 - beta**self.count)
            for moment, beta in zip(self.moments, self.betas, strict=True)
        )
        # Keras adds ε to the root of the moment as it is, before its correction.
        epsilon = self.epsilon / math.sqrt(1 - self.betas[1] ** self.count)
        return self.rate * first / (math.sqrt(second) + epsilon)


def by_hand(rounds=ROUNDS):
    """D's slope after each round, and R1 where it acted."""
    share = INTERVAL / (INTERVAL + 1)
    adam = Adam(0.1 * share, 0.5**share, 0.99**share)
    slope, slopes, penalties = 2.0, [], []
    for step in range(rounds):
        slope -= adam.step(FAKE - REAL.mean(dtype="float64"))
        if step % INTERVAL == 0:
            penalties.append(slope**2 / 2)
            slope -= adam.step(INTERVAL * R1 * slope)
        slopes.append(slope)
    return slopes, penalties


def lazily():
    return kgan.lazy_adam(INTERVAL, 0.1, 0.5, 0.99, 1e-3)


@pytest.mark.parametrize(
    "options",
    [
        {"run_eagerly": True},
        {},
        {"jit_compile": True},
        {"micro_batches": 2},
        {"steps_per_execution": ROUNDS},
    ],
    ids=str,
)
def test_steps_are_those_of_adam_by_hand(options):
    gan = linear(lazily, **options)
    history = play(gan)
    slopes, penalties = by_hand()
    np.testing.assert_allclose(gan.discriminator.get_weights()[0], slopes[-1], 1e-4)
    # A mean over the rounds in which it acted.
    np.testing.assert_allclose(history["r1"], [np.mean(penalties)], 1e-4)
    assert int(gan.discriminator_optimizer.iterations) == ROUNDS + len(penalties)
    assert np.isfinite(history["d_gradient_norm"]).all()


@pytest.mark.parametrize("jit_compile", [False, True])
def test_two_replicas_make_the_same_steps(two_replicas, jit_compile):
    gan = linear(lazily, two_replicas, jit_compile=jit_compile)
    play(gan)
    np.testing.assert_allclose(
        gan.discriminator.get_weights()[0], by_hand()[0][-1], rtol=1e-4
    )


def test_it_resumes_between_two_steps(tmp_path):
    gan = linear(lazily, terms=[OfG(1.0, 3)])
    play(gan, 2)
    gan.save(tmp_path / "gan.keras")
    again = keras.models.load_model(tmp_path / "gan.keras", custom_objects={"OfG": OfG})
    assert again.get_compile_config()["lazy"] == "own_step"
    for each in (gan, again):
        play(each, 3)
    np.testing.assert_allclose(
        gan.discriminator.get_weights()[0], by_hand()[0][-1], rtol=1e-4
    )
    moves.assert_equal(gan, again)
    assert float(gan.term_of_g_apart.count) == 2.0


def test_moves():
    schedule = keras.optimizers.schedules.PolynomialDecay(2.0, 10, 0.0)
    lazy = kgan.penalties.R1(schedule, 16), regularizers.LeCam(interval=2), OfG(3.0, 4)
    gan = networks.gan(compiled={"penalties": [], "terms": [*lazy, "drift"]})
    joined = [list(move.terms) for move in gan.moves()]
    assert joined == [["r1", "lecam", "drift"], ["g_of_g_apart"]]
    gan = networks.gan(
        discriminator_steps=2,
        augmentation=kgan.augment.DiffAugment(),
        compiled={"penalties": [], "terms": [*lazy, "drift"], "lazy": "own_step"},
    )
    found = gan.moves()
    players = ["discriminator"] * 3 + ["generator"] * 2
    assert [move.players for move in found] == [(player,) for player in players]
    assert [move.interval for move in found] == [1, 16, 2, 1, 4]
    names = [["drift"], ["r1"], ["lecam"], [], ["g_of_g_apart"]]
    assert [list(move.terms) for move in found] == names
    writes = [("augmentation",), (), ("term_lecam",), (), ("term_of_g_apart",)]
    assert [move.writes for move in found] == writes
    assert [move.repeats for move in found] == [2, 1, 1, 1, 1]
    assert [move.fresh_data for move in found] == [True] + [False] * 4
    streams = [move.seed_stream(place) for place, move in enumerate(found)]
    assert len(set(streams)) == 5  # latents of their own
    weights = [term.weight for move in found for term in move.terms.values()]
    assert weights[2:] == [0.3 * 2, 3.0 * 4]
    assert [float(weights[1](step)) for step in (0, 5)] == [32.0, 16.0]


def test_logs_are_in_the_same_order():
    terms = {"penalties": [], "terms": [kgan.penalties.R1(1.0, 2), OfG(1.0, 2)]}
    names = [
        list(networks.gan(compiled={**terms, "lazy": lazy}).get_metrics_result())
        for lazy in ("same_step", "own_step")
    ]
    assert names[0] == names[1]


def test_a_step_of_its_own_moves_what_the_term_says_and_no_statistics():
    """Neither moving statistics nor the layers' own losses count a second time."""
    dense = keras.layers.Dense(1, kernel_regularizer="l2")
    d = keras.Sequential([keras.Input((1,)), networks.PowerIteration(), dense])
    terms = [regularizers.LeCam(1.0, interval=2), kgan.penalties.R1(R1, 2)]
    gan = networks.linear_gan("wasserstein", d, terms=terms, lazy="own_step")
    batch = {"real": tf.constant(REAL), "latents": tf.constant(REAL)}
    _, lecam, r1, _ = gan._plain.round.moves
    playing = {"discriminator": d, **gan.networks}
    result = moves.update(r1, playing, batch)
    kernel = dense.kernel.numpy()
    gradient, bias = result.gradients["discriminator"]
    np.testing.assert_allclose(gradient, 2 * R1 * kernel, rtol=1e-4)
    np.testing.assert_array_equal(bias, [0.0])
    before = gan._plain.stateless["discriminator"].values()[1]
    found = moves.update(lecam, playing, batch)
    for ours in (result, found):
        for old, new in zip(before, ours.state["discriminator"], strict=True):
            np.testing.assert_array_equal(old, new)
    assert float(found.state["term_lecam"][2]) > 0.0  # its own average moves


def test_players_that_wait_count_their_own_rounds():
    gan = linear(
        lazily, alternation=kgan.alternation.Periods(discriminator=1, generator=2)
    )
    play(gan, 9)
    acted = 3  # rounds of D, of which R1 joins the first and the third
    assert int(gan.discriminator_optimizer.iterations) == acted + 2
    np.testing.assert_allclose(
        gan.discriminator.get_weights()[0], by_hand(acted)[0][-1], rtol=1e-4
    )


def test_the_best_samples_and_limits_of_weights():
    """Each step of D is limited; `top_k` is of the loss alone."""
    clipped = regularizers.get({"name": "weight_clipping", "limit": 0.5})
    terms = [clipped, OfG(1.0, 2)]
    gan = linear(lazily, terms=terms, top_k=0.5, run_eagerly=True)
    history = play(gan, 1)
    assert np.abs(gan.discriminator.get_weights()[0]) <= 0.5
    np.testing.assert_allclose(history["r1"], [0.5**2 / 2], rtol=1e-5)
    np.testing.assert_allclose(history["g_of_g_apart"], [FAKE**2 / 2], rtol=1e-5)


def test_without_lazy_terms_nothing_changes():
    same, own = (
        networks.gan(compiled={"lazy": lazy, "run_eagerly": True})
        for lazy in ("same_step", "own_step")
    )
    own.set_weights(same.get_weights())
    assert len(own.moves()) == 2
    for gan in (same, own):
        gan.fit(networks.images(16), batch_size=8, verbose=0, shuffle=False)
    moves.assert_equal(same, own)


def test_other_words_are_refused():
    with pytest.raises(ValueError, match=r"`lazy` must be one of.*'own'"):
        networks.gan(compiled={"lazy": "own"})
