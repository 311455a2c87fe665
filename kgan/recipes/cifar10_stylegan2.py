"""CIFAR-10 by class: StyleGAN2-ADA's configuration `cifar`, for two GPUs."""

from kgan.recipes.stylegan2_config import PUBLISHED

RECIPE = PUBLISHED["cifar"].recipe(
    "cifar10_stylegan2",
    32,
    description="CIFAR-10 by class, StyleGAN2-ADA's cifar, for GPUs",
    dataset="cifar10",
    conditional=True,
    sample_every=3_125,
)
