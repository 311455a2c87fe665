"""Twenty-five Gaussians on a grid: whether the generator finds all of them."""

from kgan.recipes.recipe import Recipe

RECIPE = Recipe(
    name="grid",
    description="25 Gaussians on a grid: shows whether modes are lost",
    dataset="grid",
    model="mlp",
    model_options={
        "generator_hidden": [128, 128, 128],
        "discriminator_hidden": [128, 128, 128],
        # With zeros all kinks of the first layers lie on lines through the origin.
        "bias_initializer": {
            "class_name": "RandomUniform",
            "config": {"minval": -1.0, "maxval": 1.0},
        },
    },
    latent_dim=4,
    penalties=({"name": "r1", "weight": 0.1}, {"name": "r2", "weight": 0.1}),
    generator_learning_rate=2e-3,
    discriminator_learning_rate=2e-3,
    beta_1=0.0,
    beta_2=0.99,
    schedule="cosine",
    batch_size=256,
    steps=8_000,
    sample_every=800,
)
