"""What an output cannot encode is written readably."""

import io

import pytest

from kgan.core import plain_text


@pytest.mark.parametrize(
    ("encoding", "text", "expected"),
    [
        ("ascii", "8×8 in [−1, 1]", "8x8 in [-1, 1]"),
        ("ascii", "N(4, 1.5²), ½", "N(4, 1.5^2), 1/2"),
        ("ascii", "Fréchet … 漢", "Frechet ... \\u6f22"),
        ("cp1252", "8×8 in [−1, 1]", "8×8 in [-1, 1]"),
        ("utf-8", "8×8 in [−1, 1]", "8×8 in [−1, 1]"),
        ("utf-8", "caf\udce9", "caf\\udce9"),  # a name of a file that is no UTF-8
        ("ascii", "⑨", "\\u2468"),  # no letter: its parts mean something else
    ],
)
def test_what_is_lacking_is_replaced(encoding, text, expected):
    stream = io.TextIOWrapper(io.BytesIO(), encoding)
    plain_text.allow(stream, io.StringIO())
    stream.write(text)
    stream.flush()
    assert stream.buffer.getvalue().decode(encoding) == expected


def test_errors_of_reading_stay():
    plain_text.allow()
    with pytest.raises(UnicodeDecodeError):
        b"\xff".decode("utf-8", "kgan_plainly")
