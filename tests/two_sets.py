"""Two tiny sets of images, and a translator, for games that translate."""

import keras
import numpy as np
import PIL.Image
from keras import layers

SIDE = 16


def convolution(channels, found):
    """A translator of images of any size, into as many channels as `found`."""
    x = source = keras.Input((None, None, channels))
    x = layers.Conv2D(found, 3, padding="same")(x)
    return keras.Model(source, layers.Activation("tanh")(x))


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
