"""Names become objects, and schedules count rounds of the game."""

import numpy as np
import pytest

import kgan
from kgan.recipes import Recipe, parts

PLAIN = Recipe(name="plain", latent_dim=3)


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
    (penalty,) = parts.make_penalties(recipe)
    assert isinstance(penalty, kgan.penalties.R2)
    assert (penalty.weight, penalty.interval) == (3.0, 4)


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


@pytest.mark.parametrize(
    ("schedule", "course"),
    [
        ("constant", lambda t: 1.0),
        ("linear", lambda t: 1 - t),
        ("cosine", lambda t: 0.5 * (1 + np.cos(np.pi * t))),
    ],
)
def test_schedules_end_with_the_run(schedule, course):
    recipe = PLAIN.override(
        schedule=schedule,
        steps=100,
        discriminator_steps=5,
        generator_steps=2,
        generator_learning_rate=0.1,
        discriminator_learning_rate=0.4,
    )
    optimizers = parts.make_optimizers(recipe)
    for optimizer, rate, updates in zip(optimizers, (0.1, 0.4), (2, 5), strict=True):
        for step in (0, 30, 100):
            optimizer.iterations.assign(step * updates)
            expected = rate * course(step / 100)
            assert float(optimizer.learning_rate) == pytest.approx(expected, abs=1e-6)


def test_resolve_writes_out_defaults():
    recipe = PLAIN.override(
        model_options={"generator_hidden": [5]}, penalties=[{"name": "r1"}]
    )
    resolved = parts.resolve(recipe, (8, 8, 1), 50)
    assert resolved.image_size == 8
    assert resolved.sample_every == 50
    assert resolved.penalties == ({"name": "r1", "weight": 10.0, "interval": 1},)
    assert resolved.loss_options == {"label_smoothing": 0.0}
    assert resolved.model_options["generator_hidden"] == [5]
    assert resolved.model_options["discriminator_activation"] == "leaky_relu"
    assert parts.resolve(resolved, (8, 8, 1), 50) == resolved


def test_resolve_keeps_results():
    measured = Recipe(name="measured", results={"fid": 3.0})
    assert parts.resolve(measured, (2,), 50).results == {"fid": 3.0}
