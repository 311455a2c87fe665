"""The 2014 paper's figure of four panels, drawn from a game in training."""

import os
import pathlib
from typing import Any

import numpy as np

from kgan.callbacks import files
from kgan.callbacks.every import Paced
from kgan.callbacks.theory import figures
from kgan.callbacks.theory.best_response import BestResponse
from kgan.callbacks.theory.density_plot import check_model, view_of
from kgan.core.arguments import integer, positive_integer
from kgan.core.atomic_files import attempt


class FourPanels(Paced):
    """Draws a round of the game as one picture of four panels.

    (a) The players at step `start`. (b) D trained alone until it is near
    D* = p_data / (p_data + p_g), for the same G. (c) G after an update against this
    D: its samples have moved to where D is high. (d) The players when training ends.
    Panels (b) and (c) are computed by a copy of the model and do not affect its
    training. Panels (a) to (c) are kept beside the picture, in a file with the suffix
    `.npz`, for resumed runs. A run that is shorter than `start` draws no picture.

    Args:
        path: The PNG file.
        source: The true distribution, such as `kgan.data.source("gaussian")`.
        dataset: The `tf.data.Dataset` that the model is fitted on; the copy reads it
            from its start, as often as needed.
        start: Step of panel (a). At 0, p_g is usually a peak far from p_data; some
            steps later they overlap, as in the paper's figure.
        discriminator_rounds: Number of rounds in which D alone is trained for (b).
        generator_rounds: Number of rounds in which G alone is trained for (c).
        averaged: Whether (d), alone, shows the averaged generator.
        seed: Seed of the latents and of the data that are drawn.

    Raises:
        ValueError: If a number of rounds is not a positive integer, `start` is negative
            or no integer, or as in `DensityPlot`.

    Example:
        ```python
        panels = kgan.callbacks.FourPanels("panels.png", source, train)
        gan.fit(train, epochs=10, callbacks=[panels])
        ```

    Source: Goodfellow et al. (2014), Generative Adversarial Nets, figure 1.
    """

    def __init__(
        self,
        path: str | os.PathLike,
        source: Any,
        dataset: Any,
        start: int | None = 0,
        discriminator_rounds: int = 1000,
        generator_rounds: int = 1,
        averaged: bool = False,
        seed: int = 0,
    ):
        super().__init__("epoch")
        self.path = pathlib.Path(path)
        self._store = self.path.with_suffix(".npz")
        self.source = source
        self.dataset = dataset
        self.start = integer("`start`", start, 0)
        self.discriminator_rounds = positive_integer(
            "discriminator_rounds", discriminator_rounds
        )
        self.generator_rounds = positive_integer("generator_rounds", generator_rounds)
        self._view = view_of(source, averaged=False, seed=seed)
        self._final = view_of(source, averaged, seed)
        self._panels = None

    def on_train_begin(self, logs=None):
        super().on_train_begin()
        check_model("FourPanels", self.model, self.source)
        self._panels = None

    def begin(self):
        if self._panels is None and self.model.step >= self.start:
            self._panels = self._kept() or self._play()

    def on_train_batch_begin(self, batch, logs=None):
        if self._panels is None and self.pace.step_before(batch) >= self.start:
            self.begin()

    def on_epoch_end(self, epoch, logs=None):
        self.begin()

    def on_train_end(self, logs=None):
        if self._panels is None:
            return
        panels = [*self._panels, self._final.measure(self.model)]
        picture = draw_panels(self._final, panels, _titles(panels))
        attempt(self.path, files.png(picture))

    def _play(self):
        """Computes (b) and (c) with a copy of the model; measures (a) to (c)."""
        response = BestResponse(self.model, self.dataset)
        panels = [
            self._view.measure(self.model),
            self._view.measure(response.train_discriminator(self.discriminator_rounds)),
            self._view.measure(response.train_generator(self.generator_rounds)),
        ]
        values = {
            f"{panel}_{key}": value
            for panel, measured in zip("abc", panels, strict=True)
            for key, value in measured.items()
        }
        attempt(self._store, lambda path: np.savez(path, **values))
        return panels

    def _kept(self):
        """Reads (a) to (c) of the run that this one continues, if it does."""
        if self.model.step <= self.start or not self._store.exists():
            return None
        panels = {panel: {} for panel in "abc"}
        with np.load(self._store) as values:
            for name, value in values.items():
                panels[name[0]][name[2:]] = value
        return list(panels.values())


def _titles(panels):
    first, last = int(panels[0]["step"]), int(panels[-1]["step"])
    near = ": near D*" if panels[1]["probabilistic"] else ""
    return (
        f"(a) at step {first:,}" if first else "(a) at the start",
        f"(b) D trained alone{near}",
        "(c) G updated against this D",
        f"(d) at the end: step {last:,}",
    )


def draw_panels(view, panels, titles):
    """Draws four results of `view.measure` below their titles as one uint8 picture."""

    def draw(figure):
        parts = figure.subfigures(2, 2).ravel()
        drawn = [view.draw(*each) for each in zip(parts, panels, titles, strict=True)]
        return drawn[-1]

    size = [1.6 * side for side in view.size]
    return figures.render(size, lambda whole: figures.with_legend(whole, draw))
