"""Samples of fixed latents: the picture by which a run is watched."""

import numpy as np

from kgan.callbacks import images
from kgan.callbacks.pictures import Pictures
from kgan.core.arguments import positive_integer


class SampleGrid(Pictures):
    """Draws a grid of the model's samples, the same latents each time.

    A conditional model gets one row per class: row r shows class `r % num_classes`.

    Args:
        directory: Where the PNG files and `samples.gif` go; made when first needed.
        every: `"epoch"`, or the number of steps between pictures.
        rows: Number of rows. None: 8, or the number of classes.
        columns: Number of columns.
        seed: Image i of the grid is image i of `model.generate(n, seed=seed)`.
        log_dir: A TensorBoard directory that gets the pictures too, under `samples`.
        gif: Whether the end of training makes `samples.gif` from all pictures.

    Raises:
        ValueError: If an argument is out of range, or (when training begins) the model
            does not generate gray, RGB or RGBA images.

    Example:
        ```python
        gan.fit(train, epochs=10, callbacks=[
            kgan.callbacks.SampleGrid("samples/", every=500, log_dir="logs/"),
        ])
        ```
    """

    name = "samples"

    def __init__(
        self,
        directory,
        every="epoch",
        rows=None,
        columns=8,
        seed=0,
        log_dir=None,
        gif=True,
    ):
        super().__init__(directory, every, log_dir, gif)
        if rows is not None:
            positive_integer("rows", rows)
        self.rows = rows
        self.columns = positive_integer("columns", columns)
        self.seed = seed

    def check(self):
        """Refuses a model that does not generate images."""
        shape = tuple(self.model.data_shape)
        if len(shape) != 3 or shape[-1] not in (1, 3, 4):
            raise ValueError(
                "`SampleGrid` needs a model that generates images of shape (height, "
                "width, channels) with 1, 3 or 4 channels. "
                f"Received one that generates shape {shape}"
            )

    def draw(self):
        """Generates the samples and lays them out; uint8, enlarged."""
        classes = self.model.num_classes
        rows = self.rows or classes or 8
        labels = None
        if classes is not None:
            labels = np.arange(rows).repeat(self.columns) % classes
        samples = self.model.generate(
            rows * self.columns, seed=self.seed, labels=labels
        )
        return images.grid(samples, rows, self.columns)
