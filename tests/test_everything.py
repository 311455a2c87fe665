"""All remedies at once in one small model."""

import keras
import numpy as np
import pytest

import kgan

CLASSES = 3
DATA = np.random.default_rng(0).uniform(-1, 1, (48, 16, 16, 3)).astype("float32")
LABELS = np.arange(48, dtype="int32") % CLASSES


def build(precision="float32", policy=("blit", "geometric", "color"), **compiled):
    """Projection, spectral norm, attention, ADA, lazy R1, averaging, and more."""
    keras.utils.set_random_seed(4)
    keras.config.set_dtype_policy(precision)
    generator, discriminator = kgan.models.dcgan(
        (16, 16, 3),
        latent_dim=6,
        num_classes=CLASSES,
        width=8,
        spectral_normalization=True,
        attention_at=8,
        minibatch_group=2,
        conditional_normalization=True,
        conditioning="projection",
        heads={"classes": CLASSES},
    )
    keras.config.set_dtype_policy("float32")
    momentum = keras.optimizers.schedules.PolynomialDecay(0.5, 10, 0.9)
    gan = kgan.GAN(
        generator,
        discriminator,
        augmentation=kgan.augment.AdaptiveAugment(
            probability=0.3, interval=2, speed=100, policy=policy
        ),
        ema_momentum=momentum,
    )
    share = keras.optimizers.schedules.PolynomialDecay(1.0, 10, 0.5)
    gan.compile(
        generator_optimizer=keras.optimizers.Adam(1e-3, beta_1=0.0, epsilon=1e-3),
        discriminator_optimizer=keras.optimizers.Adam(4e-3, beta_1=0.0, epsilon=1e-3),
        loss=kgan.top_k.TopK("hinge", share),
        penalties=[kgan.penalties.R1(1.0, interval=2)],
        regularizers=["lecam", "consistency", "latent_consistency", "drift"],
        objectives=["auxiliary_classifier"],
        **compiled,
    )
    return gan


def fit(gan, first=0, last=48):
    rows = slice(first, last)
    data = DATA[rows], LABELS[rows]
    return gan.fit(*data, batch_size=8, shuffle=False, verbose=0).history


def check_trained(gan, history):
    assert all(np.isfinite(values).all() for values in history.values())
    terms = {"r1", "lecam", "consistency", "latent_consistency", "drift"}
    classes = {"auxiliary_classifier", "g_auxiliary_classifier"}
    assert terms | classes <= set(history)
    # p has moved from where it began, by the images that were seen.
    p = float(gan.augmentation.current_probability.numpy())
    assert p != pytest.approx(0.3)
    images = gan.generate(6, seed=1)
    assert images.shape == (6, 16, 16, 3)
    assert images.dtype == np.uint8


def test_under_xla_it_is_the_same_game():
    # XLA compiles all of ADA for minutes; the test below does so.
    policy = ("blit", "color")
    games = [build(policy=policy, jit_compile=compiled) for compiled in (False, True)]
    histories = [fit(gan) for gan in games]
    for gan, history in zip(games, histories, strict=True):
        check_trained(gan, history)
    for graph, xla in zip(*(gan.get_weights() for gan in games), strict=True):
        np.testing.assert_allclose(graph, xla, atol=2e-3)
    for name, values in histories[0].items():
        assert histories[1][name] == pytest.approx(values, rel=2e-2, abs=2e-3), name


def test_on_two_replicas_in_bfloat16_under_xla(two_replicas):
    with two_replicas.scope():
        gan = build("mixed_bfloat16", jit_compile=True)
    history = fit(gan)
    check_trained(gan, history)
    for variable in gan.weights:
        copies = two_replicas.experimental_local_results(variable.value)
        np.testing.assert_array_equal(*map(np.asarray, copies), err_msg=variable.path)


def test_it_is_saved_and_goes_on_bit_for_bit(tmp_path):
    whole, first = build(), build()
    fit(whole)
    fit(first, last=24)
    first.save(tmp_path / "gan.keras")
    second = keras.models.load_model(tmp_path / "gan.keras")
    fit(second, first=24)
    for old, new in zip(whole.weights, second.weights, strict=True):
        np.testing.assert_array_equal(old, new, err_msg=old.path)


@pytest.mark.parametrize("jit_compile", [False, True])
def test_packing_with_what_it_fits(jit_compile, tmp_path):
    generator, discriminator = kgan.models.dcgan(
        (16, 16, 3), latent_dim=6, width=8, spectral_normalization=True, packing=2
    )
    augmentation = kgan.augment.DiffAugment()
    gan = kgan.GAN(generator, discriminator, augmentation=augmentation)
    gan.compile(
        penalties=[kgan.penalties.R1(1.0, interval=2), "gradient_penalty"],
        regularizers=["lecam"],
        jit_compile=jit_compile,
    )
    history = gan.fit(DATA, batch_size=8, verbose=0).history
    assert all(np.isfinite(values).all() for values in history.values())
    gan.save(tmp_path / "gan.keras")
    again = keras.models.load_model(tmp_path / "gan.keras")
    assert again.discriminator.samples == 2
    if not jit_compile:  # XLA would compile the same game once more
        again.fit(DATA, batch_size=8, verbose=0)
