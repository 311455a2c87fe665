"""Several samples that are judged as one."""

import contracts
import keras
import moves
import numpy as np
import pytest
import tensorflow as tf

import kgan
from kgan.engine.stateless import Stateless
from kgan.models import Packed
from kgan.models.packed import pack

DATA = np.random.default_rng(0).normal(size=(24, 2)).astype("float32")


def network(shape=(4,), hidden=(6,), **options):
    return kgan.models.mlp_discriminator(shape, hidden=hidden, **options)


@pytest.mark.parametrize(
    ("shape", "samples"), [((2,), 2), ((1,), 3), ((3, 2, 2), 2), ((2, 4, 1), 3)]
)
def test_a_pack_is_its_examples_side_by_side(shape, samples):
    *sides, channels = shape
    packed = Packed(network((*sides, channels * samples)), samples)
    data = np.random.default_rng(1).normal(size=(6, *shape)).astype("float32")
    expected = np.stack(
        [
            np.concatenate(data[first : first + samples], axis=-1)
            for first in range(0, 6, samples)
        ]
    )
    for run in contracts.modes(packed.pack):
        np.testing.assert_array_equal(run(tf.constant(data)), expected)
    unknown = tf.function(packed.pack, input_signature=[tf.TensorSpec((None, *shape))])
    np.testing.assert_array_equal(unknown(data), expected)
    logits = packed(data)
    assert logits.shape == (6 // samples, 1)
    np.testing.assert_array_equal(logits, packed.packed_network(expected))


def test_contract():
    arguments = {"packed_network": network(), "samples": 2}
    contracts.check_config(Packed, arguments)
    packed = Packed(**arguments)
    contracts.check_saving(packed, DATA)
    contracts.check_modes(packed, DATA)
    for policy in contracts.MIXED_POLICIES:
        contracts.check_precision(
            lambda: Packed(network()), DATA, policy, output_dtype="float32"
        )


def test_a_sequential_network_is_packed_as_it_comes():
    sequential = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
    packed = Packed(sequential)
    np.testing.assert_array_equal(packed(DATA), sequential(DATA.reshape(-1, 4)))


def test_it_says_how_many_it_takes_together():
    packed = Packed(network((6,)), samples=3)
    assert packed.group_size == packed.samples == 3
    assert packed.by_example
    assert Stateless(packed).rows_together == 1
    assert Stateless(Packed(network(dropout=0.5))).rows_together is None


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Packed(network(), 1), "`samples` must be an integer of at least 2"),
        (lambda: Packed(network((3,)), 2), r"multiple of samples=2.*\(3,\)"),
        (lambda: Packed(network(num_classes=3)), r"data alone.*with 2 inputs"),
        (lambda: Packed(keras.Sequential()), r"data alone.*with 0 inputs"),
        (
            lambda: Packed(network(heads={"styles": 3})),
            r"logits alone.*\['logits', 'styles'\]",
        ),
    ],
)
def test_networks_that_cannot_be_packed(make, message):
    with pytest.raises(ValueError, match=message):
        make()


@pytest.mark.parametrize("takes", [2, 6])
def test_a_network_for_other_packs_is_refused_by_the_game(takes):
    generator = kgan.models.mlp_generator((2,), latent_dim=3)
    wrong = Packed(kgan.models.mlp_discriminator((takes,)), samples=2)
    with pytest.raises(ValueError, match=rf"\(2,\)\. Received.*\({takes // 2},\)"):
        kgan.GAN(generator, wrong)
    right = Packed(kgan.models.mlp_discriminator((4,)), samples=2)
    assert kgan.GAN(generator, right).data_shape == right.data_shape == (2,)


def test_a_builder_is_told_the_longer_axis():
    build = kgan.models.mlp_discriminator
    plain = pack(build, (2,), 1, hidden=(5,))
    assert not isinstance(plain, Packed)
    assert plain.input_shape == (None, 2)
    packed = pack(build, (4, 4, 3), 2, hidden=(5,), name="critic")
    assert (packed.samples, packed.name) == (2, "critic")
    assert packed.packed_network.input_shape == (None, 4, 4, 6)
    assert packed.packed_network.get_layer("hidden_1").units == 5
    with pytest.raises(ValueError, match="`packing` must be an integer of at least 1"):
        pack(build, (2,), 0)
    for options in ({"num_classes": 3}, {"heads": {"styles": 3}}):
        with pytest.raises(ValueError, match="`packing` must be 1 where D takes clas"):
            pack(build, (2,), 2, **options)


# === In the game ===

W, SLOPE, SHIFT = np.array([2.0, -1.0]), 0.5, 0.25
REAL = np.array([[0.3], [-0.7], [1.1], [0.2]], "float32")
LATENTS = np.array([[0.2], [-1.0], [0.6], [0.9]], "float32")


def linear_gan():
    """D(x₁, x₂) = w₁ x₁ + w₂ x₂ and G(z) = a z + b."""
    g = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    g.set_weights([np.array([[SLOPE]]), np.array([SHIFT])])
    pair = keras.Input((2,))
    d = keras.Model(pair, keras.layers.Dense(1, use_bias=False)(pair))
    d.set_weights([W[:, None]])
    gan = kgan.GAN(g, Packed(d))
    gan.compile(loss="wasserstein", penalties=[kgan.penalties.R1(4.0)])
    return gan


def test_gradients_are_those_of_packs():
    gan, batch = linear_gan(), {"real": REAL, "latents": LATENTS}
    batch = {name: tf.constant(rows) for name, rows in batch.items()}
    result = moves.update_of(gan, "discriminator", batch)
    (gradient,), logs = result.gradients["discriminator"], result.logs
    real, fake = REAL.reshape(2, 2), (SLOPE * LATENTS + SHIFT).reshape(2, 2)
    expected = np.mean(fake - real, axis=0) + 4.0 * W
    np.testing.assert_allclose(gradient[:, 0], expected, rtol=1e-5)
    np.testing.assert_allclose(logs["r1"], np.sum(W**2) / 2, rtol=1e-6)
    np.testing.assert_allclose(logs["d_accuracy"], np.mean(real @ W > fake @ W))
    result = moves.update_of(gan, "generator", batch)
    gradients, logs = result.gradients["generator"], result.logs
    slope = -np.mean(LATENTS.reshape(2, 2) @ W)
    np.testing.assert_allclose(gradients[0], [[slope]], rtol=1e-5)
    np.testing.assert_allclose(gradients[1], [-np.sum(W)], rtol=1e-5)
    np.testing.assert_allclose(logs["g_loss"], -np.mean(fake @ W), rtol=1e-5)


def trained(scope=None, **compiled):
    def build():
        keras.utils.set_random_seed(3)
        networks = kgan.models.mlp(
            (2,),
            latent_dim=3,
            generator_hidden=(5,),
            discriminator_hidden=(6,),
            packing=2,
        )
        gan = kgan.GAN(*networks)
        gan.compile(
            *(keras.optimizers.SGD(0.05), keras.optimizers.SGD(0.05)),
            penalties=[kgan.penalties.R1(1.0)],
            **compiled,
        )
        return gan

    if scope is None:
        gan = build()
    else:
        with scope.scope():
            gan = build()
    gan.fit(DATA, batch_size=8, shuffle=False, verbose=0)
    return gan


def test_replicas_and_parts_of_whole_packs_play_the_game_of_one(two_replicas):
    one = trained()
    for other in (trained(two_replicas), trained(micro_batches=2)):
        for ours, theirs in zip(one.get_weights(), other.get_weights(), strict=True):
            np.testing.assert_allclose(theirs, ours, atol=1e-6)


def test_a_saved_game_goes_on(tmp_path):
    gan = trained()
    gan.save(tmp_path / "gan.keras")
    loaded = keras.models.load_model(tmp_path / "gan.keras")
    assert loaded.discriminator.samples == 2
    for model in (gan, loaded):
        model.fit(DATA, batch_size=8, shuffle=False, verbose=0)
    for ours, theirs in zip(gan.get_weights(), loaded.get_weights(), strict=True):
        np.testing.assert_array_equal(ours, theirs)


def test_each_example_is_augmented_by_itself():
    seen = []

    class Seeing(keras.layers.Layer):
        def call(self, x):
            seen.append(tuple(x.shape))
            return x

    networks = kgan.models.mlp((2,), latent_dim=3, packing=2)
    gan = kgan.GAN(*networks, augmentation=Seeing())
    gan.compile(run_eagerly=True)
    seen.clear()
    gan.fit(DATA[:4], batch_size=4, verbose=0)
    assert set(seen) == {(4, 2)}
