"""Handwritten digits of 8×8 pixels: what `kgan train` makes unless told otherwise."""

from kgan.recipes.recipe import Recipe

RECIPE = Recipe(
    name="digits",
    description="8×8 digits that ship with scikit-learn, an MLP with R1",
    dataset="digits",
    model="mlp",
    model_options={
        "generator_hidden": [256, 256],
        "discriminator_hidden": [256, 256],
        "discriminator_activation": "leaky_relu",
    },
    latent_dim=64,
    penalties=({"name": "r1", "weight": 1.0},),
    generator_learning_rate=1e-3,
    discriminator_learning_rate=1e-3,
    batch_size=64,
    steps=5000,
    sample_every=500,
)
