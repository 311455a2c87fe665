"""Readable characters in place of those that an output cannot encode."""

import codecs
import unicodedata

_PLAIN = {
    "×": "x",
    "·": "*",
    "−": "-",
    "–": "-",
    "—": "-",
    "±": "+-",
    "→": "->",
    "≤": "<=",
    "≥": ">=",
    "²": "^2",
    "³": "^3",
    "½": "1/2",
    "…": "...",
    "’": "'",
    "“": '"',
    "”": '"',
    "σ": "sigma",
    "ψ": "psi",
}


def encode_plainly(error: UnicodeError) -> tuple:
    """Handles an error of encoding: a sign by its table, "é" as "e", else an escape."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    text = error.object[error.start : error.end]
    return "".join(map(_plain, text)), error.end


def _plain(character):
    if character in _PLAIN:
        return _PLAIN[character]
    # Of letters alone: what is left of other signs means something else.
    parts = unicodedata.normalize("NFKD", character) if character.isalpha() else ""
    letters = parts.encode("ascii", "ignore").decode()
    return letters or character.encode("ascii", "backslashreplace").decode()


def allow(*streams) -> None:
    """Lets text streams write what their encodings lack, as `encode_plainly` does."""
    codecs.register_error("kgan_plainly", encode_plainly)
    for stream in streams:
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="kgan_plainly")
