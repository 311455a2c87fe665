"""Photographs of clothes, 32×32 pixels, from 60,000 examples."""

from kgan.recipes.recipe import Recipe

RECIPE = Recipe(
    name="fashion_mnist",
    description="Fashion-MNIST at 32×32, a DCGAN",
    dataset="fashion_mnist",
    image_size=32,
    model="dcgan",
    latent_dim=64,
    penalties=({"name": "r1", "weight": 1.0, "interval": 16},),
    batch_size=64,
    steps=937 * 5,
)
