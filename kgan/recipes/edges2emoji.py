"""Line drawings of emoji, coloured: pairs of 64×64 pixels.

`emoji.zip` holds the folders openmoji-line and openmoji, drawings of OpenMoji under one
name in both, and `captions.tsv` the subgroup of each: whole subgroups are held out,
since a drawing has near copies in its own.
"""

from kgan.recipes.recipe import Recipe

RECIPE = Recipe(
    name="edges2emoji",
    description="line drawings to colour, a U-Net against a judge of patches",
    game="pix2pix",
    dataset="pairs:emoji.zip:openmoji-line:openmoji",
    held_out_by="table:captions.tsv:subgroup",
    load_size=70,
    image_size=64,
    mirror=True,
    generator_width=24,
    discriminator_width=24,
    discriminator_depth=2,
    ema_momentum=0.999,
    batch_size=8,
    steps=10_000,
    constant_epochs=10,
    decay_epochs=10,
    sample_every=500,
    precision="mixed_bfloat16",
    results={
        "l1": 0.133,
        "l1_of_line_drawings": 0.154,
        "l1_of_one_color_in_closed_regions": 0.141,
        "command": "kgan evaluate --model=RUN --metrics=l1",
    },
)
