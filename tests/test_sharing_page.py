"""What docs/sharing.md shows works as it stands there."""

import importlib
import pathlib
import re

import keras
import pytest
from huggingface_hub import ModelCard
from stand_in_hub import hub as hub

import kgan
from kgan.cli import flags, main
from kgan.cli.command import COMMANDS, flags_of

PAGE = (pathlib.Path(__file__).parents[1] / "docs" / "sharing.md").read_text("utf-8")


def test_the_python_example_runs_as_it_stands(hub):
    (example,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    names = {}
    exec(compile(example, "sharing.md", "exec"), names)  # the point of the test
    assert names["images"].shape == (64, 8, 8, 1)
    files = hub.files("user/digits")
    assert files.keys() <= set(re.findall(r"`([\w.]+)`", PAGE))
    assert ModelCard(files["README.md"].decode()).data.license == "cc-by-4.0"


def commands():
    blocks = re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL)
    lines = [line.partition("#")[0].strip() for b in blocks for line in b.splitlines()]
    return [line for line in lines if line.startswith("kgan ")]


@pytest.mark.parametrize("command", commands())
def test_every_flag_of_the_commands_is_known(command):
    _, name, *arguments = command.split()
    assert name in COMMANDS
    module = importlib.import_module(f"kgan.cli.{name}")
    flags.parse(flags_of(module, arguments), arguments)


def test_code_in_a_model_is_refused(hub, capsys):
    generator, discriminator = kgan.models.mlp((2,), latent_dim=3)
    with_code = keras.Sequential(
        [keras.Input((3,)), generator, keras.layers.Lambda(lambda x: x)]
    )
    gan = kgan.GAN(with_code, discriminator)
    gan.compile()
    gan.save("hf://user/code")
    assert main(["generate", "--model=hf://user/code"]) == 1
    message = "kgan generate: hf://user/code cannot be loaded as a model: .*Lambda.*\n$"
    assert re.search(message, capsys.readouterr().err)
