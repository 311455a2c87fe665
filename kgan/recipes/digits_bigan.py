"""Handwritten digits of 8×8 pixels, with an encoder that inverts the generator."""

from kgan.recipes.recipe import Recipe

_ADAM = {
    "name": "adam",
    "learning_rate": {"schedule": "linear", "first": 5e-4, "last": 2.5e-5},
    "beta_1": 0.5,
    "weight_decay": 2.5e-5,
}

RECIPE = Recipe(
    name="digits_bigan",
    description="8×8 digits and their latents, a BiGAN of MLPs",
    game="bigan",
    dataset="digits",
    latent_dim=50,
    width=256,
    optimizers=dict.fromkeys(("discriminator", "generator", "encoder"), _ADAM),
    batch_size=128,
    steps=8_000,
    sample_every=1_000,
    results={
        "reconstruction_to_random_pairs": 0.635,
        "command": "python scripts/judge_games.py RUN --dataset=digits",
    },
)
