"""A terminal that tests look at: a pseudo-terminal, and what stands on its screen."""

import contextlib
import fcntl
import os
import re
import select
import struct
import termios

_CODES = re.compile(r"\x1b\[(\d*)([A-Za-z])|([\r\n])|([^\x1b\r\n])")


class Terminal:
    """A screen that folds its lines when it becomes narrower, as most do.

    Attributes:
        stream: What a program writes to.
        rows: The lines of the screen and of all that was scrolled away.
        scrolled: How many of them were scrolled away.
        last_column: Whether anything was written in the last column.
    """

    def __init__(self, columns=80, height=24, encoding="utf-8"):
        self._master, slave = os.openpty()
        self.stream = os.fdopen(slave, "w", encoding=encoding)
        self.rows, self._row, self._column = [""], 0, 0
        self.height, self.last_column = height, False
        self.resize(columns)

    @property
    def scrolled(self):
        return max(0, len(self.rows) - self.height)

    def resize(self, columns):
        self.read(0.1)
        self.columns = columns
        size = struct.pack("HHHH", self.height, columns, 0, 0)
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, size)
        folded = [[r[i : i + columns] for i in range(0, len(r) or 1, columns)]
                  for r in self.rows]  # fmt: skip
        self._row = sum(map(len, folded[: self._row]))
        self.rows = [part for row in folded for part in row]

    def read(self, seconds=0.0):
        """Shows what was written, until nothing comes for some seconds."""
        while select.select([self._master], [], [], seconds)[0]:
            text = os.read(self._master, 65536).decode(self.stream.encoding)
            for number, code, move, character in _CODES.findall(text):
                if code:
                    assert (number, code) == ("", "J")
                    self.rows[self._row] = self.rows[self._row][: self._column]
                    del self.rows[self._row + 1 :]
                elif move:
                    self._move(move)
                else:
                    self._put(character)

    def _move(self, character):
        if character == "\r":
            self._column = 0
            return
        self._row += 1
        if self._row == len(self.rows):
            self.rows.append("")

    def _put(self, character):
        if self._column == self.columns:
            self._move("\n")
            self._column = 0
        row = self.rows[self._row].ljust(self._column)
        row = row[: self._column] + character + row[self._column + 1 :]
        self.rows[self._row] = row
        self._column += 1
        self.last_column |= self._column == self.columns

    @contextlib.contextmanager
    def as_output(self):
        """What is printed inside of `with` goes here."""
        with (
            contextlib.redirect_stdout(self.stream),
            contextlib.redirect_stderr(self.stream),
        ):
            yield

    def close(self):
        self.stream.close()
        os.close(self._master)
