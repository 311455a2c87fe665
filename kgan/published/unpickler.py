"""Reads pickles as data: a fixed list of names, and nothing of a file is executed.

`pickle.Unpickler` with a `find_class` of its own would look up no further names either.
But it allocates what a file merely announces, keeps its memo in an array as long as the
highest number in the file, and hashes keys of any depth, which ends the interpreter.
"""

import dataclasses
import pickletools
from collections.abc import Callable, Mapping
from typing import Any

# Python's integers have any length; none of a longer one's is of a network.
_LONGEST_INTEGER = 128
# Keys beyond, the multiples of 2**61 - 1, could all have one hash.
_LARGEST_KEY = 2**63 - 1
_PLACES = 2**32
# Shorter pieces are copied: opcodes are read as bytes. Longer ones are data.
_COPIED = 256
_LONGEST_LINE = 4096
_MARK = object()
# What opcodes raise that do not fit each other, and calls with other arguments.
DAMAGE = (
    *(ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError),
    *(RecursionError, MemoryError),
)


class Refused(ValueError):
    """What a file is in place of what is read, in words: "a pickle that ..."."""


def shown(text: str) -> str:
    """Returns the beginning of a file's text as it may stand in a sentence."""
    return ascii(text[:100])[1:-1]


@dataclasses.dataclass(frozen=True)
class Name:
    """A global of a pickle.

    Attributes:
        path: Module and name, joined by a dot.
        call: What stands in its place where the pickle calls it; None: nothing may.
    """

    path: str
    call: Callable | None = None


class Source:
    """The bytes of a file, read from a place on; long pieces are views of them.

    Args:
        data: `bytes` or another buffer.
    """

    def __init__(self, data):
        self.view, self.place = memoryview(data), 0

    def tell(self):
        return self.place

    def check(self, count):
        """Raises `Refused` if fewer than `count` bytes are left."""
        left = len(self.view) - self.place
        if not 0 <= count <= left:
            raise Refused(
                f"a file that is damaged or cut off: {count:,} bytes must follow byte "
                f"{self.place:,}, and {left:,} do"
            )

    def read(self, count):
        self.check(count)
        piece = self.view[self.place : self.place + count]
        self.place += len(piece)
        return piece if count > _COPIED else bytes(piece)

    def readline(self):
        line = bytes(self.view[self.place : self.place + _LONGEST_LINE])
        line = line[: line.find(b"\n") + 1] or line
        self.place += len(line)
        return line


def load(
    source: Source,
    names: Mapping[str, Callable | None],
    persistent: Callable | None = None,
) -> Any:
    """Reads one pickle.

    Values are those of Python's own types, and what the calls of `names` return. Long
    `bytes` are views of the source.

    Args:
        source: A `Source`, which then stands behind the pickle.
        names: The names that the pickle may hold, and what is called in their place. It
            must be a function without side effects that holds for any arguments.
        persistent: Returns the object that a persistent id stands for.

    Raises:
        Refused: If the pickle is damaged or holds anything else.
    """
    machine = _Machine(names, persistent, len(source.view))
    try:
        for opcode, argument, _ in pickletools.genops(source):
            if opcode.name == "STOP":
                return machine.pop()
            if opcode.name == "FRAME":
                source.check(argument)
            machine.run(opcode.name, argument)
    except Refused:
        raise
    except DAMAGE as error:
        raise Refused(
            f"a file that is no pickle, or a damaged one: what stands before byte "
            f"{source.tell():,} has no meaning there ({type(error).__name__})"
        ) from None


class _Machine:
    """The stack and the memo of a pickle, and what each opcode does with them.

    `size` is the length of its file. What is called may copy what it gets, which the
    memo holds any number of times: all of it together is no longer than the file.
    """

    def __init__(self, names, persistent, size):
        self.names, self.persistent = names, persistent
        self.stack, self.memo = [], {}
        self.left = size

    def run(self, opcode, argument):
        do = _OPCODES.get(opcode)
        if do is None:
            raise Refused(f"a pickle with the opcode {opcode}, which is not read")
        do(self, argument)

    def push(self, value):
        self.stack.append(value)

    def pop(self):
        value = self.stack.pop()
        if value is _MARK:
            raise IndexError
        return value

    def top(self, kind):
        """Returns the uppermost value, checked to be of a type."""
        value = self.stack[-1]
        if type(value) is not kind:
            raise TypeError
        return value

    def since_mark(self):
        """Removes all values above the uppermost mark, and it; returns the values."""
        values = []
        while (value := self.stack.pop()) is not _MARK:
            values.append(value)
        return values[::-1]

    def several(self, count):
        """Removes the uppermost `count` values; returns them as a tuple."""
        return tuple(self.pop() for _ in range(count))[::-1]

    def name(self, path):
        if path not in self.names:
            raise Refused(
                f"a pickle that names {shown(path)}, which is not among the names "
                "that are read; nothing of it was executed"
            )
        self.push(Name(path, self.names[path]))

    def stack_global(self):
        module, name = self.several(2)
        if not isinstance(module, str) or not isinstance(name, str):
            raise TypeError
        self.name(f"{module}.{name}")

    def reduce(self):
        function, arguments = self.several(2)
        if type(function) is not Name or type(arguments) is not tuple:
            raise TypeError
        if function.call is None:
            raise Refused(f"a pickle that calls {function.path}, a name alone")
        self.hand_over(arguments)
        self.push(function.call(*arguments))

    def build(self):
        state = self.pop()
        target = self.stack[-1]
        # State of a dictionary are attributes of a subclass: nothing reads them.
        if type(target) is not dict:
            self.hand_over((state,))
            target.build(state)

    def hand_over(self, arguments):
        """Counts what may be copied."""
        self.left -= sum(len(a) for a in arguments if type(a) in _SIZED)
        if self.left < 0:
            raise Refused("a pickle that calls with more values than it has bytes")

    def identified(self):
        if self.persistent is None:
            raise Refused("a pickle whose data lie elsewhere")
        self.push(self.persistent(self.pop()))

    def remember(self, key=None):
        key = len(self.memo) if key is None else key
        if not 0 <= key < _PLACES:
            raise KeyError
        self.memo[key] = self.stack[-1]

    def append(self, values):
        self.top(list).extend(values)

    def set_items(self, values):
        self.top(dict).update(_items(values))

    def add(self, values):
        self.top(set).update(map(_key, values))


def _key(value):
    """Returns a key, checked to be of a simple type: others hash what they hold."""
    small = type(value) is int and abs(value) <= _LARGEST_KEY
    if not small and type(value) not in (str, bool, type(None)):
        raise TypeError
    return value


def _items(values):
    if len(values) % 2:
        raise IndexError
    pairs = zip(values[::2], values[1::2], strict=True)
    return {_key(key): value for key, value in pairs}


def dictionary(pairs: Any = ()) -> dict:
    """Stands for `collections.OrderedDict` and other dictionaries."""
    return _items([part for pair in pairs for part in _pair(pair)])


def _pair(pair):
    key, value = pair
    return key, value


def _literal(machine, argument):
    if type(argument) is int and argument.bit_length() > _LONGEST_INTEGER:
        raise OverflowError
    machine.push(argument)


_SIZED = (tuple, list, dict, set, frozenset, str, bytes, memoryview)
_LITERALS = (
    *("INT", "BININT", "BININT1", "BININT2", "LONG", "LONG1", "LONG4"),
    *("FLOAT", "BINFLOAT", "BINBYTES", "SHORT_BINBYTES", "BINBYTES8"),
    *("UNICODE", "BINUNICODE", "SHORT_BINUNICODE", "BINUNICODE8"),
)
_OPCODES = dict.fromkeys(_LITERALS, _literal) | {
    "PROTO": lambda m, _: None,
    "FRAME": lambda m, _: None,
    "NONE": lambda m, _: m.push(None),
    "NEWTRUE": lambda m, _: m.push(True),
    "NEWFALSE": lambda m, _: m.push(False),
    "MARK": lambda m, _: m.push(_MARK),
    "POP": lambda m, _: m.stack.pop(),
    "POP_MARK": lambda m, _: m.since_mark(),
    "DUP": lambda m, _: m.push(m.stack[-1]),
    "EMPTY_TUPLE": lambda m, _: m.push(()),
    "TUPLE": lambda m, _: m.push(tuple(m.since_mark())),
    "TUPLE1": lambda m, _: m.push(m.several(1)),
    "TUPLE2": lambda m, _: m.push(m.several(2)),
    "TUPLE3": lambda m, _: m.push(m.several(3)),
    "EMPTY_LIST": lambda m, _: m.push([]),
    "LIST": lambda m, _: m.push(m.since_mark()),
    "APPEND": lambda m, _: m.append(m.several(1)),
    "APPENDS": lambda m, _: m.append(m.since_mark()),
    "EMPTY_DICT": lambda m, _: m.push({}),
    "DICT": lambda m, _: m.push(_items(m.since_mark())),
    "SETITEM": lambda m, _: m.set_items(m.several(2)),
    "SETITEMS": lambda m, _: m.set_items(m.since_mark()),
    "EMPTY_SET": lambda m, _: m.push(set()),
    "ADDITEMS": lambda m, _: m.add(m.since_mark()),
    "FROZENSET": lambda m, _: m.push(frozenset(map(_key, m.since_mark()))),
    "GLOBAL": lambda m, pair: m.name(pair.replace(" ", ".", 1)),
    "STACK_GLOBAL": lambda m, _: m.stack_global(),
    "REDUCE": lambda m, _: m.reduce(),
    "NEWOBJ": lambda m, _: m.reduce(),
    "BUILD": lambda m, _: m.build(),
    "BINPERSID": lambda m, _: m.identified(),
    "MEMOIZE": lambda m, _: m.remember(),
    **{name: lambda m, k: m.remember(k) for name in ("PUT", "BINPUT", "LONG_BINPUT")},
    **{
        name: lambda m, key: m.push(m.memo[key])
        for name in ("GET", "BINGET", "LONG_BINGET")
    },
}
