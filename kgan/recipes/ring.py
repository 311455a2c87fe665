"""Eight Gaussians on a circle: whether the generator finds all of them."""

from kgan.recipes.recipe import Recipe

RECIPE = Recipe(
    name="ring",
    description="eight Gaussians on a circle: shows whether modes are lost",
    dataset="ring",
    model="mlp",
    model_options={
        "generator_hidden": [128, 128],
        "discriminator_hidden": [128, 128],
    },
    latent_dim=2,
    penalties=({"name": "r1", "weight": 0.1},),
    generator_learning_rate=1e-3,
    discriminator_learning_rate=1e-3,
    batch_size=256,
    steps=5000,
    sample_every=500,
)
