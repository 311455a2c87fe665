"""Writes pickles of modules that are not there: the opcodes themselves, by hand.

`dumps` writes values of Python's own types, and `Global`, `Call` and `Identified` in
them. `network` and `tensor` have the form of PyTorch's and of NVIDIA's pickles.
"""

import dataclasses
import io
import pickle
import struct
import zipfile

import numpy as np

MAGIC = 0x1950A86A20F9469CFC6C
STORAGES = {"f4": "Float", "f2": "Half", "f8": "Double", "i8": "Long", "u1": "Byte"}


@dataclasses.dataclass(frozen=True)
class Global:
    """A name of a module."""

    module: str
    name: str


@dataclasses.dataclass(eq=False)
class Call:
    """What a `Global` returns for arguments; `state` is built onto it, items are set.

    Written once, however often it occurs: the pickle's memo has it.
    """

    function: Global
    arguments: tuple
    state: object = None
    items: dict = dataclasses.field(default_factory=dict)
    opcode: bytes = pickle.REDUCE


@dataclasses.dataclass(frozen=True)
class Identified:
    """An object that a persistent id stands for."""

    identity: tuple


@dataclasses.dataclass(frozen=True)
class Raw:
    """Opcodes as they are."""

    opcodes: bytes


def dumps(value, protocol=4):
    """Returns a value as a pickle."""
    writer = _Writer()
    return bytes([0x80, protocol]) + writer.write(value) + pickle.STOP


class _Writer:
    def __init__(self):
        self.memo = {}

    def write(self, value):
        return getattr(self, f"_{type(value).__name__}", self._plain)(value)

    def _plain(self, value):
        # Numbers, texts, bytes, None: as Python writes them, without frame and end.
        # It remembers each at place 0.
        return pickle.dumps(value, 3)[2:-1]

    def _many(self, values):
        return b"".join(map(self.write, values))

    def _dict(self, value):
        pairs = [part for pair in value.items() for part in pair]
        return b"}(" + self._many(pairs) + b"u"

    def _list(self, value):
        return b"](" + self._many(value) + b"e"

    def _tuple(self, value):
        return b"(" + self._many(value) + b"t"

    def _set(self, value):
        return b"\x8f(" + self._many(value) + b"\x90"

    def _Raw(self, value):
        return value.opcodes

    def _Global(self, value):
        return f"c{value.module}\n{value.name}\n".encode()

    def _Identified(self, value):
        return self.write(value.identity) + pickle.BINPERSID

    def _Call(self, value):
        if value in self.memo:
            return b"j" + struct.pack("<I", self.memo[value])
        written = self.write(value.function) + self._tuple(value.arguments)
        written += value.opcode
        place = self.memo[value] = 1 + len(self.memo)
        written += b"r" + struct.pack("<I", place)
        if value.state is not None:
            written += self.write(value.state) + pickle.BUILD
        if value.items:
            written += b"(" + self._many(p for i in value.items.items() for p in i)
            written += b"u"
        return written


def ordered(items=None):
    """`collections.OrderedDict`."""
    return Call(Global("collections", "OrderedDict"), (), items=items or {})


def easy(items):
    """`dnnlib.util.EasyDict`."""
    return Call(Global("dnnlib.util", "EasyDict"), (), items=items, opcode=b"\x81")


def torch_file(value, storages):
    """A file of the older `torch.save`; `storages` are `(count, bytes)` by key."""
    facts = {"protocol_version": 1001, "little_endian": True}
    parts = [dumps(part, 2) for part in (MAGIC, 1001, facts, value, [*storages])]
    for count, data in storages.values():
        parts += [struct.pack("<q", count), data]
    return b"".join(parts)


def torch_archive(value, storages, folder="latest_net_G", **changed):
    """A file of the newer `torch.save`; entries in `changed` are others, or none."""
    entries = {"data.pkl": dumps(value, 2), "byteorder": b"little"}
    entries |= {f"data/{key}": data for key, (_, data) in storages.items()}
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, data in (entries | {"version": b"3\n"} | changed).items():
            if data is not None:
                archive.writestr(f"{folder}/{name}", data)
    return file.getvalue()


def storage_id(kind, key, count, view=None, old=True):
    """The persistent id of a storage, of a type such as "Float"."""
    identity = ("storage", Global("torch", f"{kind}Storage"), key, "cpu", count)
    return Identified((*identity, view) if old else identity)


def storage(values, count=None, announced=None):
    """A storage of all values of an array, in the order of memory.

    `count` in its persistent id and `announced` before its data are what a file with
    an error has there.
    """
    kind = STORAGES[values.dtype.str[1:]]
    in_memory = values.transpose(np.argsort(values.strides, kind="stable")[::-1])
    data, size = in_memory.tobytes(), values.size
    count = size if count is None else count
    written = torch_file(
        storage_id(kind, "94000", count),
        {"94000": (size if announced is None else announced, data)},
    )
    return Call(Global("torch.storage", "_load_from_bytes"), (written,))


def tensor(values, shared=None, offset=0, parameter=False):
    """A tensor with an array's strides: of a storage of its own, or of a shared one."""
    values = np.asarray(values)
    strides = tuple(step // values.itemsize for step in values.strides)
    arguments = (shared or storage(values), offset, values.shape, strides)
    found = Call(
        Global("torch._utils", "_rebuild_tensor_v2"), (*arguments, False, ordered())
    )
    if not parameter:
        return found
    return Call(Global("torch._utils", "_rebuild_parameter"), (found, True, ordered()))


def network(
    class_name, parameters=(), buffers=(), arguments=(), options=None, values=()
):
    """An object of `torch_utils.persistence`; names with dots are of inner modules.

    Args:
        class_name: Of the outermost module.
        parameters: `tensor` by dotted name.
        buffers: Likewise.
        arguments: Of the constructor.
        options: Of the constructor, by name.
        values: Attributes, by dotted name.
    """
    modules = {}
    kinds = {"_parameters": dict(parameters), "_buffers": dict(buffers)}
    kinds["values"] = dict(values)
    for kind, named in kinds.items():
        for name, value in named.items():
            head, dot, rest = name.partition(".")
            if dot:
                inner = modules.setdefault(head, {kind: {} for kind in kinds})
                inner[kind][rest] = value
    own = {k: {n: t for n, t in v.items() if "." not in n} for k, v in kinds.items()}
    state = {
        "training": False,
        **own.pop("values"),
        **own,
        "_non_persistent_buffers_set": set(),
        "_backward_hooks": ordered(),
        "_modules": {
            name: network(
                "Module",
                inner["_parameters"],
                inner["_buffers"],
                values=inner["values"],
            )
            for name, inner in modules.items()
        },
        "_init_args": arguments,
        "_init_kwargs": easy(options or {}),
    }
    return persistent(class_name, state)


def persistent(class_name, state):
    """What `torch_utils.persistence` writes of an object."""
    meta = {
        "type": "class",
        "version": 6,
        # Run where it is loaded by its makers' code; here a test sees that it was not.
        "module_src": "raise SystemError('the source of a pickle was executed')",
        "class_name": class_name,
        "state": state,
    }
    name = Global("torch_utils.persistence", "_reconstruct_persistent_obj")
    return Call(name, (meta,))
