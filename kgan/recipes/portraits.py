"""Painted faces of 64×64 pixels, under a thousand: the recipe `faces` with ADA."""

from kgan.recipes import faces

RECIPE = faces.RECIPE.override(
    name="portraits",
    description="some hundreds of painted faces at 64×64, a small StyleGAN2 with ADA",
    dataset="portraits.zip",
    penalties=(
        {"name": "r1", "weight": 0.1, "interval": 16, "through_augmentation": True},
    ),
    augmentation={"name": "adaptive_augment", "speed": 50_000},
    mirror=True,
    steps=8_500,
)
