"""What a convolution computes, by SciPy."""

import numpy as np
import scipy.signal


def correlated(x, kernel):
    """One image `(h, w, i)` with a kernel `(k, k, i, o)` that is not turned."""
    return np.stack(
        [
            sum(
                scipy.signal.correlate2d(x[..., i], kernel[..., i, o], "valid")
                for i in range(x.shape[-1])
            )
            for o in range(kernel.shape[-1])
        ],
        axis=-1,
    )
