"""Twenty-five Gaussians on a grid: whether the generator finds all of them."""

from kgan.recipes import ring

# It falls from 100 σ² to σ²/80, with the distance at which D looks at the modes: first
# all of them find their share of the samples, then each of them its width.
_GAMMA = {"schedule": "exponential", "first": 0.25, "last": 3e-5}

RECIPE = ring.RECIPE.override(
    name="grid",
    description="25 Gaussians on a grid: shows whether modes are lost",
    dataset="grid",
    model_options={
        **ring.RECIPE.model_options,
        # Larger kernels than Glorot's: a mode is a fortieth as wide as their distance.
        "discriminator_initializer": {
            "class_name": "VarianceScaling",
            "config": {"scale": 3.0, "mode": "fan_avg", "distribution": "uniform"},
        },
    },
    latent_dim=4,
    penalties=({"name": "r1", "weight": _GAMMA}, {"name": "r2", "weight": _GAMMA}),
    steps=14_000,
    sample_every=1_400,
    results={
        "modes_found": 25,
        "high_quality_share": 0.968,
        "modes_kl": 0.0137,
        "modes_spread": 0.716,
        "command": "kgan evaluate --model=RUN",
    },
)
