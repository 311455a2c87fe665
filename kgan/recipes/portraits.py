"""Painted faces of 64×64 pixels, under a thousand: StyleGAN2 with ADA.

It is made for a CPU, as the recipe `faces`.
"""

from kgan.recipes.recipe import Recipe
from kgan.recipes.stylegan2_config import SMALL

RECIPE = Recipe(
    name="portraits",
    description="some hundreds of painted faces at 64×64, a small StyleGAN2 with ADA",
    dataset="portraits.zip",
    **SMALL,
    penalties=(
        {"name": "r1", "weight": 0.1, "interval": 16, "through_augmentation": True},
    ),
    augmentation={"name": "adaptive_augment", "speed": 50_000},
    mirror=True,
    steps=5_000,
    sample_every=500,
)
