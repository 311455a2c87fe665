"""The networks of the 2014 paper on MNIST: rectifiers against maxout and dropout."""

from kgan.recipes.recipe import Recipe

RECIPE = Recipe(
    name="mnist_mlp",
    description="MNIST with the fully connected networks of Goodfellow et al. (2014)",
    dataset="mnist",
    model="mlp",
    model_options={
        "generator_hidden": [1200, 1200],
        "discriminator_hidden": [240, 240],
        "maxout_pieces": 5,
        "input_dropout": 0.2,
        "dropout": 0.5,
    },
    prior="uniform",
    prior_options={"minimum": -(3**0.5), "maximum": 3**0.5},
    latent_dim=100,
    batch_size=100,
    steps=600 * 50,
    sample_every=3000,
)
