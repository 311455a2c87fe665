"""Maps from aerial photos at 256×256: pix2pix as it is published.

In the folder `maps` stand train and val with images of two halves side by side, photo
to the left and map to the right, as pix2pix's authors pack what they took from Google
Maps. They are not among kgan's data: Google's terms apply.
"""

from kgan.recipes.recipe import Recipe

RECIPE = Recipe(
    name="maps",
    description="aerial photos to maps at 256×256, published pix2pix",
    game="pix2pix",
    dataset="pairs:maps",
    load_size=286,
    image_size=256,
    mirror=True,
    normalization="batch",
    dropout_at_test=True,
    batch_size=1,
    steps=219_200,  # 200 epochs of 1,096
    constant_epochs=100,
    decay_epochs=100,
    sample_every=5_000,
)
