import os
import sys

import pytest

from kgan import startup


@pytest.mark.parametrize(
    ("argv", "orig_argv", "expected"),
    [
        (["/usr/local/bin/kgan", "train"], ["python", "/usr/local/bin/kgan"], True),
        (["kgan.exe"], ["kgan.exe"], True),
        (["kgan"], ["python", "kgan"], True),
        (["/x/kgan/cli/__main__.py"], ["python", "-m", "kgan.cli", "train"], True),
        (["-m"], ["python", "-m", "kgan.cli"], True),
        (["train.py"], ["python", "train.py"], False),
        (["/home/kgan/train.py"], ["python", "/home/kgan/train.py"], False),
        (["mykgan"], ["mykgan"], False),
        (["pytest", "kgan"], ["python", "-m", "pytest", "kgan"], False),
        ([""], ["python"], False),
        (["-c"], ["python", "-c", "import kgan"], False),
    ],
)
def test_is_command(monkeypatch, argv, orig_argv, expected):
    monkeypatch.setattr(sys, "argv", argv)
    monkeypatch.setattr(sys, "orig_argv", orig_argv)
    assert startup.is_command() is expected


def test_lines_of_libraries_are_held_back(capfd):
    with startup.quiet_stderr():
        os.write(2, b"a line from C++\n")
        os.write(1, b"output\n")
    assert capfd.readouterr() == ("output\n", "")


def test_lines_before_and_after_are_shown(capfd):
    os.write(2, b"before\n")
    with startup.quiet_stderr():
        os.write(2, b"inside\n")
    os.write(2, b"after\n")
    assert capfd.readouterr().err == "before\nafter\n"


@pytest.mark.parametrize("error", [ImportError, KeyboardInterrupt, SystemExit])
def test_lines_are_shown_where_the_block_fails(capfd, error):
    def fail():
        with startup.quiet_stderr():
            os.write(2, b"the reason\n")
            raise error("failed")

    with pytest.raises(error, match="failed"):
        fail()
    os.write(2, b"after\n")
    assert capfd.readouterr().err == "the reason\nafter\n"


def test_no_file_descriptor_is_left_open():
    def lowest_free():
        descriptor = os.dup(0)
        os.close(descriptor)
        return descriptor

    before = lowest_free()
    for _ in range(3):
        with startup.quiet_stderr():
            os.write(2, b"x")
    assert lowest_free() == before
