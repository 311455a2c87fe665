"""The further terms of a GAN, as terms of its moves."""

import keras
import moves
import networks
import numpy as np
import pytest
import tensorflow as tf

import kgan
from kgan.games.gan_terms import Terms, attribute
from kgan.losses import regularizers
from kgan.losses.term import LossTerm

BATCH = {
    "real": tf.constant([[0.3], [-0.7], [1.1]]),
    "latents": tf.constant([[0.2], [-1.0], [0.6]]),
}
SLOPE = 2.0  # of D


class OfBoth(LossTerm):
    kind = "of_both"

    def discriminator_term(self, view):
        return view.weights[0]

    def generator_term(self, view):
        return view.weights[0]


class OfG(LossTerm):
    """Counts its updates."""

    kind = "of_g"

    def __init__(self, weight=1.0, interval=1):
        super().__init__(weight, interval=interval)
        self.count = self.add_weight(
            name="count", shape=(), initializer="zeros", trainable=False
        )

    def generator_term(self, view):
        self.count.assign(self.count + 1.0)
        return tf.square(view.fake_outputs["logits"])


def update(gan, player="discriminator", compiler=lambda f: f, **changes):
    return moves.update_of(gan, player, BATCH, compiler, **changes)


# === By name ===


def test_terms_of_all_kinds_have_names_of_their_own():
    found = Terms(["r1"], ["lecam", "drift"], [], ["r1", "lecam", OfBoth(), "r2"])
    names = ["r1", "lecam", "drift", "r1_2", "lecam_2", "of_both", "r2"]
    assert list(found.named) == names
    assert list(found.penalties) == ["r1", "r1_2", "r2"]
    assert list(found.further) == ["lecam", "drift", "lecam_2", "of_both"]
    assert {name: len(given) for name, given in found.given.items()} == {
        "penalties": 1,
        "regularizers": 2,
        "objectives": 0,
        "terms": 4,
    }
    assert attribute("r1_2") == "term_r1_2"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"penalties": "r1"}, "`penalties` must be a list"),
        ({"terms": OfBoth()}, "`terms` must be a list"),
        ({"terms": ["nothing"]}, "A term must be.*'nothing'"),
        ({"penalties": ["lecam"]}, "A penalty must be.*'lecam'"),
    ],
)
def test_what_is_no_list_of_terms(arguments, message):
    with pytest.raises(ValueError, match=message):
        Terms(**arguments)


def test_each_side_is_a_term_of_that_sides_move():
    schedule = keras.optimizers.schedules.PolynomialDecay(2.0, 10, 0.0)
    gan = networks.linear_gan(
        penalties=[kgan.penalties.R1(3.0, interval=4)],
        terms=[OfBoth(0.5, schedule), OfBoth(0.25), OfG(1.0, interval=2)],
    )
    of_d, of_g = (
        {
            name: (term.weight, term.interval)
            for name, term in moves.move_of(gan, player).terms.items()
        }
        for player in ("discriminator", "generator")
    )
    assert of_d == {"r1": (3.0, 4), "of_both": (0.5, 1), "of_both_2": (0.25, 1)}
    assert of_g == {
        "g_of_both": (schedule, 1),
        "g_of_both_2": (0.25, 1),
        "g_of_g": (1.0, 2),
    }


def test_the_attribute_of_a_term_is_its_place_in_files():
    gan = networks.linear_gan(regularizers=["lecam"], terms=["r1", OfG()])
    assert gan.term_lecam is gan.terms[0]
    assert type(gan.term_r1) is kgan.penalties.R1
    assert gan.penalties == {"r1": gan.term_r1}
    assert "term_lecam" in gan.networks
    config = gan.get_compile_config()
    assert [len(config[name]) for name in ("penalties", "regularizers", "terms")] == [
        *(0, 1, 2),
    ]
    gan.compile()
    assert not hasattr(gan, "term_lecam")
    assert gan.penalties == {}


def test_who_keeps_the_state_of_a_term():
    gan = networks.linear_gan(regularizers=["lecam"], terms=[OfG(), OfBoth()])
    assert moves.move_of(gan, "discriminator").writes == ("term_lecam",)
    assert moves.move_of(gan, "generator").writes == ("term_of_g",)
    assert set(update(gan).state) == {"discriminator", "term_lecam"}
    (count,) = update(gan, "generator").state["term_of_g"]
    assert float(count) == 1.0
    images = networks.gan(augmentation=keras.layers.GaussianNoise(0.1))
    assert moves.move_of(images, "discriminator").writes == ("augmentation",)
    assert moves.move_of(images, "generator").writes == ()


# === Values ===


@pytest.mark.parametrize("interval", [1, 4])
@pytest.mark.parametrize("jit_compile", [None, True])
def test_penalty_on_a_linear_critic_has_the_closed_form(interval, jit_compile):
    base = update(networks.linear_gan("wasserstein")).gradients["discriminator"]
    gan = networks.linear_gan(
        "wasserstein",
        penalties=[
            kgan.penalties.R1(3.0, interval),
            kgan.penalties.R2(5.0, interval),
            kgan.penalties.GradientPenalty(7.0, interval),
        ],
    )
    play = moves.playing_of(
        gan,
        "discriminator",
        lambda f: tf.function(f, autograph=False, jit_compile=jit_compile),
    )
    for number in (0, 1, 4):
        acts = number % interval == 0
        result = play(BATCH, update=number)
        kernel, bias = result.gradients["discriminator"]
        # ∇D = w = 2 everywhere: R1 and R2 give ½ w², the third (w − 1)².
        extra = interval * (3.0 * 2 + 5.0 * 2 + 7.0 * 2 * (2 - 1)) if acts else 0.0
        np.testing.assert_allclose(kernel - base[0], [[extra]], 1e-4, 1e-6)
        np.testing.assert_allclose(bias, base[1], atol=1e-6)
        expected = {"r1": 2.0, "r2": 2.0, "gradient_penalty": 1.0}
        for name, value in expected.items():
            logged = result.logs[name]
            np.testing.assert_allclose(logged, value if acts else 0.0, rtol=1e-5)


def test_weight_schedules_count_steps():
    schedule = keras.optimizers.schedules.PolynomialDecay(2.0, 10, 0.0)
    gan = networks.linear_gan("wasserstein", penalties=[kgan.penalties.R1(schedule)])
    base = update(networks.linear_gan("wasserstein")).gradients["discriminator"][0]
    for step, weight in ((0, 2.0), (5, 1.0), (20, 0.0)):
        gradient = update(gan, update=step).gradients["discriminator"][0]
        np.testing.assert_allclose(gradient - base, [[SLOPE * weight]], atol=1e-5)


def test_a_lazy_term_of_g_acts_in_its_updates_alone():
    gan = networks.linear_gan("wasserstein", terms=[OfG(1.0, interval=2)])
    logged, counts = [], []
    for number in range(4):
        result = update(gan, "generator", update=number)
        logged.append(float(result.logs["g_of_g"]) > 0)
        counts.append(float(result.state["term_of_g"][0]))
    assert logged == [True, False, True, False]
    assert counts == [1, 0, 1, 0]


@pytest.mark.parametrize("kind", ["drift", "latent_consistency"])
def test_any_term_may_be_lazy_and_is_then_as_strong_in_the_mean(kind):
    base = update(networks.linear_gan("wasserstein")).gradients["discriminator"][0]

    def extra(number, interval):
        term = {"name": kind, "weight": 3.0, "interval": interval}
        gan = networks.linear_gan("wasserstein", terms=[term])
        found = update(gan, update=number).gradients["discriminator"][0] - base
        return float(found[0, 0])

    assert extra(1, 4) == 0.0
    np.testing.assert_allclose(extra(4, 4), 4.0 * extra(4, 1), rtol=1e-4, atol=1e-6)
    if kind == "drift":  # the mean of D(x)² = w² x²
        real = np.ravel(BATCH["real"])
        np.testing.assert_allclose(
            extra(4, 4), 4 * 3.0 * np.mean(2 * SLOPE * real**2), rtol=1e-5
        )


def test_a_lazy_average_moves_in_its_updates_alone():
    gan = networks.linear_gan("wasserstein", terms=[regularizers.LeCam(interval=2)])
    evidence = [
        float(update(gan, update=number).state["term_lecam"][2]) for number in range(3)
    ]
    np.testing.assert_allclose(evidence, [0.01, 0.0, 0.01], rtol=1e-5)


def test_terms_that_constrain_weights_come_one_after_the_other():
    class Halved(LossTerm):
        kind = "halved"

        def constrain(self, weight, step):
            return 0.5 * weight

    clipped = regularizers.get({"name": "weight_clipping", "limit": 0.6})
    gan = networks.linear_gan(terms=[clipped, Halved()])
    after = moves.move_of(gan, "discriminator").after
    np.testing.assert_allclose(after("discriminator", tf.constant([4.0]), 0), [0.3])
    assert moves.move_of(gan, "generator").after is None
    assert moves.move_of(networks.linear_gan(), "discriminator").after is None


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
    gan = networks.linear_gan("hinge", d, penalties=[Drawing(1.0), Drawing(1.0)])
    drawn.clear()
    update(gan)
    # Two penalties' points; D at real, at fake and at both of them.
    assert len(drawn) == 6
    assert len(set(drawn)) == 5  # D has one mask at all points of penalties


# === What a game does not have ===


class Reading(LossTerm):
    kind = "reading_latents"
    reads = ("latents",)

    def discriminator_term(self, view):
        return view.latents


def told_gan():
    image = keras.Input((2,))
    generator = keras.Model(image, keras.layers.Dense(1)(image))
    data, told = keras.Input((1,)), keras.Input((2,))
    both = keras.layers.Concatenate()([data, told])
    judge = keras.Model([data, told], keras.layers.Dense(1)(both))
    return kgan.GAN(generator, judge, prior=False)


def test_a_term_that_reads_what_there_is_not_is_refused():
    gan = told_gan()
    message = "'reading_latents' reads `latents`, which this game does not have. It has"
    with pytest.raises(ValueError, match=message):
        gan.compile(terms=[Reading()])
    gan.compile(penalties=["r1"])
    networks.linear_gan(terms=[Reading()])
