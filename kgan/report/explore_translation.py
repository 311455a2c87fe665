"""A page on which a person uploads an image and sees its translation."""

from collections.abc import Mapping
from typing import Any

import keras
import numpy as np

from kgan.core.pictures import is_picture
from kgan.data import label_maps, pixels
from kgan.games import translation
from kgan.report.explore import figure, import_gradio


class Translator:
    """Translates images as they are uploaded.

    Args:
        game: A game of translation between pictures, such as a `kgan.Pix2Pix`.
        labels: By role, "source" or "target", the `kgan.data.label_maps.Labels` of a
            side whose images are label maps. None: there is no such side.

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

    def __init__(
        self, game: keras.Model, labels: Mapping[str, label_maps.Labels] | None = None
    ):
        translation.require(game, "The page")
        self.game = game
        self.directions = tuple(game.directions)
        ways = {name: game.direction(name) for name in self.directions}
        self.is_random = any(way.is_random for way in ways.values())
        labels = labels or {}
        both = labels.get("source"), labels.get("target")
        # Of a game of two directions the second one leads back.
        self._labels = dict(zip(self.directions, (both, both[::-1]), strict=False))
        for shape, classes in (
            pair
            for name, way in ways.items()
            for pair in zip((way.takes, way.returns), self._labels[name], strict=True)
        ):
            known = is_picture(shape) and shape[-1] in (1, 3, 4)
            if classes is None and not known:
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
                network takes one size alone. A label map is as those of the data are.
            direction: One of `directions`; None: the first.
            seed: Of translations that are drawn.

        Raises:
            ValueError: If there is no picture, it is no label map where one is needed,
                or the network does not take it.
        """
        if picture is None:
            raise ValueError("An image must be uploaded first.")
        height, width, channels = self.game.direction(direction).takes
        size = height or picture.height, width or picture.width
        given, made = self._labels[self.game.check_direction(direction)]
        if given is None:
            picture = pixels.fit(pixels.to_channels(picture, channels), size)
            image = pixels.to_array(picture)
        else:
            image = label_maps.one_hot(picture, given, size)
        found = self.game.translate(image[None], 1, direction, seed)[0]
        return found if made is None else made.palette[found.argmax(axis=-1)]


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
