"""Cells from fluorescence to histology and back, without pairs: 64×64 pixels.

`nuclei.zip` holds the folders fluorescence/image and histology/image. Names begin with
the number of the photo of which an image is a part: whole photos are held out.
"""

from kgan.recipes.recipe import Recipe

RECIPE = Recipe(
    name="stain",
    description="cells from fluorescence to histology and back, a small CycleGAN",
    game="cyclegan",
    dataset="unpaired:nuclei.zip:fluorescence/image:histology/image",
    held_out_by=r"match:^\d+",
    image_size=64,
    mirror=True,
    identity=0.0,
    generator_width=32,
    generator_blocks=4,
    upsampling="resize",
    discriminator_width=32,
    discriminator_depth=2,
    batch_size=4,
    steps=1_800,
    constant_epochs=3,
    decay_epochs=3,
    sample_every=300,
    precision="mixed_bfloat16",
    results={
        "cycle_error": 0.0616,
        "cycle_error_noise": 0.0617,
        "cycle_error_jpeg": 0.0652,
        "command": "kgan evaluate --model=RUN --metrics=cycle_error",
    },
)
