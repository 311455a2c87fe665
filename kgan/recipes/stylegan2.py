"""StyleGAN2-ADA for a folder of images: the configuration `auto` for their size."""

import statistics

import tensorflow as tf

from kgan.models import style_stages
from kgan.recipes import stylegan2_config
from kgan.recipes.few_shot import unless_given

_LARGEST = {False: 64, True: style_stages.LARGEST}  # on a CPU, and on a GPU
RECIPE = stylegan2_config.auto(64).recipe(
    "stylegan2",
    64,
    description="a folder of images: StyleGAN2-ADA, auto by their size",
    dataset="photos",
)


def adapt(
    dataset: str, sizes: dict, on_gpu: bool, channels: int = 3, given=()
) -> tuple:
    """Chooses size and configuration for a folder of images.

    The arguments are those of `few_shot.adapt`; `given` are values by field.
    """
    count = sum(sizes.values())
    given = dict(given)
    size = given.get("image_size") or _size(sizes, on_gpu)
    longer = size if isinstance(size, int) else max(size)
    gpus = max(1, len(tf.config.list_physical_devices("GPU")))
    published = stylegan2_config.auto(longer, gpus)
    batch = given.get("batch_size") or _batch(published, count)
    config = stylegan2_config.auto(longer, gpus, batch)
    # Transparency has no hue.
    policy = {} if channels in (1, 3) else {"policy": ["blit", "geometric"]}
    recipe = config.recipe(
        RECIPE.name,
        size,
        description=RECIPE.description,
        dataset=dataset,
        augmentation={"name": "adaptive_augment", **policy},
        precision="mixed_float16" if on_gpu else "float32",
        sample_every=max(1, config.steps // 100),
    )
    text = "x".join(map(str, size)) if isinstance(size, tuple) else str(size)
    chosen = {
        ("image_size",): f"Chose --image_size={text}: the largest of StyleGAN2's sizes "
        f"up to the median image{'' if on_gpu else ', on a CPU 64 pixels at most'}.",
        (
            "batch_size",
        ): f"Chose --batch_size={batch}: the published configuration auto "
        f"for {gpus} {'device' if gpus == 1 else 'devices'} and this size.",
        ("penalties", "ema_kimg"): f"Chose a weight of {config.gamma:g} for R1 and "
        f"--ema_kimg={config.ema_kimg:g}: as auto has them for this batch.",
        ("steps",): f"Chose --steps={recipe.steps}: {config.kimg:,} thousand images, "
        "as published; samples are good long before.",
    }
    return recipe, [f"{dataset}: {count:,} images.", *unless_given(given, chosen)]


def _batch(published, count):
    """Returns the published batch, or of fewer images as many whole groups."""
    group = min(published.minibatch_group, count)
    return min(published.batch_size, count // group * group)


def _size(sizes, on_gpu):
    """Returns the largest size of the family up to the images' median."""
    images = [size for size, number in sizes.items() for _ in range(number)]
    height, width = (
        round(statistics.median(side)) for side in zip(*images, strict=True)
    )
    (height, width), _ = style_stages.nearest(height, width)
    while max(height, width) > _LARGEST[on_gpu]:
        height, width = height // 2, width // 2
    return height if height == width else (height, width)
