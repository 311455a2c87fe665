"""Finds an object by its name, or says which names there are."""

import difflib


def unknown(what, received, names):
    """Writes the sentence for a name that is not known.

    Args:
        what: What was expected, the sentence's subject: "`loss` must be one of".
        received: What came instead.
        names: The names that are known.

    Returns:
        One line with all names, and the nearest of them if one is near.
    """
    near = difflib.get_close_matches(str(received), list(names), n=1)
    hint = f" Did you mean {near[0]!r}?" if near else ""
    return f"{what} {', '.join(names)}. Received: {received!r}.{hint}"
