"""Façades from their label maps at 256×256: pix2pix as it is published.

In the folder `facades` stand train and val with images of two halves side by side,
photo to the left and labels to the right, as pix2pix's authors pack the CMP Facade
Database. They are not among kgan's data: the terms of its makers apply.
"""

from kgan.recipes.recipe import Recipe

RECIPE = Recipe(
    name="facades",
    description="labels of façades to photos at 256×256, published pix2pix",
    game="pix2pix",
    dataset="pairs:facades",
    direction="BtoA",
    load_size=286,
    image_size=256,
    mirror=True,
    normalization="batch",
    dropout_at_test=True,
    batch_size=1,
    steps=80_000,  # 200 epochs of 400
    constant_epochs=100,
    decay_epochs=100,
    sample_every=2_000,
)
