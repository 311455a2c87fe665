"""Colour photographs of ten kinds of things, 32×32 pixels, 50,000 examples."""

from kgan.recipes.recipe import Recipe

RECIPE = Recipe(
    name="cifar10",
    description="CIFAR-10 at 32×32, a DCGAN",
    dataset="cifar10",
    model="dcgan",
    latent_dim=128,
    penalties=({"name": "r1", "weight": 1.0, "interval": 16},),
    batch_size=64,
    steps=781 * 20,
)
