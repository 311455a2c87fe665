"""Twenty-five Gaussians on a grid: whether the generator finds all of them."""

from kgan.recipes.recipe import Recipe

# It falls from 100 σ² to σ²/80, with the distance at which D looks at the modes: first
# all of them find their share of the samples, then each of them its width.
_GAMMA = {"schedule": "exponential", "first": 0.25, "last": 3e-5}

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
        # Larger kernels than Glorot's: a mode is a fortieth as wide as their distance.
        "discriminator_initializer": {
            "class_name": "VarianceScaling",
            "config": {"scale": 3.0, "mode": "fan_avg", "distribution": "uniform"},
        },
    },
    latent_dim=4,
    penalties=({"name": "r1", "weight": _GAMMA}, {"name": "r2", "weight": _GAMMA}),
    generator_learning_rate=2e-3,
    discriminator_learning_rate=2e-3,
    beta_1=0.0,
    beta_2=0.99,
    schedule="cosine",
    batch_size=256,
    steps=14_000,
    discriminator_steps=2,
    ema_momentum=0.995,
    sample_every=1_400,
    results={
        "modes_found": 25,
        "high_quality_share": 0.968,
        "modes_kl": 0.0137,
        "modes_spread": 0.716,
        "command": "kgan evaluate --model=RUN",
    },
)
