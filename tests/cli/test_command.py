"""Commands are found, failures are one line, and status says what happened."""

import io
import re
import sys
import warnings

import pytest

import kgan
from kgan.cli import command, flags, main
from kgan.recipes.flag_types import Integer


def one_line(capsys):
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.count("\n") == 1
    return captured.err


@pytest.fixture
def fake(monkeypatch):
    """Turns `kgan train` into a command that raises what it is told to."""

    class Fake:
        """Raises an error."""

        error = None

        @staticmethod
        def define(values):
            flags.define(values, "steps", Integer(), 3, "a number")

        @classmethod
        def run(cls, values):
            if cls.error:
                raise cls.error

    monkeypatch.setattr(command, "_load", lambda name: Fake)
    return Fake


@pytest.mark.parametrize("argv", [[], ["--help"], ["-h"], ["help"]])
def test_overview_lists_all_commands(argv, capsys):
    assert main(argv) == 0
    captured = capsys.readouterr()
    for name in command.COMMANDS:
        assert re.search(rf"^  {name} +[A-Z]", captured.out, re.MULTILINE)
    assert captured.err == ""


@pytest.mark.parametrize("name", command.COMMANDS)
def test_help_of_each_command_is_its_own(name, capsys):
    assert main([name, "--help"]) == 0
    out = capsys.readouterr().out
    assert f"kgan {name}" in out
    assert "--debug" in out
    assert "absl" not in out
    assert "tfds" not in out
    assert "alsologtostderr" not in out
    assert max(map(len, out.splitlines())) <= 80


def test_version(capsys):
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"kgan {kgan.__version__}\n"


def test_unknown_command(capsys):
    assert main(["trian"]) == 2
    line = one_line(capsys)
    assert line.startswith("kgan: ")
    assert "Did you mean 'train'?" in line


@pytest.mark.parametrize("name", command.COMMANDS)
def test_unknown_flag(name, capsys):
    assert main([name, "--debugg"]) == 2
    line = one_line(capsys)
    assert line.startswith(f"kgan {name}: ")
    assert "Did you mean '--debug'?" in line


@pytest.mark.parametrize(
    ("error", "status", "line"),
    [
        (ValueError("`a` must be b.\n  Received: c"), 1, "`a` must be b. Received: c"),
        (FileNotFoundError("no file"), 1, "no file"),
        (FloatingPointError("d_loss is nan"), 1, "d_loss is nan"),
        (flags.UsageError("--model is missing"), 2, "--model is missing"),
        (KeyboardInterrupt(), 130, "stopped"),
        (KeyboardInterrupt("stopped at step 3"), 130, "stopped at step 3"),
    ],
)
def test_failures_are_one_line(fake, capsys, error, status, line):
    fake.error = error
    assert main(["train"]) == status
    assert one_line(capsys) == f"kgan train: {line}\n"


def test_success_is_silent(fake, capsys):
    assert main(["train"]) == 0
    assert capsys.readouterr() == ("", "")


def test_names_that_are_no_utf_8_are_printed(fake, monkeypatch):
    out = io.TextIOWrapper(io.BytesIO(), "utf-8")
    monkeypatch.setattr(sys, "stdout", out)
    monkeypatch.setattr(fake, "run", lambda values: print("caf\udce9 été"))
    assert main(["train"]) == 0
    assert out.buffer.getvalue() == "caf\\udce9 été\n".encode()


@pytest.mark.parametrize("encoding", ["ascii", "cp1252"])
def test_output_that_is_not_utf_8_is_readable(encoding, monkeypatch):
    streams = {"stdout": io.BytesIO(), "stderr": io.BytesIO()}
    for name, binary in streams.items():
        monkeypatch.setattr(sys, name, io.TextIOWrapper(binary, encoding))
    assert main(["recipes"]) == 0
    assert main(["train", "--recipe=8−8"]) == 1
    sys.stdout.flush()
    texts = {name: b.getvalue().decode(encoding) for name, b in streams.items()}
    assert "from U(-1, 1)" in texts["stdout"]
    assert "\\" not in texts["stdout"]
    assert "Received: '8-8'" in texts["stderr"]


def test_debug_shows_the_traceback(fake):
    fake.error = ValueError("wrong")
    with pytest.raises(ValueError, match="wrong"):
        main(["train", "--debug"])


def test_a_bug_is_no_message(fake):
    fake.error = TypeError("a bug")
    with pytest.raises(TypeError, match="a bug"):
        main(["train"])


@pytest.mark.filterwarnings("always")
def test_a_warning_is_one_line(monkeypatch, capsys):
    class Doubtful:
        """Warns."""

        @staticmethod
        def define(values):
            pass

        @staticmethod
        def run(values):
            warnings.warn("of few examples.\nBeware", stacklevel=1)

    monkeypatch.setattr(command, "_load", lambda name: Doubtful)
    assert main(["train"]) == 0
    assert one_line(capsys) == "kgan train: warning: of few examples. Beware\n"
