"""Passes of both networks inside an update: shared, and with draws of their own."""

import keras
import moves
import networks
import numpy as np
import pytest
import tensorflow as tf

import kgan
from kgan.core import seeds
from kgan.losses.term import LossTerm

BATCH = {
    "real": tf.constant([[0.3], [-0.7], [1.1]]),
    "latents": tf.constant([[0.2], [-1.0], [0.6]]),
}


class Counting(keras.layers.Layer):
    """Remembers the rows of each pass, the numbers where there are any."""

    by_example = False

    def __init__(self):
        super().__init__()
        self.seen = []

    def call(self, x):
        if tf.is_tensor(x):
            self.seen.append(x)
        return x


def counted(loss="hinge", **compiled):
    """A linear GAN, and what its D has seen."""
    layer = Counting()
    d = keras.Sequential([keras.Input((1,)), layer, keras.layers.Dense(1)])
    gan = networks.linear_gan(loss, d, **compiled)
    layer.seen.clear()
    return gan, layer.seen


@pytest.mark.parametrize(
    ("penalties", "passes"),
    [
        ([], 2),
        ([kgan.penalties.R1(1.0), kgan.penalties.R2(1.0)], 2),
        (["gradient_penalty"], 3),
        (["gradient_penalty", "gradient_penalty", "r1"], 4),
        ([kgan.penalties.R1(1.0, interval=2)], 3),
    ],
    ids=lambda given: str(given) if isinstance(given, int) else str(len(given)),
)
def test_penalties_share_the_passes_of_the_loss(penalties, passes):
    gan, seen = counted(penalties=penalties)
    moves.update_of(gan, "discriminator", BATCH)
    assert len(seen) == passes


def test_a_lazy_penalty_costs_no_pass_where_it_waits():
    gan, seen = counted(penalties=[kgan.penalties.R1(1.0, interval=2)])
    moves.update_of(gan, "discriminator", BATCH, update=1)
    assert len(seen) == 2


def test_g_passes_once_whoever_looks():
    class Looking(LossTerm):
        kind = "looking_twice"

        def generator_term(self, view):
            return view.fake_outputs["logits"] + tf.reduce_mean(view.fake)

    for loss, passes in (("hinge", 1), ("relativistic_pairing", 2)):
        gan, seen = counted(loss, terms=[Looking(), Looking()])
        moves.update_of(gan, "generator", BATCH)
        assert len(seen) == passes


def test_the_networks_own_losses_count_once():
    def gradient(regularizer=None):
        dense = keras.layers.Dense(1, kernel_regularizer=regularizer)
        d = keras.Sequential([keras.Input((1,)), dense])
        d.set_weights([np.array([[2.0]]), np.array([0.0])])
        gan = networks.linear_gan("wasserstein", d, penalties=["r1", "r2"])
        return moves.update_of(gan, "discriminator", BATCH).gradients["discriminator"]

    difference = gradient("l2")[0] - gradient()[0]
    np.testing.assert_allclose(difference, [[2 * 0.01 * 2.0]], rtol=1e-4)


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
    batch = {"real": tf.constant(networks.images(4))}
    batch |= gan.latents(4, moves.context().seed)
    if num_classes is not None:
        batch["condition"] = tf.constant([0, 1, 2, 0])
    results = []
    for by_example in (True, False):
        gan._plain.stateless["discriminator"].rows_together = 1 if by_example else None
        seen.clear()
        # In update 1 no lazy penalty acts.
        results.append(moves.update_of(gan, "discriminator", batch, update=1))
        assert seen[:2] == ([8, *seen[1:2]] if by_example and passes == 1 else [4, 4])
    together, apart = results
    for ours, theirs in zip(
        together.gradients["discriminator"],
        apart.gradients["discriminator"],
        strict=True,
    ):
        np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=1e-6)
    for key, value in apart.logs.items():
        np.testing.assert_allclose(together.logs[key], value, rtol=1e-5, atol=1e-6)


def test_draws_follow_the_update():
    gan = networks.gan(dropout=0.5, batch_norm=False)
    batch = {"real": tf.constant(networks.images())}
    batch |= gan.latents(16, moves.context().seed)

    def loss(seed):
        result = moves.update_of(gan, "discriminator", batch, seed=seed)
        return float(result.logs["d_loss"])

    assert loss(1) == loss(1)
    assert loss(1) != loss(2)


def test_d_sees_packs_where_it_judges_packs():
    network = kgan.models.mlp_discriminator((2,), hidden=(4,))
    packed = kgan.models.Packed(network, samples=2)
    gan = networks.linear_gan("wasserstein", packed)
    batch = {"real": tf.constant(np.arange(4.0, dtype="float32")[:, None])}
    batch["latents"] = batch["real"]
    assert gan.group_size == 2
    result = moves.update_of(gan, "discriminator", batch)
    packs = batch["real"].numpy().reshape(2, 2)
    expected = np.mean(network(packs))
    assert float(result.logs["d_real"]) == pytest.approx(expected, rel=1e-5)
    names = [v.path for v in packed.trainable_variables]
    assert len(result.gradients["discriminator"]) == len(names)


class Doubled(keras.layers.Layer):
    """The augmentation x ↦ 2 x, or with a gain that is drawn for each example."""

    def __init__(self, random=False):
        super().__init__(dtype="float32")
        self.random = random
        self.seed_generator = keras.random.SeedGenerator(0)

    def call(self, x, training=False):
        if not (self.random and training):
            return 2.0 * x
        return x * (1.0 + seeds.uniform_like(x[:, :1], self.seed_generator.next()))


def augmented(penalties, augmentation=None, **compiled):
    """G(z) = z / 2 + 1/4 and D(x) = 2 x of data that D sees through a layer."""
    linear = networks.linear_gan()
    gan = kgan.GAN(
        linear.generator,
        linear.discriminator,
        augmentation=augmentation or Doubled(),
        ema_momentum=None,
    )
    gan.compile(loss="wasserstein", penalties=penalties, **compiled)
    return gan


@pytest.mark.parametrize("interval", [1, 4])
@pytest.mark.parametrize("jit_compile", [None, True])
def test_penalties_at_what_d_sees_and_through_the_augmentation(interval, jit_compile):
    kinds = kgan.penalties.R1, kgan.penalties.R2
    pair = [kind(1.0, interval, through) for kind in kinds for through in (False, True)]
    play = moves.playing_of(
        augmented(pair),
        "discriminator",
        lambda f: tf.function(f, autograph=False, jit_compile=jit_compile),
    )
    logs = play(BATCH).logs
    # D(2 x) = 4 x: half of 2² where D is asked, and half of 4² through the layer.
    expected = {"r1": 2.0, "r1_2": 8.0, "r2": 2.0, "r2_2": 8.0}
    for name, value in expected.items():
        np.testing.assert_allclose(logs[name], value, rtol=1e-6)


@pytest.mark.parametrize("kind", ["r1", "r2"])
def test_the_gradient_through_the_augmentation_has_its_draws(kind):
    """The penalty is half the mean of (w g)², g the gains of this pass."""
    layer, seen = Doubled(random=True), []
    penalty = {"name": kind, "weight": 3.0, "through_augmentation": True}
    gan = augmented([penalty], layer)
    base = moves.update_of(augmented([], layer), "discriminator", BATCH)
    call = layer.call

    def seeing(x, **kwargs):
        seen.append(call(x, **kwargs) / x)
        return seen[-1] * x

    layer.call = seeing
    result = moves.update_of(gan, "discriminator", BATCH)
    real, fake, again = (gains.numpy() for gains in seen)
    np.testing.assert_allclose(again, real if kind == "r1" else fake, rtol=1e-6)
    squares = np.mean(again**2)
    np.testing.assert_allclose(result.logs[kind], 2.0 * squares, rtol=1e-5)
    gradient, without = (x.gradients["discriminator"][0] for x in (result, base))
    np.testing.assert_allclose(gradient - without, [[3.0 * 2.0 * squares]], rtol=1e-4)


@pytest.mark.parametrize("jit_compile", [False, True])
def test_the_same_on_two_replicas(jit_compile, two_replicas):
    def played(strategy, jit_compile=False):
        with strategy.scope():
            sgd = keras.optimizers.SGD
            gan = augmented(
                [kgan.penalties.R1(1.0, 1, True)],
                Doubled(random=True),
                discriminator_optimizer=sgd(0.1),
                generator_optimizer=sgd(0.1),
                jit_compile=jit_compile,
            )
        data = np.linspace(-1, 1, 8, dtype="float32")[:, None]
        history = gan.fit(data, batch_size=8, shuffle=False, verbose=0).history
        return history["r1"], gan.discriminator.get_weights()[0]

    one = played(tf.distribute.get_strategy())
    for ours, theirs in zip(played(two_replicas, jit_compile), one, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-5)


def test_without_an_augmentation_there_is_nothing_to_look_through():
    gan, seen = counted(penalties=[kgan.penalties.R1(1.0, through_augmentation=True)])
    moves.update_of(gan, "discriminator", BATCH)
    assert len(seen) == 2  # the passes of the loss serve


def test_packs_through_the_augmentation():
    network = kgan.models.mlp_discriminator((2,), hidden=())
    packed = kgan.models.Packed(network, samples=2)
    gan = kgan.GAN(networks.linear_gan().generator, packed, augmentation=Doubled())
    gan.compile(penalties=[kgan.penalties.R1(1.0, 1, t) for t in (False, True)])
    real = tf.constant(np.arange(4.0, dtype="float32")[:, None])
    batch = {"real": real, "latents": real}
    logs = moves.update_of(gan, "discriminator", batch).logs
    slopes = network.trainable_variables[0].numpy()
    np.testing.assert_allclose(logs["r1"], np.sum(slopes**2) / 2, rtol=1e-5)
    np.testing.assert_allclose(logs["r1_2"], 2 * np.sum(slopes**2), rtol=1e-5)


def test_terms_meet_the_masks_of_the_loss():
    """`judge_real` and `judge_fake` look through what the loss looked through."""
    seen = {}

    class Looking(LossTerm):
        kind = "looking_through"

        def discriminator_term(self, view):
            seen["real"] = view.real_outputs, view.judge_real(view.real)
            seen["fake"] = view.fake_outputs, view.judge_fake(view.fake)
            return tf.constant(0.0)

    gan = networks.gan(
        batch_norm=False,
        dropout=0.5,
        augmentation=kgan.augment.DiffAugment(),
        compiled={"terms": [Looking()], "penalties": []},
    )
    batch = {"real": tf.constant(networks.images())}
    batch |= gan.latents(16, moves.context().seed)
    moves.update_of(gan, "discriminator", batch)
    for outputs, again in seen.values():
        # The spectral vector has moved in between: not to the last bit.
        np.testing.assert_allclose(outputs["logits"], again["logits"], rtol=1e-4)


def test_fields_that_a_view_of_this_game_has():
    gan = networks.linear_gan()
    assert {"latents", "input_gradient"} <= set(gan.view_fields)
    assert "condition" not in gan.view_fields
    told = networks.gan(num_classes=3)
    assert "condition" in told.view_fields


def test_a_term_may_not_read_a_condition_that_is_not_there():
    class Told(kgan.terms.LossTerm):
        kind = "told_in_this_test"
        reads = ("labels",)

        def generator_term(self, view):
            return tf.cast(view.labels, tf.float32)

    networks.gan(num_classes=3, compiled={"terms": [Told()]})
    with pytest.raises(ValueError, match="reads `labels`, which this game does not"):
        networks.gan(compiled={"terms": [Told()]})


def test_a_gradient_penalty_may_have_a_state():
    class Counting(kgan.penalties.R1):
        kind = "counting_in_this_test"

        def __init__(self, weight=1.0):
            super().__init__(weight)
            self.seen = self.add_weight((), "zeros", trainable=False, name="seen")

        def discriminator_term(self, view):
            self.seen.assign(tf.convert_to_tensor(self.seen) + 1.0)
            return super().discriminator_term(view)

    penalty = Counting()
    gan = networks.gan(compiled={"penalties": [penalty], "run_eagerly": True})
    gan.fit(networks.images(16), batch_size=8, verbose=0)
    assert float(penalty.seen) == 2.0
