"""The command line: `kgan train | generate | recipes`."""

from kgan.cli.command import main as main
