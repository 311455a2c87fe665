"""Kinds of recipe fields: what a value must be, and how a flag's text becomes one.

`check` converts a Python value, from a recipe's file or from JSON, to its final type.
`read` does the same for the text after `--field=`.
"""

import dataclasses
import difflib
import json
import math


class Kind:
    """Base class of all kinds of fields.

    Args:
        optional: Whether None is a value too; a flag then reads `none` as None.

    Attributes:
        expects: What a value must be, as the middle of a sentence.
        default: Value of a field that is declared without one, if there is any.
    """

    expects = "a value"
    default = dataclasses.MISSING

    def __init__(self, optional=False):
        self.optional = optional
        if optional:
            self.default = None

    def check(self, value):
        """Returns `value` in its final type.

        Raises:
            ValueError: If it is not what the kind expects.
        """
        if value is None and self.optional:
            return None
        if not self.accepts(value):
            none = " or None" if self.optional else ""
            raise ValueError(f"must be {self.expects}{none}. Received: {value!r}")
        return self.convert(value)

    def read(self, text):
        """Returns the value that a flag's text stands for.

        Raises:
            ValueError: If the text stands for no such value.
        """
        if self.optional and text.lower() == "none":
            return None
        try:
            value = self.parse(text)
        except ValueError:
            none = ", or none" if self.optional else ""
            message = f"must be {self.expects}{none}. Received: {text!r}"
            raise ValueError(message) from None
        return self.check(value)

    def write(self, value):
        """Returns the text that `read` turns back into `value`."""
        if isinstance(value, str):
            return value
        return "none" if value is None else json.dumps(value)

    def accepts(self, value):
        """Returns whether `value` is of this kind."""
        return True

    def convert(self, value):
        """Returns an accepted value in its final type."""
        return value

    def parse(self, text):
        """Returns the raw value of a text, by default as JSON."""
        return json.loads(text)


class Text(Kind):
    """A string."""

    expects = "a text"

    def accepts(self, value):
        return isinstance(value, str)

    def parse(self, text):
        return text


class Texts(Kind):
    """A tuple of strings; JSON knows it as a list, a flag has commas between them."""

    expects = "texts as in one,two"
    default = ()

    def accepts(self, value):
        listed = isinstance(value, (list, tuple))
        return listed and all(isinstance(item, str) and item for item in value)

    def convert(self, value):
        return tuple(value)

    def parse(self, text):
        return [part.strip() for part in text.split(",")] if text.strip() else []

    def write(self, value):
        return ",".join(value)


class Boolean(Kind):
    """True or false; a flag may have 1 or 0 for them."""

    expects = "true or false"

    def accepts(self, value):
        return isinstance(value, bool)

    def parse(self, text):
        value = json.loads(text.lower())
        return bool(value) if value in (0, 1) else value


class Choice(Kind):
    """One of a few values: texts, true, false."""

    def __init__(self, values, optional=False):
        super().__init__(optional)
        self.values = tuple(values)
        self.expects = f"one of {', '.join(map(self.write, self.values))}"

    def check(self, value):
        try:
            return super().check(value)
        except ValueError as error:
            words = map(self.write, self.values)
            near = difflib.get_close_matches(str(value), words, n=1)
            hint = f". Did you mean {near[0]}?" if near else ""
            raise ValueError(f"{error}{hint}") from None

    def accepts(self, value):
        # Of the same type, too: 1 is not true.
        return any(value == v and type(value) is type(v) for v in self.values)

    def parse(self, text):
        words = {self.write(value): value for value in self.values}
        return words.get(text.lower(), text)


class Integer(Kind):
    """A whole number, at least `minimum`."""

    def __init__(self, minimum=1, optional=False):
        super().__init__(optional)
        self.minimum = minimum
        self.expects = f"an integer of at least {minimum}"

    def accepts(self, value):
        whole = isinstance(value, int) and not isinstance(value, bool)
        return whole and value >= self.minimum


class Size(Kind):
    """Height and width of images: one integer for both, or a pair.

    A flag may have them as people write them, width first: 640x480.
    """

    expects = "an integer of at least 1 or a pair [height, width] of them"

    def accepts(self, value):
        sides = value if isinstance(value, (list, tuple)) else [value, value]
        return len(sides) == 2 and all(Integer().accepts(side) for side in sides)

    def convert(self, value):
        return value if isinstance(value, int) else tuple(value)

    def parse(self, text):
        width, by, height = text.partition("x")
        return [int(height), int(width)] if by else super().parse(text)


class Window(Kind):
    """Two numbers, the lower one first; a flag has a comma between them."""

    expects = "two numbers low,high in this order"

    def accepts(self, value):
        if not isinstance(value, (list, tuple)) or len(value) != 2:
            return False
        real = all(type(bound) in (int, float) for bound in value)
        return real and all(map(math.isfinite, value)) and value[0] < value[1]

    def convert(self, value):
        return tuple(value)

    def parse(self, text):
        return json.loads(f"[{text.strip().strip('[]()')}]")

    def write(self, value):
        return "none" if value is None else ",".join(map(json.dumps, value))


class Number(Kind):
    """A number in [minimum, below)."""

    def __init__(self, minimum=0.0, below=float("inf"), optional=False):
        super().__init__(optional)
        self.minimum = minimum
        self.below = below
        self.expects = f"a number in [{minimum:g}, {below:g})"

    def accepts(self, value):
        # NaN lies within no limits.
        real = isinstance(value, (int, float)) and not isinstance(value, bool)
        return real and self.minimum <= value < self.below

    def convert(self, value):
        return float(value)


class Fraction(Number):
    """A number in [0, 1]."""

    def __init__(self, optional=False):
        super().__init__(optional=optional)
        self.expects = "a number in [0, 1]"

    def accepts(self, value):
        return super().accepts(value) and value <= 1


class Mapping(Kind):
    """A dictionary that JSON can hold."""

    expects = "a dictionary in JSON"
    default = {}

    def accepts(self, value):
        try:
            json.dumps(value)
        except (TypeError, ValueError):
            return False
        return isinstance(value, dict)

    def convert(self, value):
        # A copy in JSON's own types, so that a file gives the same back.
        return json.loads(json.dumps(value))


class Mappings(Mapping):
    """A tuple of dictionaries that JSON can hold; JSON knows it as a list."""

    expects = "a list of dictionaries in JSON"
    default = ()

    def accepts(self, value):
        return isinstance(value, (list, tuple)) and all(map(super().accepts, value))

    def convert(self, value):
        return tuple(map(super().convert, value))


def field(kind: Kind, help: str, default=dataclasses.MISSING, flag: bool = True):
    """Declares a field of a recipe.

    Args:
        kind: What its values are.
        help: Its meaning, one line for the command's help.
        default: Its value where a recipe does not name one; else that of the kind.
        flag: Whether the command has a flag for it.
    """
    metadata = {"kind": kind, "help": help, "flag": flag}
    default = kind.default if default is dataclasses.MISSING else default
    if isinstance(default, dict):
        return dataclasses.field(default_factory=default.copy, metadata=metadata)
    return dataclasses.field(default=default, metadata=metadata)
