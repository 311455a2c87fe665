"""The 2014 paper's four panels, drawn from a game that is really played."""

import pathlib

import keras
import numpy as np

from kgan.callbacks import files
from kgan.callbacks.every import Pace
from kgan.callbacks.theory import figures
from kgan.callbacks.theory.best_response import Rehearsal
from kgan.callbacks.theory.density_plot import check_model, view_of
from kgan.core.arguments import positive_integer
from kgan.core.atomic_files import write_atomically


class FourPanels(keras.callbacks.Callback):
    """Draws how a round of the game works, as one picture of four panels.

    (a) The players at step `start`. (b) D trained alone until it is near
    D* = p_data / (p_data + p_g), for G as it is. (c) G after an update against this
    D: its samples have moved to where D says "real". (d) The players when training
    ends. Panels (b) and (c) are played by a copy of the model, so that the training
    that is watched goes on as if it were not.

    Panels (a) to (c) are kept beside the picture, in a file with the suffix `.npz`:
    a run that is resumed still shows its start. A run that is shorter than `start`
    makes no picture.

    Args:
        path: The PNG file.
        source: What is learned, such as `kgan.data.source("gaussian")`.
        dataset: The `tf.data.Dataset` that the model is fitted on; the copy reads it
            from its start, as often as needed.
        start: Step of panel (a). At 0, p_g is usually a peak far from p_data; some
            steps later they overlap, as in the paper's figure.
        discriminator_rounds: Number of rounds in which D alone is trained for (b).
        generator_rounds: Number of rounds in which G alone is trained for (c).
        averaged: Whether (d) shows the averaged generator. The others show the one
            that plays, to which D answers.
        seed: Seed of the latents and of the data that are drawn.

    Raises:
        ValueError: If `source` has no density or more than two dimensions, if a number
            of rounds is not a positive integer, or (when training begins) if the model
            generates points of another size or by class.

    Example:
        ```python
        source = kgan.data.source("gaussian")
        train = kgan.data.load("gaussian", batch_size=256)
        panels = kgan.callbacks.FourPanels("panels.png", source, train)
        gan.fit(train, epochs=10, callbacks=[panels])
        ```

    Source:
        Goodfellow et al., "Generative Adversarial Nets" (2014), figure 1.
    """

    def __init__(
        self,
        path,
        source,
        dataset,
        start=0,
        discriminator_rounds=1000,
        generator_rounds=1,
        averaged=False,
        seed=0,
    ):
        super().__init__()
        self.path = pathlib.Path(path)
        self.source = source
        self.dataset = dataset
        if start != 0:
            positive_integer("start", start)
        self.start = start
        self.discriminator_rounds = positive_integer(
            "discriminator_rounds", discriminator_rounds
        )
        self.generator_rounds = positive_integer("generator_rounds", generator_rounds)
        self._view = view_of(source, averaged=False, seed=seed)
        self._final = view_of(source, averaged, seed)
        self._pace = Pace("epoch")
        self._panels = None

    def on_train_begin(self, logs=None):
        """Refuses a model that cannot be drawn."""
        check_model("FourPanels", self.model, self.source)
        self._panels = None

    def on_epoch_begin(self, epoch, logs=None):
        """Plays (a) to (c) if training starts at their step."""
        # Not in `on_train_begin`: a callback that comes later in the list may still
        # restore the model there.
        self._pace.begin_epoch(self.model.step)
        self._begin()

    def on_train_batch_begin(self, batch, logs=None):
        """Plays (a) to (c) once their step is reached."""
        if self._panels is None and self._pace.step_before(batch) >= self.start:
            self._begin()

    def on_epoch_end(self, epoch, logs=None):
        """Plays (a) to (c) if their step is the epoch's last."""
        self._begin()

    def on_train_end(self, logs=None):
        """Measures (d) and writes the picture."""
        if self._panels is None:
            return
        panels = [*self._panels, self._final.measure(self.model)]
        files.write_png(self.path, draw_panels(self._final, panels, _titles(panels)))

    def _begin(self):
        if self._panels is None and self.model.step >= self.start:
            self._panels = self._kept() or self._play()

    def _play(self):
        """Plays (b) and (c) on a copy of the model; measures (a) to (c)."""
        rehearsal = Rehearsal(self.model, self.dataset)
        panels = [self._view.measure(self.model)]
        answered = rehearsal.train_discriminator(self.discriminator_rounds)
        panels.append(self._view.measure(answered))
        updated = rehearsal.train_generator(self.generator_rounds)
        panels.append(self._view.measure(updated))
        values = {
            f"{panel}_{key}": value
            for panel, measured in zip("abc", panels, strict=True)
            for key, value in measured.items()
        }
        write_atomically(self._store, lambda path: np.savez(path, **values))
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

    @property
    def _store(self):
        return self.path.with_suffix(".npz")


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
    """Draws measurements as the parts of one picture, a uint8 array.

    Args:
        view: What draws one of them.
        panels: Four dicts that `view.measure` gave.
        titles: A line for each.
    """

    def draw(figure):
        parts = figure.subfigures(2, 2).ravel()
        drawn = [view.draw(*each) for each in zip(parts, panels, titles, strict=True)]
        return drawn[-1]

    width, height = view.size
    size = (1.6 * width, 1.6 * height)
    return figures.render(size, lambda figure: figures.with_legend(figure, draw))
