"""Photos of faces to painted portraits, without pairs: 64×64 pixels.

`faces.zip` holds gray photos, whose channel is repeated three times, `portraits.zip`
faces of paintings in colour.
"""

from kgan.recipes.recipe import Recipe

RECIPE = Recipe(
    name="faces2paintings",
    description="photos of faces to painted portraits, a small CUT",
    game="cut",
    dataset="unpaired:faces.zip:portraits.zip",
    source_channels=3,
    image_size=64,
    mirror=True,
    generator_width=32,
    generator_blocks=4,
    discriminator_width=32,
    discriminator_depth=2,
    batch_size=1,
    steps=4_000,
    constant_epochs=4,
    decay_epochs=4,
    sample_every=500,
    precision="mixed_bfloat16",
    results={
        "kernel_cifar10": 0.0432,
        "command": "kgan evaluate --model=RUN --metrics=kernel --split=test "
        "--features=cifar10",
    },
)
