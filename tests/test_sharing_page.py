"""What docs/sharing.md shows works as it stands there."""

import pathlib
import re

import keras
import pages
import pytest
from huggingface_hub import ModelCard
from stand_in_hub import hub as hub

import kgan
from kgan.cli import main

PAGE = (pathlib.Path(__file__).parents[1] / "docs" / "sharing.md").read_text("utf-8")


def test_the_python_example_runs_as_it_stands(hub):
    (example,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    names = {}
    exec(compile(example, "sharing.md", "exec"), names)  # the point of the test
    assert names["images"].shape == (64, 8, 8, 1)
    files = hub.files("user/digits")
    assert files.keys() <= set(re.findall(r"`([\w.]+)`", PAGE))
    assert ModelCard(files["README.md"].decode()).data.license == "cc-by-4.0"


@pytest.mark.parametrize("command", pages.commands(PAGE))
def test_every_flag_of_the_commands_is_known(command):
    pages.check_flags(command)


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
