"""A line that is written again and again, and what is printed meanwhile."""

import io
import logging
import sys

import pytest
from terminals import Terminal

from kgan.callbacks import status_line
from kgan.callbacks.status_line import StatusLine


@pytest.fixture
def terminal():
    terminal = Terminal(columns=20)
    yield terminal
    terminal.close()


@pytest.fixture
def line(terminal):
    return StatusLine(terminal.stream)


def test_each_line_takes_the_place_of_the_one_before(terminal, line):
    for text in ("step 10", "step 9", "", "end"):
        line.show(text)
        terminal.read(0.05)
        assert [row.rstrip() for row in terminal.rows] == [text]


def test_a_line_ends_before_the_last_column(terminal, line):
    line.show("0123456789" * 3)
    terminal.read(0.05)
    assert terminal.rows == ["0123456789012345678"]
    assert not terminal.last_column
    line.show("漢" * 30)  # each takes two
    terminal.read(0.05)
    assert terminal.rows[0].strip() == "漢" * 9


def test_a_line_that_a_narrower_terminal_has_folded_is_erased(terminal, line):
    line.show("a" * 18)
    terminal.resize(10)
    assert len(terminal.rows) == 2
    line.show("b" * 18)
    terminal.read(0.05)
    assert terminal.rows == ["b" * 9]
    terminal.resize(30)
    line.show("c" * 18)
    terminal.read(0.05)
    assert terminal.rows == ["c" * 18]


def test_what_is_printed_stands_above(terminal, line):
    with terminal.as_output():
        line.begin()
        print_and_show(terminal, line)
        line.end()


def print_and_show(terminal, line):
    handler = logging.StreamHandler(terminal.stream)  # holds the stream
    line.show("step 1 of 20")
    print("one")
    line.show("step 2 of 20")
    print("\ntwo")  # by who expects an unfinished line
    line.show("step 3 of 20")
    print("three", file=sys.stderr)
    handler.emit(logging.LogRecord("", 0, "", 0, "four", (), None))
    line.show("step 4 of 20")
    print("unfinished", end="")
    line.show("step 5 of 20")
    print(".")
    line.show("step 6 of 20")
    terminal.read(0.05)
    expected = ["one", "two", "three", "four", "unfinished.", "step 6 of 20"]
    assert [row.rstrip() for row in terminal.rows] == expected


def test_streams_are_as_before_in_the_end(terminal):
    before = terminal.stream.write
    line = StatusLine(terminal.stream)
    with terminal.as_output():
        line.begin()
        assert terminal.stream.write != before
        line.show("step 1")
        line.end()
        print("done")
    assert terminal.stream.write == before
    terminal.read(0.05)
    assert [row.rstrip() for row in terminal.rows] == ["done", ""]


def test_a_terminal_that_knows_no_codes(terminal, monkeypatch):
    monkeypatch.setenv("TERM", "dumb")
    out = io.StringIO()
    line = StatusLine(out)
    monkeypatch.setenv("COLUMNS", "10")
    line.show("step 10")
    line.show("end")
    assert out.getvalue() == "\rstep 10\r\rend    \r"


def test_what_a_stream_cannot_encode():
    out = io.TextIOWrapper(io.BytesIO(), "ascii")
    line = StatusLine(out)
    line.show("größe 1")
    assert b"gr??e 1" in out.buffer.getvalue()
    assert status_line.cells("aß漢") == 4
    assert not status_line.is_terminal(object())
