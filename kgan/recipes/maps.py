"""Maps from aerial photos at 256×256: pix2pix as it is published.

In the folder `maps` stand train and val with images of two halves side by side, photo
to the left and map to the right, as pix2pix's authors pack what they took from Google
Maps. They are not among kgan's data: Google's terms apply.
"""

from kgan.recipes import facades

RECIPE = facades.RECIPE.override(
    name="maps",
    description="aerial photos to maps at 256×256, published pix2pix",
    dataset="pairs:maps",
    direction="AtoB",
    steps=219_200,  # 200 epochs of 1,096
    sample_every=5_000,
)
