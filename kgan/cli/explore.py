"""Opens a page in the browser to slide through a generator's latent space.

  kgan explore --model=runs/digits-20250101-120000
  kgan explore --model=gan.keras --method=sefa --num_directions=8 --port=8000
  kgan explore --model=runs/maps-20250101-120000

A model that translates images has a page on which one is uploaded. The page is
for this machine alone and asks no other for anything. Ctrl-C ends it. It needs
Gradio: pip install "kgan[explore]"
"""

import pathlib
import socket
import threading

from kgan.cli import flags
from kgan.games import generative
from kgan.games.translation import Translation
from kgan.latents import directions
from kgan.recipes.flag_types import Boolean, Choice, Integer, Text
from kgan.report import explore, explore_translation
from kgan.runs import directory, provenance


class Port(Integer):
    """The number of a port."""

    def __init__(self):
        super().__init__(optional=True)
        self.expects = "a port from 1 to 65535"

    def accepts(self, value):
        return super().accepts(value) and value < 2**16


def define(values) -> None:
    """Declares the flags."""
    for name, kind, default, help in [
        ("model", Text(optional=True), None, "run directory, .keras, .pkl or "
         ".pth file, exported folder or hf://USER/NAME"),
        ("method", Choice(directions.names()), "pca", "how principal directions are "
         "found: pca, of what the second layer sees; sefa, of the first layer's "
         "weights"),
        ("num_directions", Integer(optional=True), None, "number of principal "
         "directions (default: 5, or as many as there are latents)"),
        ("averaged", Boolean(), True, "take the averaged generator if there is one"),
        ("port", Port(), None, "port of the page (default: a free one from 7860 on)"),
        ("open", Boolean(), True, "open the page in the browser"),
    ]:  # fmt: skip
        flags.define(values, name, kind, default, help)


def run(values) -> None:
    """Loads the model and shows the page until Ctrl-C."""
    model = flags.model_of(values)
    explore.import_gradio()
    _check_free(values.port)
    gan = directory.load_generator(model)
    page = _page(gan, values, title=pathlib.Path(model).resolve().name)
    try:
        address = explore.serve(page, values.port, values.open)
        print(f"The page is {address} until Ctrl-C.", flush=True)
        threading.Event().wait()
    finally:
        page.close(verbose=False)


def _page(game, values, title):
    if isinstance(game, Translation):
        for name in ("method", "num_directions", "averaged"):
            if values[name].present:
                kind = type(game).__name__
                raise flags.UsageError(f"--{name} has no meaning for a {kind}")
        labels = provenance.labels_of(values.model)
        translator = explore_translation.Translator(game, labels)
        return explore_translation.page(translator, title)
    generative.require(game, "`kgan explore`")
    explorer = explore.Explorer(
        game, values.method, values.num_directions, values.averaged
    )
    return explore.page(explorer, title)


def _check_free(port):
    """Raises `OSError` for a port that is taken, before the model is loaded."""
    if port is None:
        return
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((explore.HOST, port))
        except OSError as error:
            raise OSError(
                f"--port must be free. Received: {port}, {error.strerror}"
            ) from None
