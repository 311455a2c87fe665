"""A GAN's recipe: names become objects, options of Adam become optimizers."""

import json

import keras
import numpy as np
import pytest
import second_game
import tiny
from PIL import Image

import kgan
from kgan.recipes import Recipe
from kgan.recipes.build import make_optimizers
from kgan.recipes.options import gan_parts as parts
from kgan.runs import prepare, train

PLAIN = Recipe(name="plain", latent_dim=3)


def examples(*shape):
    """A source of one example."""
    kind = "float32" if len(shape) == 1 else "uint8"
    return kgan.data.source(np.zeros((1, *shape), kind))


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"regularizers": [{"name": "lecan"}]}, "Did you mean 'lecam'"),
        ({"regularizers": [{"weight": 1.0}]}, "A regularizer must be.*None"),
        ({"regularizers": [{"name": "auxiliary_classifier"}]}, "A regularizer must be"),
        (
            {"regularizers": [{"name": "lecam", "weigth": 1.0}]},
            "Did you mean 'weight'.*`regularizers` of lecam",
        ),
        ({"objectives": [{"name": "lecam"}]}, "An objective must be.*information"),
        (
            {"objectives": [{"name": "information", "classes": 3}]},
            "`objectives` of information must be one of",
        ),
        ({"augmentation": {"name": "diff_agument"}}, "Did you mean 'diff_augment'"),
        ({"augmentation": {"policy": "cutout"}}, "An augmentation must be.*None"),
        (
            {"augmentation": {"name": "diff_augment", "polcy": "cutout"}},
            "Did you mean 'policy'.*`augmentation` of diff_augment",
        ),
        ({"alternation": {"generator": 0}}, "`generator` must be a positive integer"),
        ({"alternation": {"both": 3}}, "`alternation` of periods must be one of"),
        ({"top_k": 0.0}, "must be above 0"),
        ({"top_k": 1.5}, r"`top_k` must be a number in \[0, 1\]"),
    ],
)
def test_names_and_options_are_checked(values, message):
    with pytest.raises(ValueError, match=message):
        PLAIN.override(**values)


@pytest.mark.parametrize(
    ("schedule", "left"),
    [
        ("constant", lambda t: 1.0),
        ("linear", lambda t: 1 - t),
        ("cosine", lambda t: 0.5 * (1 + np.cos(np.pi * t))),
    ],
)
def test_schedules_end_with_the_run(schedule, left):
    recipe = PLAIN.override(
        schedule=schedule,
        steps=100,
        discriminator_steps=5,
        generator_steps=2,
        generator_learning_rate=0.1,
        discriminator_learning_rate=0.4,
    )
    made = make_optimizers(recipe)
    optimizers = (made["generator"], made["discriminator"])
    for optimizer, rate, updates in zip(optimizers, (0.1, 0.4), (2, 5), strict=True):
        for step in (0, 30, 100):
            optimizer.iterations.assign(step * updates)
            expected = rate * left(step / 100)
            assert float(optimizer.learning_rate) == pytest.approx(expected, abs=1e-6)


def test_resolve_writes_out_defaults():
    recipe = PLAIN.override(
        model_options={"generator_hidden": [5]}, penalties=[{"name": "r1"}]
    )
    resolved = recipe.resolve(examples(8, 8, 1), 50)
    assert resolved.image_size == 8
    assert resolved.sample_every == 50
    written = {"weight": 10.0, "interval": 1, "through_augmentation": False}
    assert resolved.penalties == ({"name": "r1", **written},)
    assert resolved.loss_options == {"label_smoothing": 0.0}
    assert resolved.model_options["generator_hidden"] == [5]
    assert resolved.model_options["discriminator_activation"] == "leaky_relu"
    assert resolved.resolve(examples(8, 8, 1), 50) == resolved


def test_resolve_writes_out_terms():
    recipe = PLAIN.override(
        regularizers=[{"name": "drift"}],
        objectives=[{"name": "style_ambiguity", "weight": 2.0}],
        augmentation={"name": "diff_augment"},
        alternation={"generator": 3},
        model_options={"heads": {"styles": 3}},
    )
    resolved = recipe.resolve(examples(8, 8, 1), 50)
    (drift,) = parts.make_terms(recipe, "regularizers")
    assert resolved.regularizers == ({"name": "drift", **drift.get_config()},)
    (term,) = resolved.objectives
    assert (term["head"], term["weight"], term["name"]) == (
        "styles",
        2.0,
        "style_ambiguity",
    )
    assert parts.make_alternation(resolved).rounds["generator"] == 3
    assert resolved.model_options["packing"] == 1
    assert resolved.resolve(examples(8, 8, 1), 50) == resolved
    assert Recipe.from_json(resolved.to_json()) == resolved


@pytest.mark.parametrize("name", kgan.augment.names())
def test_resolve_writes_out_augmentations(name):
    recipe = PLAIN.override(augmentation={"name": name}, alternation={"generator": 3})
    resolved = recipe.resolve(examples(8, 8, 1), 50)
    expected = parts.make_augmentation(recipe).get_config()
    policy = resolved.augmentation["policy"]
    assert resolved.augmentation["name"] == name
    assert list(policy) == list(expected["policy"])
    assert resolved.alternation == {"discriminator": 1, "generator": 3}
    assert Recipe.from_json(resolved.to_json()) == resolved


def test_the_average_has_a_momentum_or_a_half_life():
    half = PLAIN.override(ema_kimg=10)
    assert (half.ema_kimg, half.ema_momentum, half.ema_ramp) == (10.0, None, 0.05)
    assert half.has_average
    assert half == Recipe(name="plain", latent_dim=3, ema_kimg=10)
    assert half == Recipe.from_json(half.to_json())
    read = {n: f.metadata["kind"].read for n, f in half.flags().items()}
    pairs = (flag[2:].split("=", 1) for flag in half.to_flags())
    flags = {name: read[name](text) for name, text in pairs}
    assert PLAIN.override(**flags) == half
    assert half.override(seed=1).ema_kimg == 10.0
    assert half.override(ema_ramp=None).ema_momentum is None
    back = half.override(ema_momentum=0.9)
    assert (back.ema_momentum, back.ema_kimg) == (0.9, None)
    none = half.override(ema_momentum=None)
    assert not none.has_average
    again = none.override(ema_kimg=3.0)
    assert (again.ema_momentum, again.ema_kimg) == (None, 3.0)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"ema_momentum": 0.999, "ema_kimg": 10}, r"beside `ema_kimg`.*0\.999 and 10"),
        ({"ema_kimg": 0}, "`ema_kimg` must be above 0"),
        ({"ema_kimg": -1}, "`ema_kimg` must be"),
        ({"ema_kimg": 10, "ema_ramp": 0.0}, "`ema_ramp` must be above 0"),
    ],
)
def test_averages_that_are_none(values, message):
    with pytest.raises(ValueError, match=message):
        PLAIN.override(**values)


def test_both_ways_in_the_file_of_a_recipe():
    with pytest.raises(ValueError, match="`ema_momentum` must be left out"):
        Recipe(name="both", ema_momentum=0.9, ema_kimg=10)


def test_resolve_keeps_results():
    measured = Recipe(name="measured", results={"fid": 3.0})
    assert measured.resolve(
        examples(
            2,
        ),
        50,
    ).results == {"fid": 3.0}


SGD = {"name": "sgd", "learning_rate": 0.1}
BOTH = {"generator": SGD, "discriminator": {"name": "rmsprop"}}
ADAM = (
    "generator_learning_rate",
    "discriminator_learning_rate",
    "beta_1",
    "beta_2",
    "schedule",
    "clip_norm",
)


def test_options_of_adam_fill_what_optimizers_leaves():
    recipe = PLAIN.override(beta_1=0.1, clip_norm=2.0, discriminator_learning_rate=0.3)
    made = make_optimizers(recipe.override(optimizers={"generator": SGD}))
    assert isinstance(made["generator"], keras.optimizers.SGD)
    adam = made["discriminator"]
    assert float(adam.learning_rate) == pytest.approx(0.3)
    assert (adam.beta_1, adam.beta_2, adam.global_clipnorm) == (0.1, 0.999, 2.0)


def test_a_learning_rate_of_zero_follows_every_schedule():
    recipe = PLAIN.override(schedule="cosine", generator_learning_rate=0.0)
    assert float(make_optimizers(recipe)["generator"].learning_rate) == 0.0


def test_optimizers_replace_what_a_recipe_says_of_adam():
    recipe = PLAIN.override(generator_learning_rate=1e-3, beta_1=0.0)
    one = recipe.override(optimizers={"generator": SGD})
    assert [getattr(one, name) for name in ADAM] == [
        None, 2e-4, 0.0, 0.999, "constant", None
    ]  # fmt: skip
    both = recipe.override(optimizers=BOTH)
    assert {getattr(both, name) for name in ADAM} == {None}
    for changed in (one, both):
        assert Recipe.from_json(changed.to_json()) == changed
        resolved = changed.resolve(examples(2), 50)
        assert resolved.optimizers["generator"]["momentum"] == 0.0
        assert Recipe.from_json(resolved.to_json()) == resolved
        assert resolved.resolve(examples(2), 50) == resolved
    assert both.override(optimizers={}) == PLAIN


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"generator_learning_rate": 2e-4}, "`generator_learning_rate` must be left"),
        ({"discriminator_learning_rate": 1e-3}, None),
        ({"beta_1": 0.0}, None),
        ({"optimizers": BOTH, "beta_1": 0.5}, "`beta_1` must be left out where `opt"),
        ({"optimizers": BOTH, "schedule": "linear"}, "`schedule` must be left out"),
        ({"optimizers": BOTH, "clip_norm": 1.0}, "generator and the discriminator"),
    ],
)
def test_both_for_one_player_are_refused(values, message):
    values = {"optimizers": {"generator": SGD}, **values}
    if message is None:
        Recipe(name="both", **values)
        PLAIN.override(**values)
        return
    for make in (lambda **given: Recipe(name="both", **given), PLAIN.override):
        with pytest.raises(ValueError, match=message):
            make(**values)
    named = PLAIN.override(optimizers=values.pop("optimizers"))
    with pytest.raises(ValueError, match=message):
        named.override(**values)


def test_a_gan_is_built_and_compiled():
    recipe = PLAIN.override(optimizers={"generator": SGD}, discriminator_steps=2)
    gan = recipe.make_game(kgan.data.source("ring"))
    assert isinstance(gan, kgan.GAN)
    assert isinstance(gan.generator_optimizer, keras.optimizers.SGD)
    assert isinstance(gan.discriminator_optimizer, keras.optimizers.Adam)
    assert recipe.batches_a_round == gan.discriminator_steps == 2
    assert recipe.traits(gan) == {
        "samples of shape": (2,),
        "latents of size": 3,
        "num_classes": None,
    }
    assert gan.describe()["generator"].endswith("from 3 latents to 2")
    assert (recipe.takes_labels(gan), recipe.pictures(gan)) == (False, "density")


def test_pictures_are_what_can_be_drawn():
    conditional = PLAIN.override(conditional=True)
    digits = conditional.make_game(kgan.data.source("digits"))
    assert conditional.takes_labels(digits)
    assert conditional.pictures(digits) == "samples"
    packed = PLAIN.override(model_options={"packing": 2})
    assert packed.pictures(packed.make_game(kgan.data.source("ring"))) is None


def test_a_group_that_does_not_fit_a_batch_is_refused_before_training():
    packed = PLAIN.override(model_options={"packing": 3}, batch_size=8)
    with pytest.raises(ValueError, match="8"):
        packed.make_game(kgan.data.source("ring"))


def test_data_must_be_images_or_points(tmp_path):
    recipe = PLAIN.override(dataset=second_game.pairs(tmp_path))
    source = kgan.data.source(recipe.dataset)
    with pytest.raises(ValueError, match=r"`dataset` must be images or points for the"):
        recipe.check_source(source)
    assert not recipe.suits(source)
    recipe.check_source(examples(2))
    with pytest.raises(ValueError, match="`conditional` must be false"):
        recipe.override(conditional=True).check_source(examples(2))


def test_vectors_for_labels_are_trained_as_the_refusal_says(tmp_path):
    labels = []
    for index in range(4):
        name = f"{index}.png"
        Image.fromarray(np.full((4, 4), index, np.uint8)).save(tmp_path / name)
        labels.append([name, [index / 4, 1.0]])
    (tmp_path / "dataset.json").write_text(json.dumps({"labels": labels}))
    source = kgan.data.source(str(tmp_path))
    PLAIN.check_source(source)
    message = r"vectors for labels.*second input is keras\.Input\(\(2,\)\)"
    with pytest.raises(ValueError, match=message):
        PLAIN.override(conditional=True).check_source(source)
    (z, x), told = [keras.Input(s) for s in ((3,), (4, 4, 1))], keras.Input((2,))
    made = keras.layers.Dense(16, "tanh")(keras.layers.Concatenate()([z, told]))
    seen = keras.layers.Concatenate()([keras.layers.Flatten()(x), told])
    gan = kgan.GAN(
        keras.Model([z, told], keras.layers.Reshape((4, 4, 1))(made)),
        keras.Model([x, told], keras.layers.Dense(1)(seen)),
    )
    gan.compile(run_eagerly=True)
    gan.fit(kgan.data.load(source, batch_size=4, with_labels=True), verbose=0)
    assert gan.generate(2, labels=source.conditions[:2]).shape == (2, 4, 4, 1)


STYLED = PLAIN.override(
    model="mapped_dcgan",
    model_options={"generator_width": 4, "discriminator_width": 4, "mapping_depth": 1},
    penalties=[{"name": "r1", "interval": 16, "through_augmentation": True}],
    terms=[{"name": "path_length"}],
    augmentation={"name": "adaptive_augment"},
    generator_learning_rate=0.0025,
    discriminator_learning_rate=0.0025,
    beta_1=0.0,
    beta_2=0.99,
    ema_kimg=10,
    batch_size=32,
    lazy="own_step",
)


def test_lazy_terms_as_steps_of_their_own():
    """The numbers with which StyleGAN2's program runs."""
    assert Recipe.from_json(STYLED.to_json()) == STYLED
    gan = STYLED.make_game(examples(8, 8, 1))
    assert [move.interval for move in gan.moves()] == [1, 16, 1, 4]
    assert gan.penalties["r1"].through_augmentation
    assert gan.ema_momentum.get_config()["batch_size"] == 32
    expected = {"generator": 4 / 5, "discriminator": 16 / 17}
    for player, share in expected.items():
        adam = gan.optimizers[player]
        assert float(adam.learning_rate) == pytest.approx(0.0025 * share)
        assert (adam.beta_1, adam.beta_2) == (0.0, pytest.approx(0.99**share))
    resolved = STYLED.resolve(examples(8, 8, 1), 50)
    assert resolved.lazy == "own_step"
    assert resolved.generator_learning_rate == 0.0025  # is scaled once


def test_a_schedule_lasts_as_long_as_the_run_with_further_steps():
    recipe = STYLED.override(schedule="linear", steps=100, generator_steps=2)
    rate = make_optimizers(recipe)["generator"].learning_rate
    assert make_optimizers(recipe)["generator"].beta_2 == 0.99 ** (2 / 2.25)
    optimizer = make_optimizers(recipe)["generator"]
    assert float(rate) == pytest.approx(0.0025 * 2 / 2.25)
    optimizer.iterations.assign(225)
    assert float(optimizer.learning_rate) == pytest.approx(0.0, abs=1e-9)
    named = STYLED.override(optimizers={"generator": {"name": "sgd"}})
    assert named.optimizer_of("generator") == {"name": "sgd"}  # as it is given


def test_where_lazy_gradients_go_is_a_word():
    with pytest.raises(ValueError, match="`lazy` must be"):
        PLAIN.override(lazy="apart")
    assert parts.intervals_apart(STYLED.override(lazy="same_step"), "generator") == []


def test_freeze_d_holds_layers_through_saving_and_resuming(tmp_path):
    recipe = tiny.DIGITS.override(freeze_d=1)
    # Equal seeds: these are the first weights of the run.
    first = prepare.prepare(recipe, tmp_path / "first").game.discriminator
    train.train(recipe.override(steps=2), tmp_path / "run", verbose=0)
    game = train.resume(tmp_path / "run", steps=4, verbose=0)
    straight = train.train(recipe.override(steps=4), tmp_path / "straight", verbose=0)
    tiny.assert_equal(game, straight)
    for old, new in zip(first.layers, game.discriminator.layers, strict=True):
        pairs = zip(old.get_weights(), new.get_weights(), strict=True)
        same = [np.array_equal(*pair) for pair in pairs]
        assert all(same) if new.name == "hidden_1" else not any(same), new.name


def test_freeze_d_of_all_layers_is_refused(tmp_path):
    with pytest.raises(ValueError, match=r"`freeze_d`\) must be at most 1: D has 2"):
        prepare.prepare(tiny.DIGITS.override(freeze_d=2), tmp_path / "run")
    assert not (tmp_path / "run").exists()
