"""The command line: `kgan train | generate | evaluate | export | explore | recipes`."""

from collections.abc import Sequence


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the command; see `kgan.cli.command.main`."""
    # Imported here: `kgan.cli.startup` must run before TensorFlow is loaded.
    from kgan.cli import command

    return command.main(argv)
