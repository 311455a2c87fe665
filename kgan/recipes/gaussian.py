"""One Gaussian on the line: the game of which the 2014 paper draws its figure."""

from kgan.recipes.recipe import Recipe

RECIPE = Recipe(
    name="gaussian",
    description="N(4, 1.5²) from U(−1, 1): shows D(x) come to 1/2",
    dataset="gaussian",
    model="mlp",
    model_options={
        "generator_hidden": [64, 64],
        "generator_activation": "leaky_relu",
        "discriminator_hidden": [64, 64],
    },
    prior="uniform",
    latent_dim=1,
    batch_size=512,
    steps=5000,
    sample_every=500,
)
