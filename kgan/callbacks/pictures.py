"""Base class of callbacks that draw pictures: when, where, and a GIF at the end."""

import os
import pathlib

import numpy as np
import tensorflow as tf

from kgan.callbacks import files
from kgan.callbacks.checkpoints import step_of
from kgan.callbacks.every import Paced
from kgan.callbacks.logging import Events
from kgan.core.atomic_files import attempt


class Pictures(Paced):
    """Base class of callbacks that draw one picture again and again.

    A picture is taken before training starts, when it is due, and when training ends.
    Its file is named after `model.step`; a resumed run replaces the pictures of steps
    that are trained again, and goes on. At the end a film is made of all of them. A
    full disk costs pictures, not the run. A subclass sets `name` and writes `draw`.

    Args:
        directory: Where the files go; made with the first picture. Each callback needs
            its own.
        every: `"epoch"`, or a positive integer: the number of steps between pictures.
        log_dir: A TensorBoard directory; pictures also go to its sub-directory `name`.
        gif: Whether the end of training makes `{name}.gif`.

    Raises:
        ValueError: If `every` is neither `"epoch"` nor a positive integer.

    Example:
        ```python
        class First(kgan.callbacks.Pictures):
            name = "first"

            def draw(self):
                return self.model.generate(1)[0]
        ```
    """

    name = "pictures"

    def __init__(
        self,
        directory: str | os.PathLike,
        every: int | str = "epoch",
        log_dir: str | os.PathLike | None = None,
        gif: bool = True,
    ):
        super().__init__(every)
        self.directory = pathlib.Path(directory)
        self.log_dir = log_dir
        self.gif = gif
        if log_dir is not None:
            self._events = Events(pathlib.Path(log_dir) / self.name)

    def check(self) -> None:
        """Raises `ValueError` if `self.model` cannot be drawn."""

    def draw(self) -> np.ndarray:
        """Returns a uint8 picture of `self.model`, `(height, width, channels)`."""
        raise NotImplementedError

    def on_train_begin(self, logs=None):
        super().on_train_begin()
        self.check()

    def begin(self):
        # What stands there from later steps is another run's, or will be replaced.
        known = map(step_of, self.directory.glob("step-*.png"))
        self._steps = {step for step in known if 0 <= step <= self.model.step}
        self._last_step = max(self._steps, default=None)
        if self._last_step in (None, self.model.step):
            self._take()

    def on_train_batch_begin(self, batch, logs=None):
        if self.pace.before_batch(batch):
            self._take()

    def on_epoch_end(self, epoch, logs=None):
        if self.pace.at_epoch_end(self.model.step):
            self._take()

    def on_train_end(self, logs=None):
        self._begin_once()
        if self.model.step != self._last_step:
            self._take()
        film = self._film()
        if self.gif and film:
            attempt(self.directory / f"{self.name}.gif", files.gif(film))
        if self.log_dir is not None:
            self._events.close()

    def _take(self):
        step = self.model.step
        picture = self.draw()
        if attempt(self._path(step), files.png(picture)):
            self._steps.add(step)
        self._last_step = step
        if self.log_dir is not None:
            self._events.write(step, lambda: tf.summary.image(self.name, picture[None]))

    def _path(self, step):
        return self.directory / f"step-{step:08d}.png"

    def _film(self):
        """Lists this run's pictures that are as large as the last one, in order."""
        from PIL import Image

        paths = [self._path(step) for step in sorted(self._steps)]
        sizes = {}
        for path in filter(pathlib.Path.exists, paths):
            with Image.open(path) as image:
                sizes[path] = image.size
        *_, last = (None, *sizes.values())
        return [path for path, size in sizes.items() if size == last]
