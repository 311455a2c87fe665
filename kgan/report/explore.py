"""A page on which a person slides through a generator's latent space.

`Explorer` computes an image from the places of all controls and knows no pages;
`page` puts the controls before it, and `serve` shows them to this machine alone.
"""

import numbers
import os
import types
import urllib.request
from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from kgan import latents
from kgan.core import arguments, extras
from kgan.games import generative
from kgan.latents import directions
from kgan.report.pictures import data_uri

# A browser's numbers leave integers out above it.
_LARGEST_SEED = 2**53 - 1
# How far a slider moves along a direction, in standard deviations.
_REACH = 3
# The longer side of the image on the page, in pixels, or a little less.
_SIDE = 560
HOST = "127.0.0.1"


class Explorer:
    """The image at a place of a generator's latent space.

    Args:
        gan: A game of latents that generates images, such as a `kgan.GAN`.
        method: How principal directions are found, one of `kgan.directions.names()`.
        count: Number of principal directions. None: five, or as many as there are
            latents; none of an exported model, whose layers nobody sees.
        averaged: Whether to take the averaged generator where there is one.

    Attributes:
        count: Number of principal directions.
        classes: The classes of a conditional model, or None.

    Raises:
        ValueError: If the model is no game of latents, generates no images, or its
            directions cannot be found.

    Example:
        ```python
        explorer = kgan.explore.Explorer(gan)
        image = explorer.image(first_seed=7, strengths=[0, -2, 0, 0, 0])
        ```
    """

    def __init__(
        self,
        gan: keras.Model,
        method: str = "pca",
        count: int | None = None,
        averaged: bool = True,
    ):
        generative.require(gan, "`kgan.explore.Explorer`")
        shape = gan.data_shape
        if not gan.is_image or len(shape) != 3 or shape[-1] not in (1, 3, 4):
            raise ValueError(
                "`gan` must generate images of 1 (gray), 3 (RGB) or 4 (RGBA) channels, "
                f"to be shown on a page. Received: samples of shape {shape}"
            )
        self.gan = gan
        self.method = method
        self.count = 0 if count is None and not gan.has_layers else count
        self.averaged = averaged
        self.classes = gan.num_classes and list(range(gan.num_classes))
        self._directions = {}
        # What cannot be found is refused here, not at the first move of a slider.
        self.count = len(self.directions(self._class(None)))

    def directions(self, label: int | None = None) -> np.ndarray:
        """Returns a class's principal directions, float32 `(count, latent_dim)`.

        They are found when first asked for; see `kgan.directions.find`.
        """
        if self.count == 0:
            return np.zeros((0, self.gan.latent_dim), np.float32)
        if label not in self._directions:
            self._directions[label] = directions.find(
                self.gan, self.method, self.count, label or 0, self.averaged
            )
        return self._directions[label]

    def image(
        self,
        first_seed: int = 0,
        second_seed: int = 0,
        position: float = 0.0,
        truncation: float = 1.0,
        label: int | None = None,
        strengths: Sequence[float] | None = None,
    ) -> np.ndarray:
        """Generates the uint8 image `(height, width, channels)` at a place.

        The place lies on the spherical path between image 0 of both seeds, is moved
        along the principal directions, and then towards the centre. Where neither
        moves it, the image is `gan.generate(1, seed=first_seed)[0]`, to the bit.

        Args:
            first_seed: The path begins at image 0 of this seed.
            second_seed: The path ends at image 0 of this one.
            position: Where on the path, in [0, 1].
            truncation: ψ in [0, 1], as in `kgan.GAN.generate`.
            label: The class, for conditional models. Default: 0.
            strengths: How far along each direction, in standard deviations of a normal
                prior; of shape `(count,)`. Default: not at all.

        Raises:
            ValueError: If a number is out of range, or a label is given to a model
                without classes.
        """
        seeds = _seed("first_seed", first_seed), _seed("second_seed", second_seed)
        if not isinstance(position, numbers.Real) or not 0 <= position <= 1:
            raise ValueError(f"`position` must lie in [0, 1]. Received: {position!r}")
        arguments.truncation(truncation)
        label = self._class(label)
        place = self._place(seeds, position, self._step(strengths, label))
        return self.gan.decode(place, label, self.averaged, truncation=truncation)[0]

    def _class(self, label):
        if not self.classes:
            return label
        label = 0 if label is None else label
        return int(arguments.spread_labels(label, 1, self.gan.num_classes)[0])

    def _step(self, strengths, label):
        """Returns the sum of all steps, `(latent_dim,)`, or None for none."""
        if strengths is None:
            return None
        strengths = np.asarray(strengths, np.float32)
        if strengths.shape != (self.count,) or not np.isfinite(strengths).all():
            raise ValueError(
                f"`strengths` must be {self.count} finite numbers, one for each "
                f"direction. Received: {strengths.tolist()}"
            )
        return strengths @ self.directions(label) if strengths.any() else None

    def _place(self, seeds, position, step):
        """Returns the latent before truncation, `(1, latent_dim)`."""
        prior = self.gan.prior
        ends = [latents.latents_at(prior, latents.table(seed), 0, 1) for seed in seeds]
        if step is None and position in (0, 1):
            # The maps to a normal prior and back would round.
            return ends[int(position)]
        first, second = (prior.to_normal(end)[0] for end in ends)
        normal = latents.slerp(first, second, tf.constant([position], tf.float32))
        return prior.from_normal(normal if step is None else normal + step)


def _seed(name, value):
    """Returns a seed as an int: a browser sends 7 or 7.0, and nothing for no text."""
    real = isinstance(value, numbers.Real)
    if not real or not 0 <= value <= _LARGEST_SEED or value != int(value):
        raise ValueError(
            f"`{name}` must be a whole number from 0 to {_LARGEST_SEED:,}. "
            f"Received: {'nothing' if value is None else repr(value)}"
        )
    return int(value)


def page(explorer: Explorer, title: str = "kgan explore") -> Any:
    """Builds the page of an `Explorer`, a `gradio.Blocks`, which `serve` shows.

    Raises:
        ModuleNotFoundError: If Gradio is not installed.
    """
    gr = import_gradio()
    with gr.Blocks(title=title, analytics_enabled=False) as blocks:
        gr.Markdown(f"# {title}")
        with gr.Row():
            with gr.Column(scale=5, min_width=320):
                picture = gr.HTML(figure(explorer.image()))
                message = gr.Markdown()
            with gr.Column(scale=4, min_width=320):
                controls = _controls(gr, explorer)
        gr.on(
            [control.change for control in controls],
            _drawer(gr, explorer),
            controls,
            [picture, message],
            # While a slider moves only its newest place counts.
            trigger_mode="always_last",
            show_progress="hidden",
            # Gradio answers a number out of range with a traceback in the terminal;
            # `Explorer` answers with a sentence.
            preprocess=False,
            api_visibility="private",
        )
    return blocks


def _drawer(gr, explorer):
    """Returns the function from all controls to the picture and a message."""

    def draw(first, truncation, label, second, position, *strengths):
        place = first, second, position, truncation, label, strengths
        try:
            return figure(explorer.image(*place)), ""
        except ValueError as error:
            return gr.skip(), f"⚠️ {error}"

    return draw


def _controls(gr, explorer):
    """Builds all controls, in the order in which they take effect and are read."""
    with gr.Group():
        with gr.Row():
            first = gr.Number(0, label="First seed")
            # Without classes nobody sees it, and it stays None.
            label = gr.Dropdown(
                explorer.classes or [],
                value=0 if explorer.classes else None,
                label="Class",
                visible=bool(explorer.classes),
            )
        info = "Below 1 images are more typical and less diverse"
        truncation = gr.Slider(0, 1, 1, step=0.01, label="Truncation", info=info)
    with gr.Group(visible=explorer.count > 0):
        sliders = [
            gr.Slider(-_REACH, _REACH, 0, step=0.1, label=f"Direction {number}")
            for number in range(1, explorer.count + 1)
        ]
        reset = gr.Button("Reset directions", size="md")
    with gr.Group(), gr.Row():
        second = gr.Number(1, label="Second seed", scale=1)
        info = "0: first seed, 1: second"
        position = gr.Slider(0, 1, 0, step=0.01, label="Position", info=info, scale=2)
    zeros = {slider: 0 for slider in sliders}
    reset.click(lambda: zeros, None, sliders, api_visibility="private")
    return [first, truncation, label, second, position, *sliders]


def figure(image: np.ndarray, words: str = "The image at this place") -> str:
    """Returns an image as HTML, each pixel enlarged and none smoothed.

    It stands in the text itself: no files that pile up while a slider moves.
    """
    height, width, _ = image.shape
    scale = max(1, _SIDE // max(height, width))
    source = data_uri(image)
    return (
        f'<img src="{source}" alt="{words}" style="'
        f'width: {width * scale}px; max-width: 100%; image-rendering: pixelated">'
        f'<p style="margin-top: 8px">{width} × {height} pixels. '
        f'<a href="{source}" download="image.png">Download PNG</a></p>'
    )


def serve(blocks: Any, port: int | None = None, open: bool = True) -> str:
    """Serves a page to this machine, and to no other, in threads of its own.

    It returns the address; `blocks.close()` ends it.

    Args:
        blocks: What `page` returned.
        port: Where; a free one from 7860 on if None.
        open: Whether to open a browser.

    Raises:
        OSError: If the port is taken.
    """
    gr = import_gradio()
    # Gradio asks for its own page once, which must not go by a proxy.
    direct = urllib.request.getproxies().get("no"), HOST
    os.environ["no_proxy"] = ",".join(filter(None, direct))
    # Gradio's own themes name fonts that it may ask the network for.
    theme = gr.themes.Default(font=["sans-serif"], font_mono=["monospace"])
    theme.set(block_info_text_color="*neutral_500")
    off = ("share", "run_history", "ssr_mode", "enable_monitoring", "mcp_server", "pwa")
    _, address, _ = blocks.launch(
        server_name=HOST,
        server_port=port,
        inbrowser=open,
        theme=theme,
        footer_links=[],
        quiet=True,
        prevent_thread_lock=True,
        **dict.fromkeys(off, False),
    )
    return address


def import_gradio() -> types.ModuleType:
    """Returns the module `gradio`, or raises with the command that installs it."""
    return extras.require("gradio", "explore", "The page")
