"""Registries: classes by name, and errors that list the known names."""

import difflib

from kgan.core import naming

# Of more names the first ones are listed, where one is near enough.
_MANY = 12


def unknown(what, received, names, further=()):
    """Returns the error message for an unknown name, the nearest known one first.

    Args:
        what: The sentence's subject: "`loss` must be one of".
        received: What came.
        names: The known names, which are listed.
        further: Known names that are not listed.
    """
    names = list(names)
    near = difflib.get_close_matches(str(received), [*names, *further], n=1)
    if not near:
        listed = f"{what} {', '.join(names)}".strip()
        return f"{listed}. Received: {received!r}."
    subject = what[0].upper() + what[1:]
    listed = naming.listed(names, _MANY).removesuffix(".")
    return f"Did you mean {near[0]!r}? {subject} {listed}. Received: {received!r}."


def check_known(what, received, names):
    """Checks that what was received is one of the names; `what` is as in `unknown`."""
    if not isinstance(received, str) or received not in names:
        raise ValueError(unknown(what, received, names))


class Registry:
    """Classes by name.

    Args:
        expected: Beginning of the error message for unknown names: "A penalty must be a
            `kgan.penalties.Penalty` or one of".
        base: Base class of all objects.
        known: Dictionary of names and classes; what is added later counts as well.
    """

    def __init__(self, expected, base, known):
        self.expected = expected
        self.base = base
        self.known = known

    def names(self):
        """Returns the known names."""
        return tuple(self.known)

    def find(self, name):
        """Returns the class of a name, or raises a `ValueError`."""
        check_known(self.expected, name, self.known)
        return self.known[name]

    def get(self, identifier):
        """Returns an object as it is, or creates one from its name and arguments.

        `identifier` is an object, a name, or a dictionary of the name and the
        constructor's arguments: `{"name": "r1", "weight": 10.0}`. Raises a `ValueError`
        if the name is unknown.
        """
        if isinstance(identifier, self.base):
            return identifier
        arguments = {"name": identifier} if isinstance(identifier, str) else identifier
        name = arguments.get("name") if isinstance(arguments, dict) else None
        found = self.find(identifier if name is None else name)
        rest = {key: value for key, value in arguments.items() if key != "name"}
        return found(**rest)


def numbered(names):
    """Returns names made unique by numbers, as in `["r1", "r2", "r1_2"]`."""
    counts = [list(names[: place + 1]).count(name) for place, name in enumerate(names)]
    return [
        f"{name}_{count}" if count > 1 else name
        for name, count in zip(names, counts, strict=True)
    ]
