"""Two tiny sets of images, for recipes of games that translate."""

import numpy as np
import PIL.Image

SIDE = 16


def write(folder, channels=(3, 3), count=24):
    """Writes images `0.png`, `1.png`, ... into the sub-folders a and b."""
    draw = np.random.default_rng(0)
    for part, number in zip("ab", channels, strict=True):
        for index in range(count):
            path = folder / part / f"{index}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            pixels = draw.integers(0, 255, (SIDE, SIDE, number), np.uint8)
            PIL.Image.fromarray(pixels.squeeze()).save(path)
    return folder


SMALL = {
    "generator_width": 2,
    "generator_blocks": 1,
    "discriminator_width": 2,
    "discriminator_depth": 1,
    "image_size": None,
    "batch_size": 4,
    "steps": 3,
    "sample_every": 2,
    "on_collapse": "none",
}
