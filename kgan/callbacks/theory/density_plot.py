"""Pictures of a game over a known density during training."""

import os
from typing import Any

from kgan.callbacks.pictures import Pictures
from kgan.callbacks.theory import figures
from kgan.callbacks.theory.line import Line
from kgan.callbacks.theory.plane import Plane
from kgan.games import generative, network_checks


def view_of(source, averaged=False, seed=0):
    """Returns the `Line` or `Plane` that measures and draws games over `source`.

    Raises:
        ValueError: If `source` has no density, or more than two dimensions.
    """
    name = getattr(source, "name", source)
    if not hasattr(source, "density"):
        raise ValueError(
            "`source` must know its density, as 'gaussian', 'ring' and 'grid' do. "
            f"Received: {name!r}"
        )
    kinds = {(1,): Line, (2,): Plane}
    shape = tuple(source.shape)
    if shape not in kinds:
        raise ValueError(
            "`source` must be of points in 1 or 2 dimensions. "
            f"Received: {name!r} of shape {shape}"
        )
    return kinds[shape](source, averaged, seed)


def check_model(callback, model, source):
    """Raises a `ValueError` for a model whose game over `source` cannot be drawn."""
    generative.require(model, f"`{callback}`")
    if tuple(model.data_shape) != tuple(source.shape):
        raise ValueError(
            f"`{callback}` needs a model that generates points of its source, of "
            f"shape {tuple(source.shape)}. Received one that generates shape "
            f"{tuple(model.data_shape)}"
        )
    together = network_checks.together(model.discriminator)
    if together > 1:
        raise ValueError(
            f"`{callback}` needs a discriminator that judges each point by itself: it "
            f"draws D(x). Received: one that judges {together} together"
        )
    if model.num_classes is not None:
        raise ValueError(
            f"`{callback}` needs a model without classes: D and p_g of a conditional "
            f"one differ by class. Received: {model.num_classes} classes"
        )


class DensityPlot(Pictures):
    """Draws both players of a game over one- or two-dimensional data.

    In one dimension it is the figure by which the 2014 paper explains the game: p_data
    dotted, p_g solid, D dashed, the optimal discriminator D* = p_data / (p_data + p_g)
    as a pale band, the line at 1/2, and below them the map z → G(z) as arrows (where
    the prior has one dimension, too). The title shows the step, the Jensen-Shannon
    divergence between p_data and p_g in nats (a histogram of 50 bins over ±4σ, from
    10,000 samples: 0 is perfect, ln 2 ≈ 0.69 the worst), and the mean of |D(x) − 1/2|
    under (p_data + p_g) / 2. In two dimensions it shows samples over the true density,
    with contours of D.

    Args:
        directory, every, log_dir, gif: As in `Pictures`, whose `name` is "density".
        source: The true distribution, such as `kgan.data.source("gaussian")`.
        averaged: Whether p_g is the averaged generator's, and not that of the generator
            in training, which D is trained against.
        seed: Seed of the latents and of the data.

    Raises:
        ValueError: If `source` has no density or more than two dimensions, `every` is
            out of range, or (when training begins) the model generates points of
            another size or by class.

    Example:
        ```python
        plot = kgan.callbacks.DensityPlot("density/", kgan.data.source("ring"))
        gan.fit(train, epochs=10, callbacks=[plot])
        ```

    Source: Goodfellow et al. (2014), Generative Adversarial Nets, figure 1.
    """

    name = "density"

    def __init__(
        self,
        directory: str | os.PathLike,
        source: Any,
        every: int | str = "epoch",
        averaged: bool = False,
        seed: int = 0,
        log_dir: str | os.PathLike | None = None,
        gif: bool = True,
    ):
        super().__init__(directory, every, log_dir, gif)
        self.source = source
        self.averaged = averaged
        self.seed = seed
        self._view = view_of(source, averaged, seed)

    def check(self):
        check_model("DensityPlot", self.model, self.source)

    def draw(self):
        view = self._view
        measured = view.measure(self.model)

        def draw(part):
            return view.draw(part, measured, view.title(measured))

        return figures.render(view.size, lambda whole: figures.with_legend(whole, draw))
