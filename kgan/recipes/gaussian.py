"""One Gaussian on the line: the game of which the 2014 paper draws its figure."""

from kgan.recipes.recipe import Recipe

RECIPE = Recipe(
    name="gaussian",
    description="N(4, 1.5²) from U(−1, 1): shows D(x) come to 1/2",
    dataset="gaussian",
    model="mlp",
    model_options={
        "generator_hidden": [64, 64, 64],
        "generator_activation": "leaky_relu",
        "discriminator_hidden": [64, 64, 64],
    },
    prior="uniform",
    latent_dim=1,
    loss="minimax",
    generator_learning_rate=1e-3,
    discriminator_learning_rate=3e-3,
    # Momentum of the mean lets both players circle the equilibrium.
    beta_1=0.0,
    beta_2=0.99,
    schedule="linear",
    batch_size=512,
    steps=10_000,
    discriminator_steps=2,
    sample_every=1000,
    results={
        "jensen_shannon": 0.0064,
        "distance_from_half": 0.0115,
        "command": "python scripts/judge_gaussian.py RUN",
    },
)
