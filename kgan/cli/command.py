"""Finds the command, reads its flags, runs it, and reports failure in one line.

A command is a module of this package that is named in `COMMANDS`. Its docstring is its
help; `define(values)` declares its flags, and `run(values)` does the work. Where some
flags depend on others, `define_for(values, argv)` declares them.
"""

import contextlib
import importlib
import os
import sys
import warnings

import kgan
from kgan.cli import flags, startup, stylegan_words
from kgan.core import modules, plain_text, registry
from kgan.core.extras import MissingPackage
from kgan.runs import interrupts

COMMANDS = (
    *("train", "generate", "translate", "evaluate", "export", "explore", "push"),
    *("recipes", "data"),
)

FAILED, WRONG_USE, INTERRUPTED = 1, 2, 130
_HELP = ("--help", "-h", "help")


def main(argv=None) -> int:
    """Runs one command.

    Args:
        argv: What follows `kgan` on the command line; by default that of the process.

    Returns:
        The exit status: 0, 1 where the work failed, 2 for a wrong command or flag, 130
        after Ctrl-C, 143 after SIGTERM.
    """
    argv = list(sys.argv[1:] if argv is None else argv)
    startup.allow_interrupt()
    plain_text.allow(sys.stdout, sys.stderr)
    try:
        status = _dispatch(argv)
        sys.stdout.flush()
        return status
    except BrokenPipeError:
        # The reader, `head` for one, has seen enough. Nobody is left to be told.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED


def _dispatch(argv):
    name = argv[0] if argv else "--help"
    if name in _HELP:
        print(_overview())
        return 0
    if name == "--version":
        print(f"kgan {kgan.__version__}")
        return 0
    if name not in COMMANDS:
        return _fail("kgan", registry.unknown("the commands are", name, COMMANDS), 2)
    return _run(f"kgan {name}", _load(name), argv[1:])


def flags_of(command, argv: list):
    """Returns the flags of a command's module, with those that `argv` asks for."""

    def declare(values):
        command.define(values)
        if hasattr(command, "define_for"):
            command.define_for(values, argv)

    return flags.new(declare)


def _run(program, command, argv):
    debug = "--debug" in argv
    try:
        modules.load(flags.imports(argv))
        values = flags_of(command, argv)
        if set(argv) & set(_HELP):
            print(flags.help_text(command.__doc__, values))
            return 0
        flags.parse(values, argv, stylegan_words.answers(program.split()[-1]))
        debug = values.debug
        with _plain_warnings(program):
            command.run(values)
    except flags.UsageError as error:
        return _fail(program, error, WRONG_USE)
    except interrupts.Stopped as stop:
        return _fail(program, stop, stop.status)
    except KeyboardInterrupt as stop:
        return _fail(program, str(stop) or "stopped", INTERRUPTED)
    except BrokenPipeError:
        raise
    except (ValueError, OSError, FloatingPointError, MissingPackage) as error:
        if debug:
            raise
        return _fail(program, error, FAILED)
    return 0


@contextlib.contextmanager
def _plain_warnings(program):
    """Prints a warning in one line, without the place in the code."""

    def show(message, *_):
        _fail(f"{program}: warning", message, 0)

    with warnings.catch_warnings():
        warnings.showwarning = show
        yield


def _fail(program, error, status):
    print(f"{program}: {' '.join(str(error).split())}", file=sys.stderr, flush=True)
    return status


def _load(name):
    return importlib.import_module(f"kgan.cli.{name}")


def _overview():
    lines = [f"  {name:10} {_load(name).__doc__.splitlines()[0]}" for name in COMMANDS]
    head = "Generative adversarial networks on Keras.\n\nCommands:"
    return "\n".join([head, *lines, "\nkgan COMMAND --help lists a command's flags."])
