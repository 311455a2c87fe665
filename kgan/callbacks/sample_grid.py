"""Draws what a game makes, always from the same draws or examples."""

import os
from typing import Any

import numpy as np
import tensorflow as tf

from kgan.callbacks.images import grid
from kgan.callbacks.pictures import Pictures
from kgan.core import peeking
from kgan.core.arguments import positive_integer

_CHANNELS = (1, 3, 4)


class SampleGrid(Pictures):
    """Draws a grid of what the game shows, from the same draws each time.

    A `kgan.GAN` shows samples, a conditional one a class in each row: row r shows class
    `r % num_classes`. A game that transforms examples shows one in each row, before and
    after side by side.

    Args:
        directory, every, log_dir, gif: As in `Pictures`, whose `name` is "samples".
        rows: Number of rows. None: as many as suit the game.
        columns: Number of columns, where the game leaves them open.
        seed: Seed of what is drawn. Image i of a GAN's grid is image i of
            `model.generate(n, seed=seed)`.
        examples: For games that show what becomes of them: a batch of data, or a
            `tf.data.Dataset`, whose first batch is read without advancing it.

    Raises:
        ValueError: If an argument is out of range, or (when training begins) the model
            does not show gray, RGB or RGBA images.

    Example:
        ```python
        grid = kgan.callbacks.SampleGrid("samples/", every=500, log_dir="logs/")
        gan.fit(train, epochs=10, callbacks=[grid])
        ```
    """

    name = "samples"

    def __init__(
        self,
        directory: str | os.PathLike,
        every: int | str = "epoch",
        rows: int | None = None,
        columns: int = 8,
        seed: int = 0,
        log_dir: str | os.PathLike | None = None,
        gif: bool = True,
        examples: Any = None,
    ):
        super().__init__(directory, every, log_dir, gif)
        if rows is not None:
            positive_integer("rows", rows)
        self.rows = rows
        self.columns = positive_integer("columns", columns)
        self.seed = seed
        self.examples = examples
        if isinstance(examples, tf.data.Dataset):
            with peeking.uncounted():
                self.examples = next(iter(examples.take(1)))

    def check(self):
        for images in self._columns(1, 1):
            shape, dtype = images.shape[1:], images.dtype
            if len(shape) != 3 or shape[-1] not in _CHANNELS or dtype != np.uint8:
                raise ValueError(
                    "`SampleGrid` needs a model that generates images of shape "
                    "(height, width, channels) with 1, 3 or 4 channels, as uint8. "
                    f"Received one that generates {dtype} of shape {shape}"
                )

    def draw(self):
        columns = alike(self._columns(self.rows, self.columns))
        images = np.stack(columns, axis=1).reshape(-1, *columns[0].shape[1:])
        return grid(images, len(columns[0]), len(columns))

    def _columns(self, rows, columns):
        shown = self.model.shown(rows, self.seed, self.examples, columns)
        return list(shown.values())


def alike(columns):
    """Returns columns of uint8 images in one shape `(rows, height, width, channels)`.

    Small images are enlarged by repeating pixels, gray ones get more equal channels.

    Raises:
        ValueError: If a size is no multiple of another.
    """
    height, width, channels = np.max([c.shape[1:] for c in columns], axis=0)
    found = []
    for images in columns:
        if height % images.shape[1] or width % images.shape[2]:
            raise ValueError(
                "Images side by side must have sizes that are multiples of each other. "
                f"Received: {images.shape[1:3]} beside {(int(height), int(width))}"
            )
        images = images.repeat(height // images.shape[1], axis=1)
        images = images.repeat(width // images.shape[2], axis=2)
        if images.shape[-1] == 1:
            images = images.repeat(channels, axis=-1)
        found.append(images)
    return found
