"""docs/latent_space.md: commands, code and pictures are there and work."""

import pathlib
import re

import networks
import pytest

import kgan
from kgan.cli import flags
from kgan.cli.command import COMMANDS, _load

DOCS = pathlib.Path(__file__).parents[1] / "docs"
PAGE = (DOCS / "latent_space.md").read_text("utf-8")


@pytest.mark.parametrize("command", re.findall(r"^kgan .*", PAGE, re.MULTILINE))
def test_every_flag_of_the_commands_is_known(command):
    _, name, *arguments = command.split()
    assert name in COMMANDS
    flags.parse(flags.new(_load(name).define), arguments)


def test_every_picture_is_there():
    pictures = re.findall(r"\]\((pictures/[^)]+)\)", PAGE)
    assert len(pictures) == 6
    for picture in pictures:
        assert (DOCS / picture).is_file()


def test_the_example_runs():
    (example,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    names = {"kgan": kgan, "gan": networks.gan()}
    exec(compile(example, "latent_space.md", "exec"), names)  # the point of the test
    assert names["images"].shape == (5, 9, *networks.IMAGE_SHAPE)


def test_an_image_has_its_number():
    gan = networks.gan()
    whole = gan.generate(20, seed=7)[12]
    assert (whole == gan.generate(1, seed=7, start=12)[0]).all()
