"""Draws images anew under an affine map of the plane, without aliasing."""

import tensorflow as tf

from kgan.augment import filters


def warp(images, inverses):
    """Moves the pixels of each image.

    The image is mirrored at its borders, upsampled by 2 with a wavelet's low-pass
    filter, read by bilinear interpolation at twice the pixels of the result, and
    downsampled by 2 with the same filter. Under the identity the two filters undo each
    other.

    Args:
        images: float32 of shape `(batch, height, width, channels)`.
        inverses: float32 of shape `(batch, 3, 3)`: maps `(x, y, 1)` of a pixel of the
            result, counted from the image's centre to the right and down, to that of
            the given image.

    Returns:
        float32 of the same shape.

    Source: Karras et al. (2020), Training Generative Adversarial Networks with Limited
    Data, appendix B. There upsampled pixels stand in the middle of a filter of even
    length; here they stand in its centre of mass, or a flip would also shift.
    """
    _, height, width, _ = images.shape
    x = filters.sample_places(width)[None, None, :]
    y = filters.sample_places(height)[None, :, None]
    m = inverses[:, :2, :, None, None]  # (batch, 2, 3, 1, 1)
    columns = sample_at(m[:, 0, 0] * x + m[:, 0, 1] * y + m[:, 0, 2], width)
    rows = sample_at(m[:, 1, 0] * x + m[:, 1, 1] * y + m[:, 1, 2], height)
    return _downsample(bilinear(_upsample(images), rows, columns), height, width)


def sample_at(place, size):
    """Numbers the upsampled sample at a place of a row that is mirrored without end.

    Next to the row the mirrored samples are there, for the filter to read; a place
    beyond them is reflected to one within the row.

    Args:
        place: float32 in pixels from the centre, any shape.
        size: Number of pixels n.

    Returns:
        float32 of the same shape, from the first sample of `filters.upsampling(size)`
        on; below 2n + 11.
    """
    last = size - 1
    place = place + last / 2
    folded = last - tf.abs(last - tf.math.floormod(place, max(2 * last, 1)))
    first = filters.FIRST_TAP - 1
    # Half a sample off the outermost one that is read under the identity and under
    # shifts by whole pixels: none of these is then near the limit.
    sample = 2 * place + (filters.CENTRE - first)
    near = (sample > 0.5) & (sample < 2 * size + filters.LAST_TAP - 1.5 - first)
    return tf.where(near, sample, 2 * folded + (filters.CENTRE - first))


def _upsample(images):
    _, height, width, channels = images.shape
    # The width first, as long as little has to be transposed for it.
    wide = tf.einsum("qw,bhwc->bhqc", filters.upsampling(width), images)
    flat = tf.reshape(wide, (-1, height, wide.shape[2] * channels))
    tall = tf.matmul(filters.upsampling(height), flat)
    return tf.reshape(tall, (-1, tall.shape[1], wide.shape[2], channels))


def _downsample(samples, height, width):
    _, tall, wide, channels = samples.shape
    flat = tf.reshape(samples, (-1, tall, wide * channels))
    low = tf.matmul(filters.downsampling(height), flat)
    low = tf.reshape(low, (-1, height, wide, channels))
    return tf.einsum("wq,bhqc->bhwc", filters.downsampling(width), low)


def bilinear(images, rows, columns):
    """Reads images between their pixels.

    Args:
        images: float32 of shape `(batch, height, width, channels)`.
        rows: float32 of shape `(batch, m, n)` in [0, height − 1).
        columns: float32 of shape `(batch, m, n)` in [0, width − 1).

    Returns:
        float32 of shape `(batch, m, n, channels)`.
    """
    _, height, width, channels = images.shape
    # One list of all pixels of all images: the gradient of a gather by batches is
    # several times slower.
    pixels = tf.reshape(images, (-1, channels))
    first = tf.range(tf.shape(images)[0]) * (height * width)
    top, left = tf.floor(rows), tf.floor(columns)
    down, across = (rows - top)[..., None], (columns - left)[..., None]
    corner = tf.cast(top, tf.int32) * width + tf.cast(left, tf.int32)
    corner += first[:, None, None]

    def read(row, column):
        return tf.gather(pixels, corner + (row * width + column))

    upper = read(0, 0) * (1 - across) + read(0, 1) * across
    lower = read(1, 0) * (1 - across) + read(1, 1) * across
    return upper * (1 - down) + lower * down
