"""70,000 faces of FFHQ at 256×256: StyleGAN2-ADA's configuration `paper256`.

It is made for eight GPUs. The photos are not among kgan's data: their makers' terms
apply, and `kgan data` packs a folder of them into `ffhq-256.zip`.
"""

from kgan.recipes.stylegan2_config import PUBLISHED

RECIPE = PUBLISHED["paper256"].recipe(
    "ffhq_256",
    256,
    description="FFHQ at 256×256, StyleGAN2-ADA's paper256, for GPUs",
    dataset="ffhq-256.zip",
    mirror=True,
    sample_every=3_125,
)
