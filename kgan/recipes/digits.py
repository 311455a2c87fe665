"""Handwritten digits of 8×8 pixels: what `kgan train` makes unless told otherwise."""

from kgan.recipes.recipe import Recipe

RECIPE = Recipe(
    name="digits",
    description="8×8 digits that ship with scikit-learn, an MLP with R1",
    dataset="digits",
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
        "frechet_digits": 0.076,
        "precision_digits": 0.810,
        "recall_digits": 0.835,
        "coverage_digits": 0.925,
        "smallest_class_share_digits": 0.063,
        "command": "kgan evaluate --model=RUN",
    },
)
