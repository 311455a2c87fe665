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


class Registry:
    """Classes that are found by their names.

    Args:
        expected: The beginning of the sentence for what is not known: "A penalty must
            be a `kgan.penalties.Penalty` or one of".
        base: The class of all objects that are found.
        known: Dictionary of names and classes; what is added later counts as well.
    """

    def __init__(self, expected, base, known):
        self.expected = expected
        self.base = base
        self.known = known

    def names(self):
        """Returns the names that `get` knows."""
        return tuple(self.known)

    def find(self, name):
        """Finds a class by its name, and makes nothing.

        Raises:
            ValueError: If there is nothing of that name.
        """
        if not isinstance(name, str) or name not in self.known:
            raise ValueError(unknown(self.expected, name, self.known))
        return self.known[name]

    def get(self, identifier):
        """Finds an object by its name; gives an object back as it came.

        Args:
            identifier: An object of the kind, one of `names()`, or a dictionary with
                the name under `"name"` and the constructor's arguments beside it, as in
                `{"name": "r1", "weight": 10.0}`.

        Returns:
            An object.

        Raises:
            ValueError: If there is nothing of that name.
        """
        if isinstance(identifier, self.base):
            return identifier
        arguments = {"name": identifier} if isinstance(identifier, str) else identifier
        name = arguments.get("name") if isinstance(arguments, dict) else None
        found = self.find(identifier if name is None else name)
        rest = {key: value for key, value in arguments.items() if key != "name"}
        return found(**rest)


def numbered(names):
    """Gives each a name of its own: a second one gets a number.

    Args:
        names: Sequence of names.

    Returns:
        A list as in `["r1", "r2", "r1_2"]`.
    """
    counts = [list(names[: place + 1]).count(name) for place, name in enumerate(names)]
    return [
        f"{name}_{count}" if count > 1 else name
        for name, count in zip(names, counts, strict=True)
    ]
