"""70,000 faces of FFHQ at 1024×1024: StyleGAN2-ADA's configuration `paper1024`.

It is made for eight GPUs. The photos are not among kgan's data: their makers' terms
apply, and `kgan data` packs a folder of them into `ffhq-1024.zip`.
"""

from kgan.recipes.stylegan2_config import PUBLISHED

RECIPE = PUBLISHED["paper1024"].recipe(
    "ffhq_1024",
    1024,
    description="FFHQ at 1024×1024, StyleGAN2-ADA's paper1024, for GPUs",
    dataset="ffhq-1024.zip",
    mirror=True,
    sample_every=6_250,
)
