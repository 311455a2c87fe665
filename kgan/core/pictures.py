"""Which data are pictures, images in [−1, 1], and how others can be looked at."""

import keras
import numpy as np

_MOST_CHANNELS = 4  # red, green, blue, alpha


def is_picture(shape: tuple) -> bool:
    """Returns whether an example of this shape is a picture: (height, width, channels).

    Up to four channels count; images of more bands, series, voxels and points are
    floats of any range.
    """
    return len(shape) == 3 and (shape[2] is None or shape[2] <= _MOST_CHANNELS)


def check_channels_last() -> None:
    """Checks that Keras' layers expect channels last, as all images here have them.

    Raises:
        ValueError: If `image_data_format` is another, which TensorFlow cannot compute
            on a CPU.
    """
    if keras.config.image_data_format() != "channels_last":
        raise ValueError(
            'image_data_format must be "channels_last" in ~/.keras/keras.json, or by '
            'keras.config.set_image_data_format("channels_last"). '
            f'Received: "{keras.config.image_data_format()}"'
        )


def as_bytes(examples: np.ndarray) -> np.ndarray:
    """Returns floats in [−1, 1] as uint8: round(127.5 (x + 1)), clipped."""
    return np.clip(np.round((examples + 1.0) * 127.5), 0, 255).astype(np.uint8)


def is_label_map(data: np.ndarray) -> bool:
    """Returns whether data `(n, height, width, classes)` are label maps, one-hot.

    In each pixel one channel is 1 and the others are 0, or −1 as a generator has them.
    """
    if data.ndim != 4 or data.shape[-1] < 2:
        return False
    chosen, others = data == 1, (data == 0) | (data == -1)
    return bool(((chosen.sum(axis=-1) == 1) & (chosen | others).all(axis=-1)).all())


def palette(count: int) -> np.ndarray:
    """Returns a colour of each of `count` classes, uint8 `(count, 3)`."""
    bits = np.arange(count)[:, None] >> np.arange(24)
    # Bits of the class from the colour's highest on, by turns: near classes differ.
    parts = (bits & 1) * (128 >> np.arange(24) // 3)
    colours = [parts[:, channel::3].sum(axis=1) for channel in range(3)]
    return np.stack(colours, axis=1).astype(np.uint8)


def by_class(scores: np.ndarray) -> np.ndarray:
    """Returns pictures by the colour of each pixel's class, that of the largest value.

    Args:
        scores: Floats `(n, height, width, classes)`, a label map or what is to be one.

    Returns:
        uint8 `(n, height, width, 3)`.
    """
    return palette(scores.shape[-1])[scores.argmax(axis=-1)]
