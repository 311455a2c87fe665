"""Which data are pictures: images in [−1, 1] that anyone can look at."""

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
