"""Network calls that all have the same shape."""

from collections.abc import Callable

import numpy as np


def in_batches(
    network: Callable, prepare: Callable, images: np.ndarray, size: int
) -> list[np.ndarray]:
    """Runs a network over images in batches of one size, the last one filled up.

    So features do not depend on the caller's batches, and the network compiles once.

    Args:
        network: Function from float32 `(size, ...)` to a sequence of tensors
            `(size, ...)`, of which a row depends on its own image alone; each becomes
            an array `(n, ...)`.
        prepare: Function from some of `images` to as many rows of the network's input.
        images: Array of shape `(n, ...)`, n ≥ 1.
        size: Images per call.
    """
    results = []
    for start in range(0, len(images), size):
        batch = prepare(images[start : start + size])
        full = np.zeros((size, *batch.shape[1:]), np.float32)
        full[: len(batch)] = batch
        results.append([np.asarray(x)[: len(batch)] for x in network(full)])
    return [np.concatenate(parts) for parts in zip(*results, strict=True)]
