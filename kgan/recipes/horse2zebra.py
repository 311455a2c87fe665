"""Horses to zebras and back at 256×256: CycleGAN as it is published.

In the folder `horse2zebra` stand trainA, trainB, testA and testB, as CycleGAN's authors
pack photos of ImageNet. They are not among kgan's data: ImageNet's terms of access and
those of the photos' owners apply.
"""

from kgan.recipes.recipe import Recipe

RECIPE = Recipe(
    name="horse2zebra",
    description="horses to zebras and back at 256×256, published CycleGAN",
    game="cyclegan",
    dataset="unpaired:horse2zebra",
    load_size=286,
    image_size=256,
    mirror=True,
    batch_size=1,
    steps=266_800,  # 200 epochs of the 1,334 zebras
    sample_every=5_000,
)
