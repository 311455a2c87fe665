"""Pushes a trained model to the Hugging Face Hub, with its card and figures.

  kgan push --model=runs/digits-20250101-120000 --to=hf://user/digits
  kgan push --model=gan.keras --to=hf://user/faces --private --license=mit

It needs huggingface_hub: pip install "kgan[hub]", and a token that may write:
`hf auth login`, or HF_TOKEN in the environment. Then `hf://user/digits` is the
model wherever a command takes --model, and in keras.models.load_model.
"""

from kgan import export
from kgan.cli import flags
from kgan.export import hub
from kgan.recipes.flag_types import Boolean, Kind, Text
from kgan.runs import directory, provenance


class Address(Kind):
    """A place on the Hugging Face Hub."""

    expects = "hf://USER/NAME"

    def __init__(self):
        super().__init__(optional=True)

    def parse(self, text):
        hub.repository(text)
        return text

    def accepts(self, value):
        return isinstance(value, str)


def define(values) -> None:
    """Declares the flags."""
    optional = Text(optional=True)
    for name, kind, default, help in [
        ("model", optional, None, "run directory, .keras or .pkl file, or hf://USER/NAME"),
        ("to", Address(), None, "hf://USER/NAME; made where there is none"),
        ("private", Boolean(), False, "let nobody else see it, if it is made now"),
        ("license", optional, None, "terms for the model's card, as in cc-by-4.0"),
        ("message", Text(), "Push a model of kgan", "first line of the commit"),
    ]:  # fmt: skip
        flags.define(values, name, kind, default, help)


def run(values) -> None:
    """Loads the model and writes it to the Hub."""
    model = flags.model_of(values)
    if values.to is None:
        raise flags.UsageError("--to must name a place on the Hub, hf://USER/NAME")
    hub.require_client()
    game = directory.load_model(model)
    page = export.push(
        game,
        values.to,
        private=values.private or None,
        message=values.message,
        provenance=provenance.provenance(model, game.step, values.license),
        files=provenance.shared_files(model, game.step),
    )
    print(f"{page} holds the model: kgan generate --model={values.to}")
