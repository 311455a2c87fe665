"""A folder of a few hundred photos: what keeps D from learning them by heart.

With few images D soon knows each of them, and then tells G nothing about all others. An
augmentation that real and generated images share leaves it nothing to know by heart.
`adapt` chooses what else fits the number of images.
"""

import json
import statistics

from kgan.recipes.recipe import Recipe

# Up to so many images every one is augmented from the first step on; beyond, D needs
# tens of thousands of images to overfit, and the augmentation follows it.
FEW = 1_000
_LONGER_SIDE = 64
_IMAGES = {False: 128_000, True: 640_000}  # shown to D, on a CPU and on a GPU
# What they take on one core, as measured: in any case, and in whole batches.
_MINUTES = (1.5, 18.5)
# The average forgets in a twentieth of the run: Karras et al. (2020), appendix C.
_HALF_LIFE = 0.05

RECIPE = Recipe(
    name="few_shot",
    description="a folder of a few hundred photos: augmentation by their number",
    dataset="photos",
    image_size=_LONGER_SIDE,
    model="dcgan",
    model_options={"width": 32},
    latent_dim=64,
    penalties=({"name": "r1", "weight": 1.0, "interval": 4},),
    augmentation={"name": "diff_augment"},
    generator_learning_rate=5e-4,
    discriminator_learning_rate=5e-4,
    beta_1=0.0,
    beta_2=0.99,
    batch_size=32,
    steps=4_000,
    sample_every=250,
)


def adapt(
    dataset: str, sizes: dict, on_gpu: bool, channels: int = 3, given=()
) -> tuple:
    """Chooses size, augmentation, average and length for a folder of images.

    `sizes` counts the images of each (height, width). Returns `(recipe, reasons)`: a
    `Recipe`, and lines with what was chosen and why, but for fields that are `given`.
    """
    count = sum(sizes.values())
    batch_size = min(RECIPE.batch_size, count)
    # As many steps for fewer images than a batch: each takes less time, and shows D
    # each of them once.
    steps = _IMAGES[on_gpu] // RECIPE.batch_size
    shown = steps * batch_size
    size = _size(sizes)
    augmentation, reason = _augmentation(count, shown, channels)
    momentum = min(round(0.5 ** (batch_size / (_HALF_LIFE * shown)), 4), 0.9999)
    recipe = RECIPE.override(
        dataset=dataset,
        image_size=size,
        model_options={"width": 64 if on_gpu else 32},
        augmentation=augmentation,
        ema_momentum=momentum,
        batch_size=batch_size,
        steps=steps,
        sample_every=max(1, steps // 16),
        # Samples of one image are to be equal, as those of a collapse are.
        on_collapse=RECIPE.on_collapse if count > 1 else "none",
    )
    length = ("steps", "batch_size")
    chosen = {
        ("image_size",): f"Chose --image_size={_text(size)}: the median shape of the "
        f"images, {_LONGER_SIDE} pixels at most, with sides that can be halved three "
        "times.",
        ("augmentation", *(length if count > FEW else ())): "Chose --augmentation="
        f"'{_text(recipe.augmentation)}': {reason}",
        (
            "ema_momentum",
            "ema_kimg",
            *length,
        ): f"Chose --ema_momentum={momentum}: the average "
        "forgets half in a twentieth of the run.",
        length: f"Chose --steps={steps}: {shown:,} images shown in batches of "
        f"{batch_size}, {shown / count:.0f} passes through the images"
        f"{_duration(batch_size, on_gpu)}.",
    }
    return recipe, [
        f"{dataset}: {count:,} {'image' if count == 1 else 'images'}.",
        *unless_given(given, chosen),
        *_warning(count),
    ]


def unless_given(given, chosen: dict) -> list:
    """Returns lines about what was chosen, without those of fields that were given.

    Args:
        given: Names of the fields that the user gave.
        chosen: Lines, each by the names of all fields that it is about.
    """
    return [line for fields, line in chosen.items() if not {*fields} & {*given}]


def _warning(count):
    """Returns a line on what becomes of fewer images than a batch, in a list."""
    if count >= RECIPE.batch_size:
        return []
    what = "one image can only reproduce it" if count == 1 else "so few reproduces them"
    return [f"A GAN of {what}: for new images like them it needs some hundreds."]


def _duration(batch_size, on_gpu):
    if on_gpu:
        return ""
    fixed, of_a_batch = _MINUTES
    minutes = fixed + of_a_batch * batch_size / RECIPE.batch_size
    return f": about {minutes:.0f} minutes on a core of a CPU"


def _augmentation(count, shown, channels):
    if count <= FEW:
        return (
            {"name": "diff_augment"},
            f"up to {FEW:,} images D knows by heart within a few passes; DiffAugment "
            "changes each from the first step on.",
        )
    speed = shown // 4
    # Transparency has no hue.
    policy = {} if channels in (1, 3) else {"policy": ["blit", "geometric"]}
    return (
        {"name": "adaptive_augment", "speed": speed, **policy},
        f"more than {FEW:,} images; ADA augments as soon as, and as much as, D "
        f"overfits, from none to all within {speed:,} images.",
    )


def _size(sizes):
    """Returns the images' median shape, the longer side being at most 64."""
    images = [size for size, number in sizes.items() for _ in range(number)]
    ratio = statistics.median(width / height for height, width in images)
    longest = min(_LONGER_SIDE, statistics.median(map(max, images)))
    height = longest if ratio <= 1 else longest / ratio
    width = longest if ratio >= 1 else longest * ratio
    # Sides that the stages of the network halve without a rest.
    height, width = (max(8, 8 * round(side / 8)) for side in (height, width))
    return height if height == width else (height, width)


def _text(value):
    return json.dumps(value, separators=(",", ":"))
