"""Clothes of 28×28 pixels from 60,000 examples."""

from kgan.recipes import mnist

RECIPE = mnist.RECIPE.override(
    name="fashion_mnist",
    description="Fashion-MNIST, a DCGAN",
    dataset="fashion_mnist",
)
