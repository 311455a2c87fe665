"""Handwritten digits of 28×28 pixels from 60,000 examples."""

from kgan.recipes.recipe import Recipe

RECIPE = Recipe(
    name="mnist",
    description="MNIST, a DCGAN",
    dataset="mnist",
    model="dcgan",
    model_options={"width": 64},
    latent_dim=64,
    penalties=({"name": "r1", "weight": 0.1, "interval": 4},),
    generator_learning_rate=1e-3,
    discriminator_learning_rate=1e-3,
    batch_size=64,
    steps=937 * 5,
    results={
        "frechet_mnist": 3.18,
        "precision_mnist": 0.652,
        "recall_mnist": 0.757,
        "density_mnist": 0.500,
        "coverage_mnist": 0.584,
        "classes_kl_mnist": 0.010,
        "command": "kgan evaluate --model=RUN",
    },
)
