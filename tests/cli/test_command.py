"""Commands are found, failures are one line, and status says what happened."""

import importlib
import io
import re
import sys
import warnings

import keras
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


LAYERS = """
import keras

class Wave(keras.layers.Layer):
    def call(self, x):
        return keras.ops.sin(x)
"""
TINY = '--model_options={"generator_hidden": [2], "discriminator_hidden": [2]}'


@pytest.fixture
def own(tmp_path, monkeypatch):
    """A module of the user's, and a model that has its layer; it is not imported."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path, str(tmp_path)])
    (tmp_path / "waves_of_a_test.py").write_text(LAYERS)
    known = keras.saving.get_custom_objects()
    before = dict(known)

    def forget():
        sys.modules.pop("waves_of_a_test", None)
        known.clear()
        known.update(before)

    wave = importlib.import_module("waves_of_a_test").Wave
    z, x = keras.Input((3,)), keras.Input((2,))
    generator = keras.Model(z, keras.layers.Dense(2)(wave()(z)))
    gan = kgan.GAN(generator, keras.Model(x, keras.layers.Dense(1)(x)))
    gan.compile()
    gan.save("own.keras")
    forget()
    yield forget
    forget()


def test_a_model_with_a_layer_of_ones_own_is_read(own, tmp_path, capsys):
    command = ["generate", "--model=own.keras", "--output=a.npy", "--num_images=2"]
    assert main(command) == 1
    assert capsys.readouterr().err == (
        "kgan generate: own.keras cannot be loaded as a model: it is made with the "
        "class Wave of the module waves_of_a_test, which must be imported first, by "
        "--import=waves_of_a_test or in Python\n"
    )
    assert main([*command, "--import=waves_of_a_test"]) == 0
    own()
    assert main([*command, "--import", "./waves_of_a_test.py"]) == 0


def test_a_module_that_is_not_there_is_one_line(capsys):
    for name in command.COMMANDS:
        assert main([name, "--import=no_such_module"]) == 1
        error = capsys.readouterr().err
        assert error.startswith(f"kgan {name}: --import must name modules")
        assert error.count("\n") == 1


def test_a_run_remembers_what_it_imports(own, tmp_path, monkeypatch, capsys):
    new = ["train", "--dataset=gaussian", TINY, "--import=waves_of_a_test"]
    assert main([*new, "--dry_run"]) == 0
    assert f"--import={tmp_path}/waves_of_a_test.py\n" in capsys.readouterr().out
    assert main([*new, "--steps=1", "--run_dir=run"]) == 0
    monkeypatch.chdir(tmp_path / "run")
    own()
    assert main(["train", "--resume=.", "--steps=2"]) == 0
    assert "Wave" in keras.saving.get_custom_objects()
    (tmp_path / "waves_of_a_test.py").rename(tmp_path / "h17_moved.py")
    own()
    capsys.readouterr()
    assert main(["train", "--resume=.", "--steps=3"]) == 1
    assert "--import must name modules" in capsys.readouterr().err
    moved = f"--import={tmp_path}/h17_moved.py"
    assert main(["train", "--resume=.", "--steps=3", moved]) == 0
    assert main(["train", "--resume=.", "--steps=4"]) == 0
    del sys.modules["h17_moved"]
