"""The command line: `kgan train | generate | evaluate | export | explore | recipes`."""


def main(argv=None) -> int:
    """Runs the command; see `kgan.cli.command.main`."""
    # Imported here: `kgan.cli.startup` must run before TensorFlow is loaded.
    from kgan.cli import command

    return command.main(argv)
