"""Matrices that double and halve the pixels of a row by a wavelet.

With h the low-pass filter of an orthogonal wavelet, `u[j] = √2 Σᵢ h[j − 2i] x[i]` has
twice as many samples as x, and `x[i] = √½ Σⱼ h[j − 2i] u[j]` recovers x exactly, since
`Σⱼ h[j] h[j − 2k] = δₖ`. Sample j of u is at `(j − μ)/2` of x, where μ is the filter's
centre of mass Σ k h[k] / Σ h[k]: straight lines remain straight.
"""

import numpy as np

# Daubechies (1992), Ten Lectures on Wavelets, table 6.3: the least asymmetric
# orthogonal wavelet with 6 vanishing moments, also known as symlet 6.
_LOW_PASS = np.array(
    [
        *(0.015404109327027373, 0.0034907120842174702, -0.11799011114819057),
        *(-0.048311742585633, 0.4910559419267466, 0.787641141030194),
        *(0.3379294217276218, -0.07263752278646252, -0.021060292512300564),
        *(0.04472490177066578, 0.0017677118642428036, -0.007800708325034148),
    ]
)
FIRST_TAP = -5
LAST_TAP = FIRST_TAP + len(_LOW_PASS) - 1
_TAPS = range(FIRST_TAP, LAST_TAP + 1)
CENTRE = float(np.dot(_TAPS, _LOW_PASS) / np.sum(_LOW_PASS))


def mirrored(place, size):
    """Returns the pixel at a place of an endlessly mirrored row: `c b a b c`."""
    period = max(2 * size - 2, 1)
    return min(place % period, -place % period)


def upsampling(size):
    """Returns the matrix that doubles the n samples of a mirrored row: `(2n + 12, n)`.

    Its rows are the samples `FIRST_TAP − 1` to `2n − 1 + LAST_TAP` of u: all that
    `downsampling` reads, and one more at either end.
    """
    matrix = np.zeros((2 * size + len(_LOW_PASS), size))
    for row, sample in enumerate(range(FIRST_TAP - 1, 2 * size + LAST_TAP)):
        for pixel in range((sample - LAST_TAP) // 2, (sample - FIRST_TAP) // 2 + 1):
            tap = sample - 2 * pixel
            if tap in _TAPS:
                weight = np.sqrt(2) * _LOW_PASS[tap - FIRST_TAP]
                matrix[row, mirrored(pixel, size)] += weight
    return matrix.astype("float32")


def downsampling(size):
    """Returns the matrix to n samples, float32 `(n, 2n + 10)`, from `FIRST_TAP` on."""
    matrix = np.zeros((size, 2 * size + len(_LOW_PASS) - 2))
    for i in range(size):
        matrix[i, 2 * i : 2 * i + len(_LOW_PASS)] = np.sqrt(0.5) * _LOW_PASS
    return matrix.astype("float32")


def sample_places(size):
    """Returns what `downsampling(n)` reads, in pixels from the centre: `(2n + 10,)`."""
    samples = np.arange(2 * size + len(_LOW_PASS) - 2) + FIRST_TAP
    return ((samples - CENTRE) / 2 - (size - 1) / 2).astype("float32")
