"""Which of several values are numbers."""

import numpy as np


def first_not_finite(logs):
    """Returns name and value of the first log that is NaN or infinite, or None.

    Of an array it is the first such value in it.
    """
    for key, value in (logs or {}).items():
        values = np.ravel(value)
        bad = values[~np.isfinite(values)]
        if bad.size:
            return key, bad[0]
    return None
