"""Line drawings of emoji, coloured: pairs of 64×64 pixels."""

from kgan.recipes.recipe import Recipe

RECIPE = Recipe(
    name="emoji_pix2pix",
    description="line drawings to colour, a U-Net against a judge of patches",
    game="pix2pix",
    dataset="pairs:emoji.zip:openmoji-line:openmoji",
    generator_width=24,
    discriminator_width=24,
    discriminator_depth=2,
    batch_size=8,
    steps=3_000,
    sample_every=500,
    results={
        "l1": 0.122,
        "l1_of_line_drawings": 0.151,
        "l1_of_mean_picture": 0.350,
        "command": "python scripts/judge_games.py RUN --dataset=DATASET",
    },
)
