"""Faces of 64×64 pixels in gray, some thousands of aligned photos: StyleGAN2.

It is made for a CPU: few channels, small batches, in bfloat16. A processor without
instructions for it is faster in float32, `--precision=float32`.
"""

from kgan.recipes.recipe import Recipe

RECIPE = Recipe(
    name="faces",
    description="thousands of aligned gray faces at 64×64, a small StyleGAN2",
    dataset="faces.zip",
    image_size=64,
    model="stylegan2",
    model_options={"channel_base": 1024, "channel_max": 128, "mapping_layers": 2},
    latent_dim=128,
    penalties=({"name": "r1", "weight": 0.1, "interval": 16},),
    generator_learning_rate=0.0025,
    discriminator_learning_rate=0.0025,
    beta_1=0.0,
    beta_2=0.99,
    batch_size=16,
    ema_kimg=5.0,
    precision="mixed_bfloat16",
    steps=9_200,
    sample_every=500,
    results={
        "kernel_cifar10": 0.0036,
        "kernel_pixels": 0.0004,
        "command": "python scripts/compare_faces.py faces --data=DATA --output=OUTPUT "
        "--minutes=40",
    },
)
