"""Cell nuclei under a microscope, drawn from their masks: pairs of 64×64 pixels.

`nuclei.zip` holds the folders fluorescence/mask and fluorescence/image. Names begin
with the number of the photo of which an image is a part: whole photos are held out.
"""

from kgan.recipes.recipe import Recipe

RECIPE = Recipe(
    name="nuclei",
    description="masks of nuclei to fluorescence, pairs to train a segmenter with",
    game="pix2pix",
    dataset="pairs:nuclei.zip:fluorescence/mask:fluorescence/image",
    source_labels="2",
    held_out_by=r"match:^\d+",
    image_size=64,
    mirror=True,
    generator_width=20,
    discriminator_width=24,
    discriminator_depth=2,
    ema_momentum=0.99,
    batch_size=8,
    steps=3_000,
    constant_epochs=3,
    decay_epochs=3,
    sample_every=500,
    precision="mixed_bfloat16",
    results={
        "segmentation_iou": 0.881,
        "segmentation_iou_of_real": 0.892,
        "l1": 0.082,
        "command": "kgan evaluate --model=RUN --metrics=segmentation,l1",
    },
)
