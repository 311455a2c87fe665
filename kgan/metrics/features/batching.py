"""One network call after another, all of the same shape."""

from collections.abc import Callable

import numpy as np


def in_batches(
    network: Callable, prepare: Callable, images: np.ndarray, size: int
) -> list[np.ndarray]:
    """Runs a network over images in batches of one size, the last one filled up.

    So features do not depend on how many images a caller hands over at a time, and
    the network is compiled once.

    Args:
        network: Function from float32 `(size, ...)` to a sequence of tensors
            `(size, ...)`, where a row depends on its own image alone.
        prepare: Function from some of `images` to as many rows of the network's input.
        images: Array of shape `(n, ...)`, n of at least 1.
        size: Images in a call of the network.

    Returns:
        An array `(n, ...)` for each tensor.
    """
    results = []
    for start in range(0, len(images), size):
        batch = prepare(images[start : start + size])
        full = np.zeros((size, *batch.shape[1:]), np.float32)
        full[: len(batch)] = batch
        results.append([np.asarray(x)[: len(batch)] for x in network(full)])
    return [np.concatenate(parts) for parts in zip(*results, strict=True)]
