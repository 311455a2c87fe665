"""Faces of 64×64 pixels in gray, some thousands of aligned photos: StyleGAN2.

It is made for a CPU: few channels, small batches, in bfloat16. A processor without
instructions for it is faster in float32, `--precision=float32`.
"""

from kgan.recipes.recipe import Recipe
from kgan.recipes.stylegan2_config import SMALL

RECIPE = Recipe(
    name="faces",
    description="thousands of aligned gray faces at 64×64, a small StyleGAN2",
    dataset="faces.zip",
    **SMALL,
    penalties=({"name": "r1", "weight": 0.1, "interval": 16},),
    steps=9_200,
    sample_every=500,
)
