"""Several replicas play the game that one plays, and hold the same values."""

import keras
import networks
import numpy as np
import pytest
import tensorflow as tf

import kgan
from kgan.recipes.build import make_optimizers
from kgan.recipes.options import gan_parts as parts

DATA = networks.images(80)
# What a recipe's data look like; its own width is for machines, not for tests.
SHAPES = {
    "gaussian": (1,),
    "ring": (2,),
    "grid": (2,),
    "digits": (8, 8, 1),
    "digits_conditional": (8, 8, 1),
    "mnist_mlp": (28, 28, 1),
}
SHAPES |= {"mnist": (28, 28, 1), "fashion_mnist": (28, 28, 1), "cifar10": (32, 32, 3)}
SHAPES |= {"mnist_wgan_gp": (28, 28, 1), "few_shot": (16, 24, 3)}
SHAPES |= {"digits_path_length": (8, 8, 1), "portraits": (8, 8, 3), "faces": (8, 8, 1)}
PUBLISHED = ("stylegan2", "ffhq_256", "afhq_512", "ffhq_1024", "cifar10_stylegan2")
SHAPES |= dict.fromkeys(PUBLISHED, (8, 8, 3))
NARROW = {"mlp": {}, "dcgan": {"width": 8}, "mapped_dcgan": {}}
NARROW |= {"stylegan2": {"channel_base": 32, "channel_max": 4, "group_size": 2}}


def trained(scope=None, learning_rate=0.05, **options):
    """Five steps of SGD on 16 images each, without layers that see a batch."""

    def build():
        keras.utils.set_random_seed(3)
        return networks.gan(batch_norm=False, learning_rate=learning_rate, **options)

    if scope is None:
        gan = build()
    else:
        with scope.scope():
            gan = build()
    gan.fit(DATA, batch_size=16, shuffle=False, verbose=0)
    return gan


def assert_equal_copies(variables):
    """All replicas hold the same bits."""
    for variable in variables:
        first, *others = [np.asarray(copy.numpy()) for copy in variable.value.values]
        for other in others:
            np.testing.assert_array_equal(first, other, err_msg=variable.path)


def state(gan):
    """All that a checkpoint holds: networks, average, clock, optimizers."""
    optimizers = (gan.generator_optimizer, gan.discriminator_optimizer)
    return [*gan.weights, *(v for o in optimizers for v in o.variables)]


def test_one_two_and_four_replicas_are_one_game(two_replicas, four_replicas):
    compiled = {"jit_compile": False}
    one = trained(compiled=compiled)
    for strategy in (two_replicas, four_replicas):
        several = trained(strategy, compiled=compiled)
        assert several.step == 5
        assert networks.largest_difference(one, several) < 1e-5
        assert_equal_copies(state(several))


@pytest.mark.parametrize("direction", ["spread", "join"])
def test_a_model_of_one_replica_goes_on_with_two(two_replicas, tmp_path, direction):
    def load(strategy):
        if strategy is None:
            return keras.models.load_model(tmp_path / "gan.keras")
        with strategy.scope():
            return keras.models.load_model(tmp_path / "gan.keras")

    first, second = (
        (None, two_replicas) if direction == "spread" else (two_replicas, None)
    )
    whole = trained(first)
    whole.save(tmp_path / "gan.keras")
    other = load(second)
    assert other.step == 5
    for gan in (whole, other):
        gan.fit(DATA, batch_size=16, shuffle=False, verbose=0)
        assert gan.step == gan.position == 10
    assert networks.largest_difference(whole, other) < 1e-5


def test_the_latents_of_replicas_are_different_rows_of_one_draw(two_replicas):
    def latents(gan, rows):
        use = kgan.seeds.Use.DISCRIMINATOR_STEP
        context = gan.clock.context(gan.seed, (use,), 1, 0)
        return gan.clock.draws(context, gan.latents, rows)["latents"]

    one = networks.gan(seed=4)
    with two_replicas.scope():
        two = networks.gan(seed=4)
    run = two_replicas.run(tf.function(lambda: latents(two, 3)))
    rows = two_replicas.experimental_local_results(run)
    np.testing.assert_array_equal(tf.concat(rows, axis=0), latents(one, 6))
    np.testing.assert_array_equal(rows[0], latents(one, 3))
    assert (rows[0].numpy() != rows[1].numpy()).all()


# XLA compiles for long: it has all that the others are made of.
COMPILED = ("digits_conditional",)
ALIKE = {"fashion_mnist"}  # the game of `mnist`, on other images
ALIKE |= {"faces", *PUBLISHED[1:]}  # as `portraits` and `stylegan2`


@pytest.mark.parametrize("name", sorted(SHAPES.keys() - ALIKE))
def test_every_recipe_keeps_its_replicas_equal(two_replicas, name):
    recipe = kgan.recipes.get(name)
    options = {**recipe.model_options, **NARROW[recipe.model]}
    recipe = recipe.override(model_options=options)
    shape, k = SHAPES[name], recipe.discriminator_steps
    num_classes = 10 if recipe.conditional else None
    with two_replicas.scope():
        gan = kgan.GAN(
            *parts.make_networks(recipe, shape, num_classes),
            prior=parts.make_prior(recipe),
            augmentation=parts.make_augmentation(recipe),
            discriminator_steps=k,
        )
        gan.compile(
            **{f"{name}_optimizer": o for name, o in make_optimizers(recipe).items()},
            loss=parts.make_loss(recipe),
            penalties=parts.make_terms(recipe, "penalties"),
            terms=parts.make_terms(recipe, "terms"),
            lazy=recipe.lazy,
            jit_compile=name in COMPILED,
        )
    before = gan.generator.get_weights()
    draw = np.random.default_rng(0)
    images = draw.uniform(-1, 1, (5 * 4 * k, *shape)).astype("float32")
    labels = None if num_classes is None else draw.integers(0, 10, len(images))
    history = gan.fit(images, labels, batch_size=4, verbose=0).history
    assert gan.step == 5
    assert all(np.isfinite(values).all() for values in history.values())
    assert_equal_copies(state(gan))
    pairs = zip(before, gan.generator.get_weights(), strict=True)
    assert any((old != new).any() for old, new in pairs)


def test_every_recipe_of_the_package_is_here():
    games = {name: kgan.recipes.get(name).game for name in kgan.recipes.names()}
    assert set(SHAPES) == {name for name, game in games.items() if game == "gan"}
