"""Handwritten digits of 8×8 pixels behind a mapping network, with path length."""

from kgan.recipes.recipe import Recipe

RECIPE = Recipe(
    name="digits_path_length",
    description="8×8 digits, a DCGAN behind a mapping network, with path length",
    dataset="digits",
    model="mapped_dcgan",
    model_options={"generator_width": 32, "discriminator_hidden": [256, 256]},
    latent_dim=32,
    penalties=({"name": "r1", "weight": 0.1},),
    # Karras et al. (2020, appendix B): ln 2 / (ln r − ln 2) at r = 8 pixels a side.
    terms=({"name": "path_length", "weight": 0.5, "interval": 4},),
    generator_learning_rate=1e-3,
    discriminator_learning_rate=1e-3,
    batch_size=64,
    steps=10_000,
    sample_every=1_000,
    results={
        "frechet_digits": 0.047,
        "precision_digits": 0.864,
        "recall_digits": 0.684,
        "coverage_digits": 0.944,
        "smallest_class_share_digits": 0.076,
        "command": "kgan evaluate --model=RUN",
    },
)
