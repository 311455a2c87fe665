"""Training: equal in every mode, exact over replicas, each player apart."""

import keras
import moves
import networks
import numpy as np
import pytest
import tensorflow as tf

import kgan

DATA = networks.images(40)
LOGGED = (*networks.GAME_LOGS, *networks.NORMS)


def dataset(batch_size=8, labels=None):
    data = DATA if labels is None else (DATA, labels)
    made = tf.data.Dataset.from_tensor_slices(data)
    return made.batch(batch_size, drop_remainder=True)


def trained(build, compiled=None, data=None):
    keras.utils.set_random_seed(3)
    gan = build(compiled)
    gan.fit(data or dataset(), verbose=0)
    return gan


@pytest.mark.parametrize("loss", ["minimax", "relativistic_pairing"])
def test_eager_graph_and_xla_give_the_same_weights(loss):
    penalties = [
        kgan.penalties.R1(1.0),
        kgan.penalties.R2(1.0, interval=2),
        kgan.penalties.GradientPenalty(1.0),
    ]

    def build(compiled):
        options = {"loss": loss, "penalties": penalties, **compiled}
        return networks.gan(dropout=0.3, compiled=options)

    graph = trained(build, {"jit_compile": False})
    assert graph.step == 5
    modes = [{"run_eagerly": True}]
    if loss == "minimax":
        loop = {"jit_compile": False, "steps_per_execution": 5}
        modes += [{"jit_compile": True}, loop]
    for mode in modes:
        other = trained(build, mode)
        assert networks.largest_difference(graph, other) < 2e-6, mode


@pytest.mark.parametrize(("jit_compile", "steps"), [(False, 2), (True, 1)])
def test_two_replicas_give_what_one_gives(two_replicas, jit_compile, steps):
    def build(compiled):
        return networks.gan(
            batch_norm=False,
            dropout=0.3,
            discriminator_steps=steps,
            compiled={"jit_compile": jit_compile, **(compiled or {})},
        )

    penalties = {"penalties": [kgan.penalties.GradientPenalty(1.0, interval=2)]}
    one = trained(build, penalties)
    with two_replicas.scope():
        two = trained(build, penalties)
    assert one.step == two.step == 5 // steps
    assert networks.largest_difference(one, two) < 2e-6
    for variable in two.weights:
        copies = [np.asarray(c.numpy()) for c in variable.value.values]
        np.testing.assert_array_equal(*copies)


@pytest.mark.parametrize("clip", ["clipnorm", "global_clipnorm", "clipvalue"])
def test_clipping_acts_on_the_sum_over_replicas(two_replicas, clip):
    def build(**options):
        keras.utils.set_random_seed(3)
        optimizers = {
            name: keras.optimizers.SGD(0.5, **{clip: 0.01})
            for name in ("prey", "hunter")
        }
        return moves.pursuit(compiled={"optimizers": optimizers, **options})

    one = build()
    with two_replicas.scope():
        two = build(run_eagerly=False)
    for game in (one, two):
        moves.fit(game)
    moves.assert_equal(one, two, 1e-6)


def test_moving_statistics_are_averaged_over_replicas(two_replicas):
    with two_replicas.scope():
        gan = trained(lambda _: networks.gan(dropout=0.3))
    for variable in gan.weights:
        copies = [np.asarray(c.numpy()) for c in variable.value.values]
        np.testing.assert_array_equal(*copies)


def test_a_frozen_generator_leaves_the_discriminator_to_learn():
    gan = networks.gan()
    gan.compile(frozen=["generator"])
    before = networks.weights(gan)
    gan.fit(dataset(), verbose=0)
    moved = {k for k, v in networks.weights(gan).items() if (v != before[k]).any()}
    assert any(key.startswith("discriminator") for key in moved)
    assert not any(key.startswith("generator") and "kernel" in key for key in moved)


def test_a_step_takes_a_fresh_batch_for_each_update():
    """With k = 2 a round is an update of D on each of two batches, then one of G."""
    seen = []

    class Spy(keras.layers.Layer):
        def call(self, x):
            if tf.is_tensor(x) and hasattr(x, "numpy"):
                seen.append(x.numpy())
            return x

    data = keras.Input(networks.IMAGE_SHAPE)
    x = keras.layers.Flatten()(Spy()(data))
    d = keras.Model(data, keras.layers.Dense(1)(x))
    gan = kgan.GAN(networks.generator(False), d, discriminator_steps=2)
    gan.compile(run_eagerly=True)
    seen.clear()
    gan.fit(dataset(8), verbose=0)
    # Each round: (real, fake), (real, fake), fake. The fifth batch finds no partner.
    assert len(seen) == 2 * 5
    np.testing.assert_array_equal(seen[0], DATA[0:8])
    np.testing.assert_array_equal(seen[2], DATA[8:16])
    np.testing.assert_array_equal(seen[5], DATA[16:24])
    assert (seen[1] != seen[3]).any()  # latents are fresh as well


def test_generator_steps_use_latents_of_their_own():
    counts = {}
    for steps in (1, 3):
        gan = networks.gan(
            ema_momentum=None,
            generator_steps=steps,
            batch_norm=False,
            compiled={"discriminator_optimizer": keras.optimizers.SGD(0.0)},
        )
        before = gan.generator.get_weights()[0]
        gan.fit(dataset(40), verbose=0)
        moved = gan.generator.get_weights()[0] - before
        counts[steps] = float(np.linalg.norm(moved))
    assert 1.5 * counts[1] < counts[3]


def test_the_average_follows_its_formula_with_moving_statistics():
    gan = networks.gan(ema_momentum=0.3)
    average = {k: v for k, v in networks.weights(gan).items() if k.startswith("gen")}
    for step in range(5):
        gan.train_on_batch(DATA[:8])
        momentum = min(0.3, (1 + step) / (10 + step))
        now = networks.weights(gan)
        for key in average:
            average[key] = momentum * average[key] + (1 - momentum) * now[key]
    held = [v.numpy() for v in gan.ema_generator.weights]
    for value, expected in zip(held, average.values(), strict=True):
        np.testing.assert_allclose(value, expected, atol=1e-6)


def test_the_average_follows_its_half_life_and_resumes(tmp_path):
    schedule = kgan.HalfLife(kimg=0.1, batch_size=8, ramp=2.0)
    gan = networks.gan(batch_norm=False, ema_momentum=schedule)
    expected = gan.generator.get_weights()
    for step in range(4):
        gan.fit(DATA[8 * step : 8 * (step + 1)], batch_size=8, verbose=0)
        m = 0.5 ** (8 / max(min(100, 2.0 * 8 * step), 1e-8))
        pairs = zip(expected, gan.generator.get_weights(), strict=True)
        expected = [m * average + (1 - m) * new for average, new in pairs]
        found = gan.ema_generator.get_weights()
        for ours, theirs in zip(found, expected, strict=True):
            np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=1e-6)
        if step == 2:
            gan.save(tmp_path / "gan.keras")
    again = keras.models.load_model(tmp_path / "gan.keras")
    assert again.ema_momentum.get_config() == schedule.get_config()
    again.fit(DATA[24:32], batch_size=8, verbose=0)
    for ours, theirs in zip(again.get_weights(), gan.get_weights(), strict=True):
        np.testing.assert_array_equal(ours, theirs)


def test_every_step_draws_anew_and_a_seed_repeats():
    def run(seed):
        keras.utils.set_random_seed(0)
        gan = networks.gan(seed=seed)
        gan.fit(dataset(), verbose=0)
        return gan

    first, again, other = run(1), run(1), run(2)
    assert networks.largest_difference(first, again) == 0
    assert networks.largest_difference(first, other) > 0


def mixed(policy, **compiled):
    keras.config.set_dtype_policy(policy)
    keras.utils.set_random_seed(0)
    gan = networks.gan(compiled=compiled)
    before = gan.generator.get_weights()
    history = gan.fit(dataset(), epochs=2, verbose=0).history
    pairs = zip(before, gan.generator.get_weights(), strict=True)
    assert all((old != new).any() for old, new in pairs)
    return gan, history


def test_mixed_precision():
    _, exact = mixed("float32", jit_compile=False)
    for policy, jit_compile in (("mixed_bfloat16", False), ("mixed_float16", True)):
        gan, history = mixed(policy, jit_compile=jit_compile)
        for optimizer in (gan.generator_optimizer, gan.discriminator_optimizer):
            scaled = isinstance(optimizer, keras.optimizers.LossScaleOptimizer)
            assert scaled == (policy == "mixed_float16")
        assert gan(tf.zeros((1, networks.LATENT_DIM))).dtype == tf.float32
        for name, values in exact.items():
            np.testing.assert_allclose(
                history[name], values, atol=0.05, err_msg=f"{policy}: {name}"
            )


def test_conditional_training():
    labels = np.arange(40) % 3
    gan = networks.gan(num_classes=3)
    history = gan.fit(dataset(labels=labels), epochs=2, verbose=0).history
    assert gan.step == 10
    assert set(history) == {*LOGGED, "r1"}
    gan.fit(DATA, labels, batch_size=8, verbose=0)
    gan.evaluate(DATA, labels, verbose=0)


def test_augmentation_stands_before_the_discriminator_in_both_updates():
    class Shift(keras.layers.Layer):
        def call(self, x):
            return x + 3.0

    class Mean(keras.layers.Layer):
        def call(self, x):
            return keras.ops.mean(x, axis=(1, 2, 3))[:, None]

    data = keras.Input(networks.IMAGE_SHAPE)
    d = keras.Model(data, keras.layers.Dense(1)(Mean()(data)))
    d.set_weights([np.ones((1, 1)), np.zeros(1)])
    gan = kgan.GAN(networks.generator(False), d, augmentation=Shift())
    zero = keras.optimizers.SGD(0.0)
    gan.compile(zero, keras.optimizers.SGD(0.0), loss="wasserstein")
    logs = gan.train_on_batch(np.zeros((8, 8, 8, 1), "float32"), return_dict=True)
    assert logs["d_real"] == pytest.approx(3.0)
    assert logs["g_loss"] == pytest.approx(-logs["d_fake"], abs=0.2)
    assert logs["g_loss"] < -2
