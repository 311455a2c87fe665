"""Handwritten digits of 8×8 pixels, with an encoder that inverts the generator."""

from kgan.recipes.recipe import Recipe

RECIPE = Recipe(
    name="digits_bigan",
    description="8×8 digits and their latents, a BiGAN of MLPs",
    game="bigan",
    dataset="digits",
    latent_dim=50,
    width=256,
    optimizers={
        player: {
            "name": "adam",
            "learning_rate": 2e-4,
            "beta_1": 0.5,
            "weight_decay": 2.5e-5,
        }
        for player in ("discriminator", "generator", "encoder")
    },
    batch_size=128,
    steps=6_000,
    sample_every=500,
)
