"""Eight Gaussians on a circle: whether the generator finds all of them."""

from kgan.recipes.recipe import Recipe

RECIPE = Recipe(
    name="ring",
    description="eight Gaussians on a circle: shows whether modes are lost",
    dataset="ring",
    model="mlp",
    model_options={
        "generator_hidden": [128, 128, 128],
        "discriminator_hidden": [128, 128, 128],
    },
    latent_dim=2,
    loss="relativistic_pairing",
    penalties=({"name": "r1", "weight": 0.01},),
    generator_learning_rate=1e-3,
    discriminator_learning_rate=1e-3,
    beta_1=0.0,
    beta_2=0.99,
    schedule="linear",
    batch_size=256,
    steps=5000,
    sample_every=500,
    results={
        "modes_found": 8,
        "high_quality_share": 0.965,
        "modes_kl": 0.0005,
        "modes_spread": 0.593,
        "command": "kgan evaluate --model=RUN",
    },
)
