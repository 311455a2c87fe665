import contextlib
import os
import pickle
import struct

import numpy as np
import pickles
import pytest
from pickles import Call, Global, Raw

from kgan.published import unpickler
from kgan.published.unpickler import Refused, Source


def load(data, names=None, persistent=None):
    return unpickler.load(Source(data), names or {}, persistent)


VALUES = (
    {"a": 1, "b": [1.5, None, True, False, (1,), (), (1, 2, 3, 4)], 3: b"bytes"},
    [2**70, -(2**40), 255, 65_535, "é" * 300, b"x" * 70_000],
    {"a", "b"},
    frozenset({1, 2}),
)


@pytest.mark.parametrize("protocol", [0, 1, 2, 3, 4, 5])
@pytest.mark.parametrize("value", VALUES[:2], ids=["dictionary", "list"])
def test_values_are_as_python_reads_them(value, protocol):
    if protocol < 3:  # which write bytes as a call of codecs.encode
        value = [v for v in value if not isinstance(v, bytes)]
    assert load(pickle.dumps(value, protocol)) == value


@pytest.mark.parametrize("value", VALUES[2:], ids=["set", "frozen set"])
def test_sets_are_as_python_reads_them(value):
    assert load(pickle.dumps(value, 4)) == value


def test_what_occurs_twice_is_one_object():
    shared = [1]
    found = load(pickle.dumps({"a": shared, "b": shared}))
    assert found["a"] is found["b"]


def test_long_bytes_are_not_copied():
    data = pickle.dumps(b"x" * 1000)
    found = load(data)
    assert isinstance(found, memoryview)
    assert found.obj is data


def test_several_pickles_follow_each_other():
    source = Source(pickle.dumps(1) + pickle.dumps("two"))
    assert [unpickler.load(source, {}) for _ in range(2)] == [1, "two"]


def test_names_are_called_by_what_stands_for_them():
    call = Call(Global("collections", "OrderedDict"), ([("a", 1)],), items={"b": 2})
    names = {"collections.OrderedDict": unpickler.dictionary}
    assert load(pickles.dumps(call), names) == {"a": 1, "b": 2}


def test_persistent_ids_are_asked_for():
    data = pickles.dumps([pickles.Identified((1, "key"))])
    assert load(data, persistent=lambda identity: identity[1]) == ["key"]
    with pytest.raises(Refused, match="data lie elsewhere"):
        load(data)


class _System:
    def __init__(self, command):
        self.command = command

    def __reduce__(self):
        return os.system, (self.command,)


def _attacks(marker):
    write = f"open({str(marker)!r}, 'w')"
    call = Call(Global("builtins", "eval"), (write,))
    getattr_ = Global("builtins", "getattr")
    numpy = Global("numpy", "load")
    opened = f"(V{marker}\nVw\nib__builtin__\nopen\n"
    return {
        "posix.system": pickle.dumps(_System(f"touch {marker}")),
        "builtins.eval": pickles.dumps(call),
        "builtins.getattr": pickles.dumps(Call(getattr_, (numpy, "__globals__"))),
        "numpy.load": pickles.dumps(Call(numpy, (str(marker),))),
        "numpy.core.multiarray.scalar.__globals__": pickles.dumps(
            Global("numpy.core.multiarray", "scalar.__globals__")
        ),
        "INST": b"\x80\x02" + opened.encode() + b".",
        "EXT1": b"\x80\x02\x82\x01.",
        "OBJ": pickles.dumps(Raw(b"(cos\nsystem\n" + b"o"), 2),
    }


@pytest.mark.parametrize("name", _attacks("x"))
def test_nothing_is_executed(name, tmp_path):
    marker = tmp_path / "marker"
    known = {"numpy.core.multiarray.scalar": None}
    with pytest.raises(Refused):
        load(_attacks(marker)[name], known)
    assert not marker.exists()


def test_a_name_beyond_the_list_is_named():
    with pytest.raises(Refused, match=r"names os\.system, which is not among"):
        load(pickles.dumps(Global("os", "system")))


def test_a_name_with_another_line_stays_in_one():
    data = b"\x80\x04" + pickle.dumps("a\nb", 3)[2:-1] + b"\x8c\x01c\x93."
    with pytest.raises(Refused, match=r"names a\\nb\.c,"):
        load(data)


def test_values_are_not_called():
    for value in (b"X\x03\x00\x00\x00abc", b"}", b"cnumpy\nndarray\n"):
        with pytest.raises(Refused):
            load(b"\x80\x02" + value + b")R.", {"numpy.ndarray": None})


def test_nested_tuples_do_not_end_the_interpreter():
    found = load(b"\x80\x02)" + b"\x85" * 100_000 + b".")
    depth = 0
    while found:
        (found,) = found
        depth += 1
    assert depth == 100_000


@pytest.mark.parametrize("put", [b"}%bNs.", b"\x8f(%b\x90.", b"(%bNd.", b"(%b\x91."])
def test_nested_tuples_are_no_keys(put):
    # Python would hash them, each within the other, until its stack is full.
    deep = b")" + b"\x85" * 1_000_000
    with pytest.raises(Refused, match="TypeError"):
        load(b"\x80\x04" + put % deep)


CLAIMS = {
    "BINBYTES": b"B" + struct.pack("<I", 2**31),
    "BINBYTES8": b"\x8e" + struct.pack("<Q", 2**40),
    "BINUNICODE8": b"\x8d" + struct.pack("<Q", 2**62),
    "LONG4": b"\x8b" + struct.pack("<i", 2**31 - 1),
    "FRAME": b"\x95" + struct.pack("<Q", 2**31),
}


@pytest.mark.parametrize("opcode", CLAIMS)
def test_sizes_that_a_file_merely_claims_are_refused(opcode):
    with pytest.raises(
        Refused, match=r"[\d,]{13,} bytes must follow byte \d+, and 1 do"
    ):
        load(b"\x80\x04" + CLAIMS[opcode] + b".")


def test_a_high_place_in_the_memo_takes_no_memory():
    assert load(b"\x80\x02Nr\xff\xff\xff\xff.") is None


@pytest.mark.parametrize("length", [0, 1, 2, 11, 20, 300])
def test_a_file_that_is_cut_off_is_refused(length):
    data = pickle.dumps({"a": "b" * 50, "c": [1, 2], "d": b"x" * 300})
    with pytest.raises(Refused, match="cut off"):
        load(data[:length])


def test_damaged_bytes_are_read_or_refused():
    rng = np.random.default_rng(0)
    data = bytearray(pickle.dumps({"a": [1, (2, "x")], "b": {"c": 1.5}}))
    for _ in range(3000):
        changed = bytearray(data)
        for place in rng.integers(0, len(data), 3):
            changed[place] = rng.integers(256)
        with contextlib.suppress(Refused):  # and no other error
            load(bytes(changed))


def _repeated(name, argument, times):
    """Calls a name with one argument of the memo, over and over."""
    call = f"c{name}\n".encode()
    return (
        b"\x80\x04"
        + argument
        + b"\x85q\x010"
        + call
        + (b"q\x020](" + b"h\x02h\x01R" * times + b"e.")
    )


@pytest.mark.parametrize(
    ("name", "argument"),
    [
        ("torch\nSize", b"](" + b"K\x01" * 1000 + b"e"),
        ("collections\nOrderedDict", b"](" + b"K\x01N\x86" * 1000 + b"e"),
        ("torch.storage\n_load_from_bytes", pickle.dumps(b"x" * 1000, 3)[2:-1]),
    ],
)
def test_calls_get_no_more_than_the_file_has(name, argument):
    path = name.replace("\n", ".")
    names = {"torch.Size": tuple, "torch.storage._load_from_bytes": bytes}
    names["collections.OrderedDict"] = unpickler.dictionary
    assert len(load(_repeated(name, argument, 1), {path: names[path]})) == 1
    with pytest.raises(Refused, match="more values than it has bytes"):
        load(_repeated(name, argument, 1000), {path: names[path]})


def test_states_are_no_longer_than_the_file():
    class Record:
        def build(self, state):
            self.state = state

    state = b"](" + b"K\x01" * 1000 + b"eq\x010"
    data = b"\x80\x04" + state + b"ca\nb\n)R%b."
    assert len(load(data % b"h\x01b", {"a.b": Record}).state) == 1000
    with pytest.raises(Refused, match="more values than it has bytes"):
        load(data % (b"h\x01b" * 1000), {"a.b": Record})


def test_keys_do_not_collide():
    # Python's hash of each of these is 0.
    for key in (5 * (2**61 - 1), -5 * (2**61 - 1), 2**63):
        for value in ({key: 0}, {key}):
            with pytest.raises(Refused, match="TypeError"):
                load(pickle.dumps(value, 4))
    with pytest.raises(Refused, match="KeyError"):
        load(b"\x80\x02Np%d\n." % (2**61 - 1))
    assert load(pickle.dumps({2**63 - 1: 0})) == {2**63 - 1: 0}


@pytest.mark.parametrize("key", [1.5, b"a", (), 2**63])
def test_other_keys_are_refused(key):
    with pytest.raises(Refused, match="TypeError"):
        load(pickle.dumps({key: 0}, 4))


def test_no_integer_is_longer_than_128_bits():
    assert load(pickle.dumps(2**128 - 1)) == 2**128 - 1
    with pytest.raises(Refused, match="OverflowError"):
        load(pickle.dumps(2**128))


def test_dictionaries_have_simple_keys():
    assert unpickler.dictionary([("a", 1)]) == {"a": 1}
    with pytest.raises(TypeError):
        unpickler.dictionary([((), 1)])
