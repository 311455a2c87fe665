"""What went wrong, in one line that a person can act on."""

import re

_LONGEST = 500


class Failure(Exception):
    """Its text is all that is said."""


def refusal(kind: str, text: str) -> Failure:
    """Builds a failure of what a server answered instead of a result.

    Args:
        kind: The kind of error: `400 Bad Request`, `INVALID_ARGUMENT`.
        text: The server's own words.
    """
    return Failure(f"The server answered {kind}: {sentence(text)}")


def sentence(text: str) -> str:
    """Returns the sentence of a served model without TensorFlow's words around it.

    TensorFlow says "assertion failed: [SENTENCE. Received:] [VALUE]", followed by the
    name of the node, and lists several of them where several checks failed.
    """
    found = re.search(r"assertion failed: \[(.+?Received:)\] \[(.*)\]", text)
    if found:
        return f"{found[1]} {found[2]}"
    plain = " ".join(re.sub(r"\s*\[\[\{\{.*", "", text, flags=re.DOTALL).split())
    return plain if len(plain) <= _LONGEST else f"{plain[:_LONGEST]}…"
