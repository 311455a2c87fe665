"""Affine maps of images without aliasing."""

import tensorflow as tf

from kgan.augment import filters


def warp(images, inverses):
    """Maps the pixels of each image, mirrored at its borders.

    It is upsampled by 2 with a wavelet's low-pass filter, read by bilinear
    interpolation at twice the pixels of the result, and downsampled by 2 with the same
    filter: under the identity the two filters cancel. `inverses`, float32
    `(batch, 3, 3)`, map `(x, y, 1)` of a pixel of the result, counted from the centre
    to the right and down, to that of the given image.

    Source: Karras et al. (2020), Training Generative Adversarial Networks with Limited
    Data, appendix B. There upsampled pixels are in the middle of a filter of even
    length; here in its centre of mass, or a flip would also shift.
    """
    _, height, width, _ = images.shape
    x = filters.sample_places(width)[None, None, :]
    y = filters.sample_places(height)[None, :, None]
    m = inverses[:, :2, :, None, None]  # (batch, 2, 3, 1, 1)
    columns = sample_at(m[:, 0, 0] * x + m[:, 0, 1] * y + m[:, 0, 2], width)
    rows = sample_at(m[:, 1, 0] * x + m[:, 1, 1] * y + m[:, 1, 2], height)
    return _downsample(bilinear(_upsample(images), rows, columns), height, width)


def sample_at(place, size):
    """Returns the upsampled samples at places of a row that is mirrored without end.

    `place` is in pixels from the centre of n = `size`; samples count from the first of
    `filters.upsampling(n)` and are below 2n + 11. The filter reads mirrored samples
    next to the row; places beyond them are reflected.
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
    """Reads images at float32 rows and columns `(batch, m, n)`, between pixels."""
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
