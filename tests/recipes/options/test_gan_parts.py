"""The parts of a GAN's recipe: names become objects."""

import numpy as np
import pytest

import kgan
from kgan.recipes import Recipe
from kgan.recipes.options import gan_parts as parts

PLAIN = Recipe(name="plain", latent_dim=3)


def examples(*shape):
    """A source of one example."""
    kind = "float32" if len(shape) == 1 else "uint8"
    return kgan.data.source(np.zeros((1, *shape), kind))


def test_names_become_objects():
    recipe = PLAIN.override(
        prior="uniform",
        prior_options={"maximum": 2.0},
        loss="minimax",
        loss_options={"label_smoothing": 0.1},
        penalties=[{"name": "r2", "weight": 3.0, "interval": 4}],
    )
    prior = parts.make_prior(recipe)
    assert isinstance(prior, kgan.priors.Uniform)
    assert (prior.latent_dim, prior.minimum, prior.maximum) == (3, -1.0, 2.0)
    loss = parts.make_loss(recipe)
    assert isinstance(loss, kgan.losses.Minimax)
    assert loss.label_smoothing == 0.1
    (penalty,) = parts.make_terms(recipe, "penalties")
    assert isinstance(penalty, kgan.penalties.R2)
    assert (penalty.weight, penalty.interval) == (3.0, 4)


def test_terms_augmentation_and_periods_come_by_name():
    recipe = PLAIN.override(
        regularizers=[{"name": "lecam", "weight": 0.1}, {"name": "drift"}],
        objectives=[{"name": "auxiliary_classifier", "generator_weight": 0.1}],
        augmentation={"name": "diff_augment", "policy": "cutout"},
        alternation={"discriminator": 5},
    )
    lecam, drift = parts.make_terms(recipe, "regularizers")
    assert (lecam.kind, lecam.weight, drift.kind) == ("lecam", 0.1, "drift")
    (objective,) = parts.make_terms(recipe, "objectives")
    assert isinstance(objective, kgan.objectives.AuxiliaryClassifier)
    assert objective.generator_weight == 0.1
    augmentation = parts.make_augmentation(recipe)
    assert isinstance(augmentation, kgan.augment.DiffAugment)
    periods = parts.make_alternation(recipe)
    assert periods.rounds == {"discriminator": 5, "generator": 1}


def test_nothing_more_is_there_unless_it_is_asked_for():
    assert parts.make_terms(PLAIN, "regularizers") == []
    assert parts.make_terms(PLAIN, "objectives") == []
    assert parts.make_augmentation(PLAIN) is None
    assert parts.make_alternation(PLAIN) is None
    assert isinstance(parts.make_loss(PLAIN), kgan.losses.NonSaturating)


def test_a_share_of_the_best_samples_is_a_loss_around_the_loss():
    recipe = PLAIN.override(
        loss="minimax", loss_options={"label_smoothing": 0.1}, top_k=0.5
    )
    loss = parts.make_loss(recipe)
    assert isinstance(loss, kgan.top_k.TopK)
    assert (loss.share, loss.loss.label_smoothing) == (0.5, 0.1)
    resolved = recipe.resolve(
        examples(
            2,
        ),
        50,
    )
    assert (resolved.loss, resolved.top_k) == ("minimax", 0.5)
    assert resolved.loss_options["label_smoothing"] == 0.1


@pytest.mark.parametrize("values", [{"weight": -1.0}, {"decay": "a"}])
def test_values_of_layers_are_checked_when_they_are_made(values):
    recipe = PLAIN.override(regularizers=[{"name": "lecam", **values}])
    with pytest.raises(ValueError, match=f"`{next(iter(values))}` must be"):
        parts.make_terms(recipe, "regularizers")


def test_families_are_pairs():
    assert set(parts.families()) >= {"mlp", "dcgan"}
    assert parts.families()["mlp"] is kgan.models.mlp


@pytest.mark.parametrize("num_classes", [None, 4])
def test_networks_take_shape_latents_and_options(num_classes):
    recipe = PLAIN.override(
        model_options={"generator_hidden": [5], "discriminator_hidden": [6]}
    )
    generator, discriminator = parts.make_networks(recipe, (2,), num_classes)
    assert generator.output_shape == (None, 2)
    assert len(generator.inputs) == len(discriminator.inputs) == 1 + bool(num_classes)
    if num_classes is None:
        assert generator.count_params() == 3 * 5 + 5 + 5 * 2 + 2
        assert discriminator.count_params() == 2 * 6 + 6 + 6 + 1


def test_the_momentum_of_the_average():
    assert parts.make_momentum(PLAIN) == 0.999
    assert parts.make_momentum(PLAIN.override(ema_momentum=None)) is None
    values = {"batch_size": 16, "discriminator_steps": 3, "ema_kimg": 5}
    found = parts.make_momentum(PLAIN.override(**values))
    assert found.get_config() == {"kimg": 5.0, "batch_size": 48, "ramp": 0.05}
    found = parts.make_momentum(PLAIN.override(**values, ema_ramp=None))
    assert found.ramp is None
