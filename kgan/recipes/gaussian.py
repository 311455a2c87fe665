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
        # With zeros all kinks of a one-dimensional network lie at the origin.
        "bias_initializer": {
            "class_name": "RandomUniform",
            "config": {"minval": -1.0, "maxval": 1.0},
        },
    },
    prior="uniform",
    latent_dim=1,
    loss="minimax",
    generator_learning_rate=5e-4,
    discriminator_learning_rate=1.5e-3,
    # Momentum of the mean lets both players circle the equilibrium.
    beta_1=0.0,
    beta_2=0.99,
    batch_size=512,
    steps=7500,
    discriminator_steps=2,
    sample_every=750,
    results={"jensen_shannon": 0.0068, "command": "kgan evaluate --model=RUN"},
)
