"""Flags of one command: absl's, with kgan's own messages and help."""

import inspect
import itertools
import textwrap

from absl import flags

from kgan.core import registry
from kgan.recipes.flag_types import Boolean, Kind, Texts

# The section of flags that the help leaves out.
HIDDEN = "hidden"
_REFUSED = "refused"
IMPORT = "import"  # a keyword of Python: `values.import` is none
_WIDTH = 80
_COLUMN = 33


class UsageError(ValueError):
    """A wrong command line: exit status 2."""


class _Parser(flags.ArgumentParser):
    """Reads a flag's text by a kind of recipe field."""

    def __init__(self, kind):
        self.kind = kind
        self.syntactic_help = kind.expects

    def parse(self, argument):
        return self.kind.read(argument) if isinstance(argument, str) else argument


class _Refusal(flags.ArgumentParser):
    """Raises the reason why a flag cannot be given."""

    def __init__(self, reason):
        self.reason = reason

    def parse(self, argument):
        raise ValueError(self.reason)


def new(declare) -> flags.FlagValues:
    """Builds the flags of a command: those that `declare` adds, then those of all."""
    values = flags.FlagValues()
    declare(values)
    section = "For every command"
    help = "modules or .py files with layers or games of your own, which are imported"
    define(values, IMPORT, Texts(), (), help, section)
    help = "show the traceback of an error"
    define(values, "debug", Boolean(), False, help, section)
    return values


def define(
    values: flags.FlagValues, name: str, kind: Kind, default, help: str, section="Flags"
) -> None:
    """Adds a flag.

    Args:
        values: The set that it is added to.
        name: Its name.
        kind: How its text is read; see `kgan.recipes.flag_types`.
        default: Its value where it is not given.
        help: Its meaning, one line.
        section: Under which heading the help lists it; `HIDDEN`: not at all.
    """
    parser, boolean = _Parser(kind), isinstance(kind, Boolean)
    flag = flags.Flag(parser, None, name, default, help, boolean=boolean)
    flags.DEFINE_flag(flag, values, section)


def refuse(values: flags.FlagValues, name: str, kind: Kind, reason: str) -> None:
    """Adds a flag that is an error where it is given.

    `reason` is what the message says after `flag --name=value: `.
    """
    boolean = isinstance(kind, Boolean)
    flag = flags.Flag(_Refusal(reason), None, name, None, "", boolean=boolean)
    flags.DEFINE_flag(flag, values, _REFUSED)


def peek(argv: list, name: str) -> str | None:
    """Returns the text of a flag before the flags are declared; None without it.

    A command asks so for what decides which flags it has.
    """
    value = None
    for text, following in itertools.pairwise([*argv, None]):
        key, given, after = text.partition("=")
        if key in (f"--{name}", f"-{name}"):
            value = after if given else following
    return value


def imports(argv: list) -> tuple:
    """Returns the modules to import, before the flags are declared."""
    return Texts().read(peek(argv, IMPORT) or "")


def chosen(values: flags.FlagValues, *names: str) -> dict:
    """Returns the values of flags by their names."""
    return {name: values[name].value for name in names}


def given(values: flags.FlagValues, names) -> dict:
    """Returns the values of those flags among `names` that the user gave."""
    names = (name for name in names if name in values and values[name].present)
    return chosen(values, *names)


def model_of(values: flags.FlagValues) -> str:
    """Returns the path that `--model` names.

    Raises:
        UsageError: If the flag was not given.
    """
    if values.model is None:
        raise UsageError("--model must name a run directory or a .keras file")
    return values.model


def options_of(method, values: flags.FlagValues, names) -> dict:
    """Returns the flags among `names` that the user gave, as arguments of a method.

    Raises:
        UsageError: If the method has no such argument.
    """
    options = given(values, names)
    known = inspect.signature(method).parameters
    for name in options.keys() - known.keys():
        game = type(method.__self__).__name__
        raise UsageError(f"--{name} has no meaning for a {game}")
    return options


def parse(values: flags.FlagValues, argv: list, answers: dict | None = None) -> None:
    """Reads a command's arguments.

    Args:
        values: The flags of the command.
        argv: What follows its name.
        answers: Sentences about flags of other programs, by name.

    Raises:
        UsageError: If a flag is unknown or its value is wrong, or if something that is
            no flag remains.
    """
    try:
        rest = values(["kgan", *argv])[1:]
    except flags.UnrecognizedFlagError as error:
        if answer := (answers or {}).get(error.flagname.replace("_", "-")):
            raise UsageError(answer) from None
        refused = values.flags_by_module_dict().get(_REFUSED, ())
        known = [f"--{n}" for n in values if n not in {flag.name for flag in refused}]
        name = f"--{error.flagname}"
        raise UsageError(registry.unknown("the flags are", name, known)) from None
    except flags.Error as error:
        raise UsageError(error) from None
    if rest:
        raise UsageError(f"takes flags alone, --name=value. Received: {rest[0]!r}")


def help_text(description: str, values: flags.FlagValues) -> str:
    """Returns a command's help: its description, then its flags with their meaning."""
    blocks = [description.strip()]
    for section, members in values.flags_by_module_dict().items():
        if section not in (HIDDEN, _REFUSED):
            blocks.append("\n".join([f"{section}:", *map(_entry, members)]))
    return "\n\n".join(blocks)


def _entry(flag):
    text = flag.help
    if flag.default not in (None, False, ()):
        text = f"{text} (default: {flag.default})"
    lines = textwrap.wrap(text, _WIDTH - _COLUMN)
    lines[0] = f"{f'  --{flag.name}':{_COLUMN}}{lines[0]}"
    return f"\n{' ' * _COLUMN}".join(lines)
