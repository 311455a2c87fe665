"""A page on which a person uploads an image and sees its translation."""

from typing import Any

import keras
import numpy as np

from kgan.core.pictures import is_picture
from kgan.data import pixels
from kgan.games import translation
from kgan.report.explore import figure, import_gradio


class Translator:
    """Translates images as they are uploaded.

    Args:
        game: A game of translation between pictures, such as a `kgan.Pix2Pix`.

    Attributes:
        directions: Names of its directions.
        is_random: Whether translations of one image differ by their seed.

    Raises:
        ValueError: If the model is no game of translation, or translates no pictures.

    Example:
        ```python
        translator = Translator(game)
        image = translator.image(PIL.Image.open("sketch.png"))
        ```
    """

    def __init__(self, game: keras.Model):
        translation.require(game, "The page")
        self.game = game
        self.directions = tuple(game.directions)
        ways = [game.direction(name) for name in self.directions]
        self.is_random = any(way.is_random for way in ways)
        for shape in (s for way in ways for s in (way.takes, way.returns)):
            if not is_picture(shape) or shape[-1] not in (1, 3, 4):
                raise ValueError(
                    "`game` must translate images of 1 (gray), 3 (RGB) or 4 (RGBA) "
                    f"channels, to be shown on a page. Received: {shape}"
                )

    def image(
        self, picture: Any, direction: str | None = None, seed: int = 0
    ) -> np.ndarray:
        """Translates a picture; returns uint8 `(height, width, channels)`.

        Args:
            picture: A `PIL.Image.Image` of any kind. It is cut and scaled where the
                network takes one size alone.
            direction: One of `directions`; None: the first.
            seed: Of translations that are drawn.

        Raises:
            ValueError: If there is no picture, or the network does not take it.
        """
        if picture is None:
            raise ValueError("An image must be uploaded first.")
        height, width, channels = self.game.direction(direction).takes
        own = picture.height, picture.width
        picture = pixels.to_channels(picture, channels)
        picture = pixels.fit(picture, (height or own[0], width or own[1]))
        images = pixels.to_array(picture)[None]
        return self.game.translate(images, 1, direction, seed)[0]


def page(translator: Translator, title: str = "kgan explore") -> Any:
    """Builds the page of a `Translator`, a `gradio.Blocks`; `explore.serve` shows it.

    Raises:
        ModuleNotFoundError: If Gradio is not installed.
    """
    gr = import_gradio()
    with gr.Blocks(title=title, analytics_enabled=False) as blocks:
        gr.Markdown(f"# {title}")
        with gr.Row():
            with gr.Column(min_width=320):
                picture = gr.Image(
                    label="Source", type="pil", image_mode=None, sources=["upload"]
                )
                several = len(translator.directions) > 1
                direction = gr.Radio(
                    list(translator.directions),
                    value=translator.directions[0],
                    label="Direction",
                    visible=several,
                )
                seed = gr.Number(
                    0, label="Seed", precision=0, visible=translator.is_random
                )
            with gr.Column(min_width=320):
                shown = gr.HTML()
                message = gr.Markdown()
        controls = [picture, direction, seed]
        gr.on(
            [control.change for control in controls],
            _drawer(gr, translator),
            controls,
            [shown, message],
            trigger_mode="always_last",
            api_visibility="private",
        )
    return blocks


def _drawer(gr, translator):
    """Returns the function from all controls to the translation and a message."""

    def draw(picture, direction, seed):
        if picture is None:
            return "", ""
        try:
            image = translator.image(picture, direction, int(seed or 0))
            return figure(image, "The translation"), ""
        except ValueError as error:
            return gr.skip(), f"⚠️ {error}"

    return draw
