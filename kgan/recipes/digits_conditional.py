"""Handwritten digits of 8×8 pixels, of the class that is asked for."""

from kgan.recipes.recipe import Recipe

RECIPE = Recipe(
    name="digits_conditional",
    description="8×8 digits of the class asked for, an MLP with R1",
    dataset="digits",
    conditional=True,
    model="mlp",
    model_options={"generator_hidden": [256, 256], "discriminator_hidden": [256, 256]},
    latent_dim=64,
    penalties=({"name": "r1", "weight": 0.1},),
    generator_learning_rate=1e-3,
    discriminator_learning_rate=1e-3,
    batch_size=64,
    steps=10_000,
    sample_every=1000,
    results={
        "frechet_digits": 0.020,
        "precision_digits": 0.925,
        "recall_digits": 0.786,
        "coverage_digits": 0.987,
        "class_agreement_digits": 0.965,
        "command": "kgan evaluate --model=RUN",
    },
)
