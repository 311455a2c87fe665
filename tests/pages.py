"""What the pages of the documentation show, checked in the same way for each."""

import importlib
import re

from kgan.cli import flags
from kgan.cli.command import COMMANDS, flags_of


def commands(text):
    """Returns the lines of a page that run `kgan`, without their comments."""
    blocks = re.findall(r"```sh\n(.*?)```", text, re.DOTALL)
    lines = [line.partition("#")[0].strip() for b in blocks for line in b.splitlines()]
    return [line for line in lines if line.startswith("kgan ")]


def check_flags(command):
    """Checks that a command and all flags in a line are known."""
    _, name, *arguments = command.split()
    assert name in COMMANDS
    module = importlib.import_module(f"kgan.cli.{name}")
    flags.parse(flags_of(module, arguments), arguments)
