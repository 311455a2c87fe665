"""Which data are pictures: images in [−1, 1] that anyone can look at."""

_MOST_CHANNELS = 4  # red, green, blue, alpha


def is_picture(shape: tuple) -> bool:
    """Returns whether an example of this shape is a picture: (height, width, channels).

    Up to four channels count; images of more bands, series, voxels and points are
    floats of any range.
    """
    return len(shape) == 3 and (shape[2] is None or shape[2] <= _MOST_CHANNELS)
