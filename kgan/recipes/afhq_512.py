"""5,000 faces of animals, AFHQ at 512×512: StyleGAN2-ADA's configuration `paper512`.

It is made for eight GPUs. The photos are not among kgan's data: their makers' terms
apply, and `kgan data` packs a folder of them into `afhq-512.zip`.
"""

from kgan.recipes.stylegan2_config import PUBLISHED

RECIPE = PUBLISHED["paper512"].recipe(
    "afhq_512",
    512,
    description="AFHQ at 512×512, StyleGAN2-ADA's paper512, for GPUs",
    dataset="afhq-512.zip",
    mirror=True,
    sample_every=3_125,
)
