"""The last line of a terminal, written again and again in place."""

import contextlib
import os
import shutil
import sys
import threading
import unicodedata


class StatusLine:
    """The last line of a terminal; what is printed meanwhile stands above it.

    It never reaches the last column, and the cursor waits in the first one: where a
    terminal that became narrower has folded the line, the next one begins where the
    folded one did, and erases the rest of it.

    Args:
        stream: The text stream of the terminal, or of a notebook.

    Example:
        ```python
        line = StatusLine(sys.stdout)
        line.begin()
        line.show("step 3")
        line.end()
        ```
    """

    def __init__(self, stream):
        self._stream = stream
        self._write = stream.write
        self._lock = threading.RLock()
        self._cells = 0  # of what is shown
        self._begun = True  # whether the cursor is where a line begins
        self._before = []
        plain = os.environ.get("TERM") == "dumb" or not is_terminal(stream)
        self._erase_below = "" if plain else "\x1b[J"

    def begin(self) -> None:
        """Lets what is printed from now on stand above the line.

        The streams are kept, and write in another way: loggers hold them.
        """
        for stream in {id(s): s for s in (sys.stdout, sys.stderr)}.values():
            with contextlib.suppress(AttributeError):  # one that cannot be changed
                before = vars(stream).get("write")
                stream.write = self._above(stream.write)
                self._before.append((stream, before))

    def end(self) -> None:
        """Erases the line, and lets streams write as before."""
        self.show("")
        for stream, before in self._before:
            if before is None:
                del stream.write
            else:
                stream.write = before
        self._before = []

    def show(self, text: str) -> None:
        """Writes the line anew, unless somebody has not finished a line of theirs."""
        with self._lock:
            if self._begun and (text or self._cells):
                self._draw(text)

    def _draw(self, text):
        columns = free_columns(self._stream)
        text = fitted(readable(text, self._stream), columns)
        # Spaces for what knows no code that erases.
        rest = " " * (min(self._cells, columns) - cells(text))
        self._write(f"\r{text}{rest}{self._erase_below}\r")
        self._stream.flush()
        self._cells = cells(text)

    def _above(self, write):
        def above(text):
            with self._lock:
                if self._cells and text:
                    self._draw("")
                    # Who expects an unfinished line begins with its end.
                    write(text.removeprefix("\n"))
                else:
                    write(text)
                self._begun = text.endswith("\n") if text else self._begun
            return len(text)

        return above


def is_terminal(stream) -> bool:
    """Returns whether a stream, which may be any object, writes to a terminal."""
    return getattr(stream, "isatty", bool)()


def free_columns(stream) -> int:
    """Returns how many columns a line of a terminal may take now: all but the last."""
    try:
        columns = os.get_terminal_size(stream.fileno()).columns
    except (OSError, ValueError, AttributeError):
        columns = 0
    return max(1, (columns or shutil.get_terminal_size().columns) - 1)


def readable(text: str, stream) -> str:
    """Returns a text with "?" for what a stream cannot encode."""
    encoding = getattr(stream, "encoding", None) or "ascii"
    return text.encode(encoding, "replace").decode(encoding)


def cells(text: str) -> int:
    """Returns how many columns a text takes; some characters of Asia take two."""
    return sum(1 + (unicodedata.east_asian_width(c) in "WF") for c in text)


def fitted(text: str, columns: int) -> str:
    """Returns as much of a text as the columns hold."""
    while cells(text) > columns:
        text = text[:-1]
    return text
