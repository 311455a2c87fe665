"""Handwritten digits by a critic whose gradient is held near 1: WGAN-GP."""

from kgan.recipes.recipe import Recipe

RECIPE = Recipe(
    name="mnist_wgan_gp",
    description="MNIST, WGAN-GP: a critic of five updates for one of the generator",
    dataset="mnist",
    model="dcgan",
    model_options={"width": 32},
    latent_dim=128,
    loss="wasserstein",
    # λ, the five updates and Adam's decays: Gulrajani et al. (2017), algorithm 1.
    penalties=({"name": "gradient_penalty", "weight": 10.0},),
    discriminator_steps=5,
    generator_learning_rate=5e-4,
    discriminator_learning_rate=5e-4,
    beta_1=0.5,
    beta_2=0.9,
    batch_size=64,
    steps=3_000,
    sample_every=300,
    results={
        "frechet_mnist": 4.57,
        "precision_mnist": 0.610,
        "recall_mnist": 0.755,
        "density_mnist": 0.418,
        "coverage_mnist": 0.446,
        "classes_kl_mnist": 0.0139,
        "command": "kgan evaluate --model=RUN",
    },
)
